#!/usr/bin/env node
// modus-as-build [APP_DIR] [debug|release] [-o OUT.wasm] [--target NAME] [--debug] [--build-id ID] [--git]

import { run } from "../transform/command.js";

process.exitCode = await run(process.argv.slice(2), process.stderr);
