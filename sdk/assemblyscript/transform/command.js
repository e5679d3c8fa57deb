// The build command: what it is told, what it does, how it ended.

import path from "node:path";
import { parseArgs } from "node:util";
import { checkVersions } from "./versions.js";

const USAGE = `usage: modus-as-build [APP_DIR] [debug|release] [options]
  APP_DIR             folder of the app (default: the current one; a folder called debug is ./debug)
  debug, release      target of the app's asconfig.json (default: release); debug is --debug, too
  -o, --output FILE   where to write the module (default: APP_DIR/build/app.wasm);
                      in folders of the app, modus.json is copied beside it
  --target NAME       another target of the app's asconfig.json
  --debug             do not optimise, keep function names
  --build-id ID       record this build id in place of one derived from the sources
  --git               record repository and commit (the bytes then depend on the checkout)
`;

// The arguments of the tool that this one replaces.
const MODES = ["debug", "release"];

/** Builds as the arguments say. Writes to `stderr` what there is to say, and answers the status to exit with. */
export async function run(args, stderr) {
  try {
    return await runUnlessWrong(args, stderr);
  } catch (error) {
    stderr.write(`modus-as-build: ${error.message}\n`);
    return 1;
  }
}

async function runUnlessWrong(args, stderr) {
  const { values, positionals } = parseArgs({
    args,
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
  const mode = positionals.find((each) => MODES.includes(each));
  const folders = positionals.filter((each) => !MODES.includes(each));
  if (values.help || folders.length > 1 || positionals.length - folders.length > 1) {
    stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const appDir = folders[0] ?? ".";
  checkVersions(appDir); // before another compiler than ours is loaded
  const { build, copyManifest, save } = await import("./build.js");
  const wasm = await build(appDir, {
    target: values.target ?? mode,
    debug: values.debug ?? mode === "debug",
    buildId: values["build-id"],
    git: values.git,
    stderr,
  });
  const output = values.output ?? path.join(appDir, "build", "app.wasm");
  await save(output, wasm);
  await copyManifest(appDir, output);
  return 0;
}
