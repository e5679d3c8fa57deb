// Measures `modusc dev`: from saving a source to the first answer of what was built of it. `saving.mjs MODUSC SDK ROUNDS`
// prints a line of JSON for each figure.
//
// The app is that of `modusc new`: a greeting, and a function that asks a model, so it links the SDK's models and JSON.
// Each round saves another greeting, and asks for it every 5 ms. Beside it `modusc build` of the same app.

import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const PATIENCE_MS = 120_000;

const LANGUAGES = [
  { name: "AssemblyScript", lang: "as", source: "assembly/index.ts" },
  { name: "Go", lang: "go", source: "main.go" },
];

const [modusc, sdk, rounds] = process.argv.slice(2);
if (!(Number(rounds) >= 1)) throw new Error("usage: saving.mjs MODUSC SDK ROUNDS");

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function greeting(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"query":"{ sayHello }"}',
    });
    return (await response.json()).data?.sayHello;
  } catch {
    return undefined;
  }
}

// When the app first answers this, in milliseconds.
async function answered(port, expected, dev) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    if ((await greeting(port)) === expected) return performance.now();
    if (dev.exitCode !== null || performance.now() > end) throw new Error(`no answer "${expected}"`);
    await sleep(5);
  }
}

function figure(subject, times) {
  const sorted = times.map((ms) => ms / 1000).sort((a, b) => a - b);
  const line = { figure: "save to live", subject, unit: "s", minimum: sorted[0], median: sorted[(sorted.length - 1) >> 1] };
  console.log(JSON.stringify(line));
}

async function measure({ name, lang, source }, folder) {
  await run(modusc, ["new", "saved", "--lang", lang, "--sdk", sdk], { cwd: folder });
  const app = join(folder, "saved");
  const path = join(app, source);
  const original = readFileSync(path, "utf8");
  const save = (word) => writeFileSync(path, original.replace("Hello, ", `${word}, `));
  const port = await freePort();
  const dev = spawn(modusc, ["dev", "--port", String(port)], { cwd: app, stdio: "ignore" });
  try {
    await answered(port, "Hello, World!", dev);
    const live = [];
    for (let round = 0; round <= rounds; round++) {
      const saved = performance.now();
      save(`Hello${round}`);
      const took = (await answered(port, `Hello${round}, World!`, dev)) - saved;
      if (round > 0) live.push(took); // the first fills caches
    }
    figure(`${name}, save to live`, live);
  } finally {
    dev.kill("SIGINT");
    await new Promise((done) => (dev.exitCode === null ? dev.once("exit", done) : done()));
  }
  const built = [];
  for (let round = 0; round < rounds; round++) {
    save(`Built${round}`);
    const began = performance.now();
    await run(modusc, ["build"], { cwd: app });
    built.push(performance.now() - began);
  }
  figure(`${name}, modusc build`, built);
}

for (const language of LANGUAGES) {
  const folder = mkdtempSync(join(tmpdir(), "saving-"));
  try {
    await measure(language, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
