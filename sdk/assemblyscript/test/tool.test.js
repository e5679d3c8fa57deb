// The command modus-as-build, run as authors run it.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const SDK = fileURLToPath(new URL("..", import.meta.url));
const TOOL = path.join(SDK, "bin/build.js");

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A folder with these files, by their names; objects are written as JSON. */
function folder(files) {
  const root = mkdtempSync(path.join(tmpdir(), "modus-"));
  folders.push(root);
  for (const [name, contents] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), typeof contents === "string" ? contents : JSON.stringify(contents));
  }
  return root;
}

const app = (files = {}) =>
  folder({
    "package.json": { name: "app" },
    "modus.json": { endpoints: {} },
    "assembly/index.ts": "export function answer(): i32 { return 42; }",
    ...files,
  });

// Where CI is set the compiler colours its messages, terminal or not.
const { CI: _, ...env } = process.env;

function run(cwd, ...args) {
  const { status, stderr } = spawnSync(process.execPath, [TOOL, ...args], { cwd, env, encoding: "utf8" });
  return { status, stderr };
}

const hasNames = (wasm) => WebAssembly.Module.customSections(new WebAssembly.Module(readFileSync(wasm)), "name").length > 0;

test("debug and release are targets, as with the original's tool", () => {
  const dir = app();
  const output = path.join(dir, "build/app.wasm");
  assert.deepEqual(run(dir), { status: 0, stderr: "" });
  assert.equal(hasNames(output), false);
  assert.deepEqual(run(dir, "debug"), { status: 0, stderr: "" });
  assert.equal(hasNames(output), true);
  assert.deepEqual(run(dir, "release"), { status: 0, stderr: "" });
  assert.equal(hasNames(output), false);
  assert.deepEqual(run(path.dirname(dir), path.basename(dir), "debug"), { status: 0, stderr: "" });
  assert.equal(hasNames(output), true);
  assert.equal(run(dir, "debug", "release").status, 2);
});

test("debug and release use what asconfig.json says of them", () => {
  const targets = { debug: { use: ["WHICH=1"] }, release: { use: ["WHICH=2"] } };
  const dir = app({
    "asconfig.json": { targets },
    "assembly/index.ts": "// @ts-ignore\nexport function which(): i32 { return WHICH; }",
  });
  for (const [target, expected] of [["debug", 1], ["release", 2]]) {
    assert.deepEqual(run(dir, target), { status: 0, stderr: "" });
    const module = new WebAssembly.Module(readFileSync(path.join(dir, "build/app.wasm")));
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
    assert.equal(new WebAssembly.Instance(module, imports).exports.which(), expected);
  }
});

test("a folder that is called debug is named as a path", () => {
  const dir = folder({ "debug/package.json": { name: "app" }, "debug/assembly/index.ts": "export function f(): void {}" });
  assert.match(run(dir, "debug").stderr, /there is no assembly\/index\.ts in /);
  assert.deepEqual(run(dir, "./debug"), { status: 0, stderr: "" });
});

test("modus.json is copied beside the module within the app", () => {
  const dir = app();
  const copy = path.join(dir, "build/modus.json");
  assert.equal(run(dir).status, 0);
  assert.equal(readFileSync(copy, "utf8"), '{"endpoints":{}}');
  writeFileSync(path.join(dir, "modus.json"), '{"changed":1}');
  assert.equal(run(dir, "-o", "build/app.wasm").status, 0);
  assert.equal(readFileSync(copy, "utf8"), '{"changed":1}');
  assert.equal(run(dir, "-o", "app.wasm").status, 0);
  assert.equal(readFileSync(path.join(dir, "modus.json"), "utf8"), '{"changed":1}');
});

test("a modus.json that nobody may write is copied again and again", () => {
  const dir = app();
  const copy = path.join(dir, "build/modus.json");
  chmodSync(path.join(dir, "modus.json"), 0o444);
  for (let i = 0; i < 2; i++) {
    assert.deepEqual(run(dir), { status: 0, stderr: "" });
    // root may write anyway, so the mode is looked at.
    assert.notEqual(statSync(copy).mode & 0o200, 0);
  }
});

test("a modus.json of another folder is left alone", () => {
  const elsewhere = folder({ "modus.json": "theirs" });
  assert.equal(run(app(), "-o", path.join(elsewhere, "app.wasm")).status, 0);
  assert.ok(existsSync(path.join(elsewhere, "app.wasm")));
  assert.equal(readFileSync(path.join(elsewhere, "modus.json"), "utf8"), "theirs");
});

test("an app without modus.json is built", () => {
  const dir = app();
  rmSync(path.join(dir, "modus.json"));
  assert.deepEqual(run(dir), { status: 0, stderr: "" });
});

test("messages name the folder that was looked in", () => {
  const missing = path.join(tmpdir(), "no-such-folder");
  const empty = folder({});
  const unnamed = app({ "package.json": {} });
  const nameless = app();
  rmSync(path.join(nameless, "package.json"));
  const broken = app({ "asconfig.json": "{" });
  const cases = [
    [run(empty, missing), `there is no folder ${missing}`],
    [run(empty), `there is no assembly/index.ts in ${empty}`],
    [run(nameless), `there is none in ${nameless}`],
    [run(unnamed), `${unnamed}/package.json has no 'name'`],
    [run(broken), `${broken}/asconfig.json is not JSON`],
  ];
  for (const [{ status, stderr }, expected] of cases) {
    assert.equal(status, 1, stderr);
    assert.ok(stderr.startsWith("modus-as-build: ") && stderr.includes(expected), `${expected} is not in: ${stderr}`);
  }
});

/** An app with a copy of this SDK, beside which packages lie that the app's package.json asked for. */
function appWithPackages(manifest, packages) {
  const dir = app({ "package.json": { name: "app", ...manifest } });
  const modules = path.join(dir, "node_modules");
  const copy = path.join(modules, "@modusc/sdk-as");
  mkdirSync(copy, { recursive: true });
  for (const part of ["package.json", "bin", "transform"]) {
    cpSync(path.join(SDK, part), path.join(copy, part), { recursive: true });
  }
  for (const name of ["@assemblyscript/wasi-shim", "assemblyscript", "json-as"]) {
    mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
    if (!(name in packages)) symlinkSync(path.join(SDK, "node_modules", name), path.join(modules, name));
    else if (packages[name]) {
      mkdirSync(path.join(modules, name));
      writeFileSync(path.join(modules, name, "package.json"), JSON.stringify({ name, version: packages[name] }));
    }
  }
  const tool = path.join(copy, "bin/build.js");
  const { status, stderr } = spawnSync(process.execPath, [tool], { cwd: dir, encoding: "utf8" });
  assert.equal(status, 1, stderr);
  return stderr;
}

test("another compiler than the SDK's is an error that says where it comes from", () => {
  const places = [
    [{ overrides: { assemblyscript: "0.27.31" } }, "under overrides in "],
    [{ overrides: { "@modusc/sdk-as": { "assemblyscript@^0.28": "0.27.31" } } }, "under overrides in "],
    [{ resolutions: { "@modusc/sdk-as/assemblyscript": "0.27.31" } }, "under resolutions in "],
    [{ pnpm: { overrides: { "@modusc/sdk-as>assemblyscript": "0.27.31" } } }, "under pnpm.overrides in "],
    [{ overrides: { typescript: "5.0.0" } }, "(overrides, resolutions, a lock file) in "],
  ];
  for (const [manifest, place] of places) {
    const stderr = appWithPackages(manifest, { assemblyscript: "0.27.31" });
    assert.match(stderr, /this SDK needs assemblyscript 0\.28\.14, and found 0\.27\.31 in .*node_modules\/assemblyscript: /);
    assert.ok(stderr.includes(`take out what replaces assemblyscript ${place}`), stderr);
    assert.match(stderr, /package\.json(, or add .*)?, then run 'npm install' there\n$/);
    // The override of all can stay, with one for this SDK beside it.
    const own = 'package.json, or add "@hypermode/modus-sdk-as": { "assemblyscript": "0.28.14" } to overrides there';
    assert.equal(stderr.includes(own), typeof manifest.overrides?.assemblyscript === "string", stderr);
  }
});

test("so is another JSON library, and one that is missing", () => {
  assert.match(appWithPackages({}, { "json-as": "1.6.0" }), /needs json-as 1\.1\.24, and found 1\.6\.0/);
  assert.match(appWithPackages({}, { assemblyscript: null }), /assemblyscript 0\.28\.14 is not installed: run 'npm install'/);
});

const CLASSES = `
import { JSON } from "json-as";

@json
class Base {
  a: i32 = 0;
  @serializer
  write(self: Base): string { return "1"; }
  @deserializer
  read(data: string): Base { return new Base(); }
}

@json
class Derived extends Base {
  b: i32 = 0;
}

export function round(text: string): string {
  return JSON.stringify(JSON.parse<Base>(text)) + JSON.stringify(JSON.parse<Derived>(text));
}
`;

test("warnings about code that the author did not write are left out", () => {
  assert.deepEqual(run(app({ "assembly/index.ts": CLASSES })), { status: 0, stderr: "" });
});

test("the author's own warnings stay", () => {
  const own = `
class First { @inline own(): i32 { return 1; } }
class Second extends First { @inline own(): i32 { return 2; } }
export function own(second: bool): i32 { const each: First = second ? new Second() : new First(); return each.own(); }
`;
  const { status, stderr } = run(app({ "assembly/index.ts": CLASSES + own }));
  assert.equal(status, 0);
  assert.equal(stderr.match(/WARNING/g).length, 1, stderr);
  assert.match(stderr, /WARNING AS228: Function 'assembly\/index\/First#own' is virtual and will not be inlined/);
});

test("errors are told wherever they are", () => {
  const dir = app({ "assembly/index.ts": 'import { x } from "./x";\nexport function f(): i32 { return x; }' });
  const { status, stderr } = run(dir);
  assert.equal(status, 1);
  assert.ok(stderr.endsWith(` in ${dir}\n`), stderr);
  assert.match(stderr, /TS6054: File 'assembly\/x\.ts' not found/);
});

test("problems of JSON classes are told together with the compiler's, each with its place", () => {
  const index = `
import { nothing } from "@hypermode/modus-sdk-as";
import { JSON } from "json-as";
let NAME = "n";

@json
class Twice {
  @serializer
  one(self: Twice): string { return ""; }
  @serializer
  two(self: Twice): string { return ""; }
}

@json
class Named {
  @alias(NAME)
  name: i32 = 0;
  twice: Twice | null = null;
}

@json
class Left {
  @omitif("this.age ==")
  age: i32 = 0;
}

export function f(): string { return JSON.stringify(new Named()) + JSON.stringify(new Left()) + missing; }
`;
  const { status, stderr } = run(app({ "assembly/index.ts": index }));
  assert.equal(status, 1);
  const problems = [
    [/Module '~lib\/@hypermode\/modus-sdk-as' has no exported member 'nothing'/, "(2,10)"],
    [/JSON of class 'Twice': Multiple serializers detected for class Twice/, "(7,7)"],
    [/JSON of class 'Named': @alias must have an argument of type string or number/, "(15,7)"],
    [/@omitif of a field of 'Left' has a condition that is no expression: this\.age ==/, "(23,3)"],
    [/Cannot find name 'missing'/, "(27,97)"],
  ];
  for (const [problem, place] of problems) {
    assert.match(stderr, problem);
    assert.ok(stderr.includes(`in assembly/index.ts${place}`), `${place} is not in: ${stderr}`);
  }
});

test("errors say what to do where the compiler does not", () => {
  const advice = (source) => run(app({ "assembly/index.ts": source })).stderr;
  const missing = advice('import { x } from "no-such-package";\nimport { y } from "@hypermode/modus-sdk-as/models/none";');
  assert.match(missing, /File '~lib\/no-such-package\.ts' not found: if it is a package, run 'npm install' in the app's folder/);
  assert.match(missing, /File '~lib\/@hypermode\/[^']*none\.ts' not found: this SDK has no such file; the README/);
  const exception = advice('import { Exception } from "try-as";\nexport function f(e: Exception): void {}');
  assert.match(exception, /File '~lib\/try-as\.ts' not found: this SDK has no errors that can be caught; take out what uses them/);
  const caught = advice("export function f(): void { try { throw new Error(); } catch (e) {} }");
  assert.match(caught, /Not implemented: Exceptions: there is no try and catch; an error ends the call with its message/);
  assert.match(caught, /in assembly\/index\.ts\(1,29\)/);
  // All at once, and with what else is wrong.
  const more = advice("export function f(): void {\n  try { g(); } finally {}\n}\nexport function h(): i32 {\n  try {} catch (e) {}\n  return x;\n}");
  for (const place of ["2,3", "5,3"]) assert.ok(more.includes(`in assembly/index.ts(${place})`), `${place} is not in: ${more}`);
  assert.match(more, /Cannot find name 'x'/);
});

/** The command that stays, in a folder: asks it to build, and waits for its answer. */
function resident(cwd) {
  const child = spawn(process.execPath, [path.join(SDK, "bin/resident.js")], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((done) => child.once("exit", done));
  return {
    ask: async (...args) => {
      child.stdin.write(`${JSON.stringify(args)}\n`);
      const { value } = await lines.next();
      const { status, text } = JSON.parse(value);
      return { status, stderr: text };
    },
    end: () => {
      child.stdin.end();
      return ended;
    },
    ended,
  };
}

test("one command that stays builds what one for each build does", async () => {
  const dir = app({ "asconfig.json": { targets: { debug: {}, release: {} } } });
  const source = (text) => writeFileSync(path.join(dir, "assembly/index.ts"), text);
  const sources = [
    '@json class A { x: i32 = 1; } export function f(): A { return new A(); }',
    'class A { y: string = ""; } export function f(): A { return 1; }',
    '@json class B { x: string = ""; } @json class A { @alias("z") y: B = new B(); } export function g(a: A): B[] { return [a.y]; }',
    'export function f(): string { return "no JSON"; }',
    '@json class A { y: f64 = 2; @omitnull() b: A | null = null; } export function f(): A { return new A(); }',
  ];
  const { ask, end } = resident(dir);
  for (const [at, text] of sources.entries()) {
    source(text);
    for (const mode of ["debug", "release"]) {
      const [one, other] = [path.join(dir, "build/one.wasm"), path.join(dir, "build/other.wasm")];
      const expected = run(dir, mode, "-o", one);
      assert.equal(expected.status, at === 1 ? 1 : 0, expected.stderr);
      assert.deepEqual(await ask(mode, "-o", other), expected);
      if (at !== 1) assert.ok(readFileSync(other).equals(readFileSync(one)), `${mode}: ${text}`);
    }
  }
  assert.deepEqual(await ask("debug", "release"), run(dir, "debug", "release"));
  assert.equal(await end(), 0);
});

test("a command that stays ends after an app's own transform has run", async () => {
  const dir = app({
    "asconfig.json": { options: { transform: ["./own.mjs"] } },
    "own.mjs": 'export default class { afterParse() { console.log("own"); } }',
  });
  const { ask, ended } = resident(dir);
  assert.deepEqual(await ask("debug"), { status: 0, stderr: "own\n" });
  assert.equal(await ended, 0);
});
