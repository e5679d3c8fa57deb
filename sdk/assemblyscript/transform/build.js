// Builds an app directory to one wasm file with the compiler, libraries and SDK sources of this package.

import { existsSync, statSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { pluginOf } from "./identity.js";
import { modusTransform } from "./index.js";
import { changed, changeMethods } from "./json_as.js";
import { isWrittenForOldJson, sdkForOldJson } from "./json_generation.js";
import { JsonMethods } from "./json_methods.js";
import { jsonSources } from "./json_sources.js";
import { checkVersions } from "./versions.js";

const require = createRequire(import.meta.url);
const SDK_DIR = fileURLToPath(new URL("..", import.meta.url));
const SDK_NAME = "@hypermode/modus-sdk-as";
const WASI_DIR = path.join(path.dirname(require.resolve("@assemblyscript/wasi-shim/package.json")), "assembly");
const LIB_DIR = path.join(SDK_DIR, "assembly", "lib");

const JSON_AS_DIR = path.dirname(require.resolve("json-as/package.json"));

// Packages that always come from here, so that sources and transforms fit together and apps need no install.
const PACKAGES = new Map([
  [SDK_NAME, SDK_DIR],
  ["json-as", JSON_AS_DIR],
]);

// Packages that became parts of this one, with what their index was.
const FORMER_PACKAGES = new Map([
  ["@hypermode/functions-as", "index"],
  ["@hypermode/models-as", "assembly/models"],
]);

// Transforms that are always applied, in the right order; an app's own list may name them too. So it may that of try-as, as apps
// of the original's template do, which this SDK does without: it passes over errors that are thrown within expressions, and
// makes values of them.
const BUILT_IN_TRANSFORM = /^(\.\/node_modules\/)?(@hypermode\/modus-sdk-as|json-as|try-as)\/transform/;

let hasOwnTransforms = false;

/** Whether an app has been built here whose asconfig.json names transforms of its own. */
export const ownTransforms = () => hasOwnTransforms;

/**
 * Compiles `appDir` and returns the wasm bytes. Options: `target` (of the app's asconfig.json, default `release`),
 * `debug` (keep names), `buildId`, `git`, `stderr` (a stream for diagnostics).
 */
export async function build(appDir, options = {}) {
  const baseDir = path.resolve(appDir);
  checkVersions(baseDir);
  checkFolder(baseDir);
  const stderr = options.stderr ?? process.stderr;
  let wasm = null;
  const old = isWrittenForOldJson(baseDir);
  changeMethods(old);
  const { error } = await asc.main(arguments_(baseDir, options), {
    stderr,
    transforms: [
      jsonSources(old),
      JsonMethods,
      modusTransform({
        appDir: baseDir,
        buildId: options.buildId,
        git: options.git,
        warn: (text) => stderr.write(`WARNING: ${text}\n`),
      }),
    ],
    readFile: (name, dir) => read(path.isAbsolute(name) ? name : path.resolve(dir, name), name, old),
    listFiles: async (dir, base) => (await readdir(path.resolve(base, dir))).filter((f) => /(?<!\.d)\.ts$/.test(f)).sort(),
    writeFile: (name, contents, dir) => {
      if (name === OUTPUT) wasm = contents;
      else return save(path.resolve(dir, name), contents);
    },
  });
  if (error) throw new Error(`${error.message} in ${baseDir}`);
  return wasm;
}

/** Writes a file and the directories it needs. */
export async function save(file, contents) {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, contents);
}

// What every app has, said with the folder that was looked in; the compiler would name files only.
function checkFolder(dir) {
  if (!isDirectory(dir)) throw new Error(`there is no folder ${dir}`);
  if (!existsSync(path.join(dir, ENTRY))) {
    throw new Error(`there is no ${ENTRY} in ${dir}: is it the folder of an AssemblyScript app?`);
  }
  pluginOf(dir);
}

function isDirectory(dir) {
  return statSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Copies the app's modus.json beside the output if that is in a folder of the app's, such as build/, where the runtime expects
 * both. In other folders a file of this name is not ours.
 */
export async function copyManifest(appDir, output) {
  const from = path.resolve(appDir, MANIFEST);
  const to = path.resolve(path.dirname(output), MANIFEST);
  if (from === to || !isWithin(path.resolve(appDir), to) || !existsSync(from)) return;
  // A copy would take the mode as well, and one that nobody may write cannot be written again.
  const contents = await readFile(from);
  await rm(to, { force: true });
  await save(to, contents);
}

const ENTRY = "assembly/index.ts";
const MANIFEST = "modus.json";
const OUTPUT = "app.wasm";
const HOOKS = `~lib/${SDK_NAME}/assembly/hooks.ts`;

function arguments_(baseDir, { target = "release", debug = false }) {
  const globals = [
    "ASC_WASI=1",
    "abort=modus_abort",
    "trace=modus_trace",
    "console=modus_console",
    "seed=wasi_seed",
    "crypto=wasi_crypto",
    "performance=wasi_performance",
    "process=wasi_process",
    "Date=wasi_Date",
  ];
  return [
    ENTRY,
    HOOKS,
    ...["--baseDir", baseDir, "--target", target, "--outFile", OUTPUT],
    ...[WASI_DIR, LIB_DIR].flatMap((dir) => ["--lib", dir]),
    ...globals.flatMap((global) => ["--use", global]),
    ...["--exportStart", "_initialize", "--exportRuntime"],
    ...(debug ? ["--debug"] : ["-O3"]),
  ];
}

async function read(file, name, old) {
  const forwarded = forward(file, name);
  if (forwarded !== undefined) return forwarded;
  const redirected = redirect(file, name);
  let text;
  try {
    text = await readFile(redirected, "utf8");
  } catch {
    return null;
  }
  if (path.basename(file) === "asconfig.json") return withoutOwnSettings(text, file);
  const nameIn = (dir) => path.relative(dir, redirected).replaceAll("\\", "/");
  if (isWithin(JSON_AS_DIR, redirected)) return changed(nameIn(JSON_AS_DIR), text, old);
  return old && isWithin(path.join(SDK_DIR, "assembly"), redirected) ? sdkForOldJson(nameIn(SDK_DIR), text) : text;
}

function isWithin(dir, file) {
  return file.startsWith(dir + path.sep);
}

// The name of a package's file, from the package's own.
function nameInPackages(file, name) {
  const parts = name.startsWith("~lib/") ? name.slice(5) : file.split(`${path.sep}node_modules${path.sep}`).at(1);
  return parts?.replaceAll("\\", "/");
}

// A file of a former package has what the SDK's has; null if there is none.
function forward(file, name) {
  const plain = nameInPackages(file, name);
  for (const [packageName, index] of FORMER_PACKAGES) {
    if (!plain?.startsWith(`${packageName}/`)) continue;
    const asked = plain.slice(packageName.length + 1).replace(/\.ts$/, "");
    const part = asked === "index" ? index : asked;
    return existsSync(path.join(SDK_DIR, `${part}.ts`)) ? `export * from "${SDK_NAME}/${part}";\n` : null;
  }
  return undefined;
}

function redirect(file, name) {
  const plain = nameInPackages(file, name);
  if (plain === undefined) return file;
  for (const [packageName, dir] of PACKAGES) {
    if (plain.startsWith(`${packageName}/`)) return path.join(dir, plain.slice(packageName.length + 1));
  }
  return file;
}

// An app's asconfig.json keeps the author's choices; what names this SDK is in effect anyway.
function withoutOwnSettings(text, file) {
  let config;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error.message}`);
  }
  if (config.extends?.includes(SDK_NAME)) delete config.extends;
  for (const settings of [config.options, ...Object.values(config.targets ?? {})]) {
    if (!settings) continue;
    for (const owned of ["outFile", "textFile", "sourceMap", "bindings", "lib", "exportStart"]) delete settings[owned];
    if (settings.transform) {
      settings.transform = [settings.transform].flat().filter((name) => !BUILT_IN_TRANSFORM.test(name));
      hasOwnTransforms ||= settings.transform.length > 0;
    }
  }
  return JSON.stringify(config);
}
