// Measures `modusc dev`: from saving a source to the first answer of what was built of it. `saving.mjs MODUSC SDK ROUNDS`
// prints a line of JSON for each figure.
//
// The app is a copy of the example `excuses`, beside the stand-in for models, which answers with the prompt. Each round saves
// another prompt, and asks for it every 5 ms. Beside it the tool of the language alone, as `modusc dev` runs it: what is more is
// ours. And `modusc build` of the same app.

import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const PATIENCE_MS = 120_000;

const EXAMPLE = fileURLToPath(new URL("../../examples/excuses", import.meta.url));
const PROMPT = "Give me an excuse";

const LANGUAGES = [
  {
    name: "AssemblyScript",
    files: ["assembly", "asconfig.json", "modus.json", "package.json", ".npmrc"],
    source: "assembly/index.ts",
    tool: compiler,
  },
  { name: "Go", files: ["go/go.mod", "go/go.sum", "go/main.go", "go/modus.json"], source: "main.go", tool: buildTool },
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

async function excuse(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"query":"{ generateExcuses(event: \\"a ball\\") }"}',
    });
    return (await response.json()).data?.generateExcuses ?? "";
  } catch {
    return "";
  }
}

// When the app first answers with this prompt, in milliseconds.
async function answered(port, prompt, dev) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    if ((await excuse(port)).includes(prompt)) return performance.now();
    if (dev.exitCode !== null || performance.now() > end) throw new Error(`no answer with "${prompt}"`);
    await sleep(5);
  }
}

// The compiler of AssemblyScript, which stays between two builds. Answers what builds, and what ends it.
function compiler(app) {
  const script = join(app, "node_modules/@hypermode/modus-sdk-as/bin/resident.js");
  const child = spawn("node", [script], { cwd: app, stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const build = async () => {
    child.stdin.write('["debug"]\n');
    const { value } = await lines.next();
    const { status, text } = JSON.parse(value);
    if (status !== 0) throw new Error(text);
  };
  return { build, end: () => child.stdin.end() };
}

function buildTool(app) {
  return { build: () => run("go", ["tool", "modus-go-build", "-output", "build", "."], { cwd: app }), end() {} };
}

// A copy of the example, with the SDK that is measured.
function copy(files, folder) {
  const app = join(folder, "saved");
  for (const file of files) cpSync(join(EXAMPLE, file), join(app, file.replace(/^go\//, "")), { recursive: true });
  if (files.includes("package.json")) {
    const path = join(app, "package.json");
    const text = JSON.parse(readFileSync(path, "utf8"));
    text.dependencies["@hypermode/modus-sdk-as"] = `file:${sdk}`;
    writeFileSync(path, JSON.stringify(text));
  }
  return app;
}

// Milliseconds of each round of something, after one that fills caches.
async function roundsOf(action) {
  const times = [];
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    const ended = await action(round);
    if (round > 0) times.push((ended ?? performance.now()) - began);
  }
  return times;
}

function figure(subject, times) {
  const sorted = times.map((ms) => ms / 1000).sort((a, b) => a - b);
  const line = { figure: "save to live", subject, unit: "s", minimum: sorted[0], median: sorted[(sorted.length - 1) >> 1] };
  console.log(JSON.stringify(line));
}

async function measure({ name, files, source, tool }, folder) {
  const app = copy(files, folder);
  const path = join(app, source);
  const original = readFileSync(path, "utf8");
  const save = (prompt) => writeFileSync(path, original.replace(PROMPT, prompt));
  const port = await freePort();
  const dev = spawn(modusc, ["dev", "--stand-in", "--port", String(port)], { cwd: app, stdio: "ignore" });
  try {
    await answered(port, PROMPT, dev);
    const live = await roundsOf(async (round) => {
      save(`Live${round}`);
      return answered(port, `Live${round} `, dev);
    });
    figure(`${name}, save to live`, live);
  } finally {
    dev.kill("SIGINT");
    await new Promise((done) => (dev.exitCode === null ? dev.once("exit", done) : done()));
  }
  const { build, end } = tool(app);
  try {
    const alone = await roundsOf(async (round) => {
      save(`Tool${round}`);
      await build();
    });
    figure(`${name}, the tool alone`, alone);
  } finally {
    end();
  }
  const built = await roundsOf(async (round) => {
    save(`Built${round}`);
    await run(modusc, ["build"], { cwd: app });
  });
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
