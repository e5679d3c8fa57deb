// Builds an app directory to one wasm file with the compiler, libraries and SDK sources of this package.

import { readdir, readFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import JsonTransform, { JSONTransform as JsonState } from "json-as/transform/lib/index.js";
import { modusTransform } from "./index.js";

const require = createRequire(import.meta.url);
const SDK_DIR = fileURLToPath(new URL("..", import.meta.url));
const SDK_NAME = "@hypermode/modus-sdk-as";
const WASI_DIR = path.join(path.dirname(require.resolve("@assemblyscript/wasi-shim/package.json")), "assembly");
const LIB_DIR = path.join(SDK_DIR, "assembly", "lib");

// Packages that always come from here, so that sources and transforms fit together and apps need no install.
const PACKAGES = new Map([
  [SDK_NAME, SDK_DIR],
  ["json-as", path.dirname(require.resolve("json-as/package.json"))],
]);

// Transforms that are always applied, in the right order; an app's own list may name them too.
const BUILT_IN_TRANSFORM = /^(@hypermode\/modus-sdk-as|json-as|\.\/node_modules\/(@hypermode\/modus-sdk-as|json-as))\/transform/;

/**
 * Compiles `appDir` and returns the wasm bytes. Options: `target` (of the app's asconfig.json, default `release`),
 * `debug` (keep names), `buildId`, `git`, `stderr` (a stream for diagnostics).
 */
export async function build(appDir, options = {}) {
  const baseDir = path.resolve(appDir);
  const stderr = options.stderr ?? process.stderr;
  let wasm = null;
  JsonState.SN = new JsonState(); // it remembers the classes of the last build otherwise
  const { error } = await asc.main(arguments_(baseDir, options), {
    stderr,
    transforms: [
      JsonTransform,
      modusTransform({
        appDir: baseDir,
        buildId: options.buildId,
        git: options.git,
        warn: (text) => stderr.write(`WARNING: ${text}\n`),
      }),
    ],
    readFile: (name, dir) => read(path.isAbsolute(name) ? name : path.resolve(dir, name), name),
    listFiles: async (dir, base) => (await readdir(path.resolve(base, dir))).filter((f) => /(?<!\.d)\.ts$/.test(f)).sort(),
    writeFile: (name, contents, dir) => {
      if (name === OUTPUT) wasm = contents;
      else return save(path.resolve(dir, name), contents);
    },
  });
  if (error) throw error;
  return wasm;
}

/** Writes a file and the directories it needs. */
export async function save(file, contents) {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, contents);
}

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
    "assembly/index.ts",
    HOOKS,
    ...["--baseDir", baseDir, "--target", target, "--outFile", OUTPUT],
    ...[WASI_DIR, LIB_DIR].flatMap((dir) => ["--lib", dir]),
    ...globals.flatMap((global) => ["--use", global]),
    ...["--exportStart", "_initialize", "--exportRuntime"],
    ...(debug ? ["--debug"] : ["-O3"]),
  ];
}

async function read(file, name) {
  const redirected = redirect(file, name);
  let text;
  try {
    text = await readFile(redirected, "utf8");
  } catch {
    return null;
  }
  return path.basename(file) === "asconfig.json" ? withoutOwnSettings(text) : text;
}

function redirect(file, name) {
  const parts = name.startsWith("~lib/") ? name.slice(5) : file.split(`${path.sep}node_modules${path.sep}`).at(1);
  if (parts === undefined) return file;
  const plain = parts.replaceAll("\\", "/");
  for (const [packageName, dir] of PACKAGES) {
    if (plain.startsWith(`${packageName}/`)) return path.join(dir, plain.slice(packageName.length + 1));
  }
  return file;
}

// An app's asconfig.json keeps the author's choices; what names this SDK is in effect anyway.
function withoutOwnSettings(text) {
  const config = JSON.parse(text);
  if (config.extends?.includes(SDK_NAME)) delete config.extends;
  for (const settings of [config.options, ...Object.values(config.targets ?? {})]) {
    if (!settings) continue;
    for (const owned of ["outFile", "textFile", "sourceMap", "bindings", "lib", "exportStart"]) delete settings[owned];
    if (settings.transform) {
      settings.transform = [settings.transform].flat().filter((name) => !BUILT_IN_TRANSFORM.test(name));
    }
  }
  return JSON.stringify(config);
}
