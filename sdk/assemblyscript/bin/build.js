#!/usr/bin/env node
// modus-as-build [APP_DIR] [-o OUT.wasm] [--target NAME] [--debug] [--build-id ID] [--git]

import path from "node:path";
import { parseArgs } from "node:util";
import { build, save } from "../transform/build.js";

const USAGE = `usage: modus-as-build [APP_DIR] [options]
  -o, --output FILE   where to write the module (default: APP_DIR/build/app.wasm)
  --target NAME       target of the app's asconfig.json (default: release)
  --debug             do not optimise, keep function names
  --build-id ID       record this build id in place of one derived from the sources
  --git               record repository and commit (the bytes then depend on the checkout)
`;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o" },
      target: { type: "string" },
      debug: { type: "boolean" },
      "build-id": { type: "string" },
      git: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help || positionals.length > 1) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const appDir = positionals[0] ?? ".";
  const wasm = await build(appDir, {
    target: values.target,
    debug: values.debug,
    buildId: values["build-id"],
    git: values.git,
  });
  await save(values.output ?? path.join(appDir, "build", "app.wasm"), wasm);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`modus-as-build: ${error.message}\n`);
  process.exitCode = 1;
}
