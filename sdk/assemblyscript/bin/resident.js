#!/usr/bin/env node
// The build command, over and over: a compiler that has run before takes a third of the time.
//
// Each line of the standard input is a list of arguments in JSON, as modus-as-build takes them. The answer to each is a
// line as well: { "status": 0, "text": "what modus-as-build would have printed" }. It ends with its input, and after a build
// that the next one should not come after.

import { createInterface } from "node:readline";
import { ownTransforms } from "../transform/build.js";
import { run } from "../transform/command.js";

// Builds of one small app leave no more behind each time; nobody knows what others leave.
const MOST_MEMORY = 1 << 30;

const answer = process.stdout.write.bind(process.stdout);
let text = "";
const printed = {
  write: (chunk) => {
    text += chunk;
    return true;
  },
};
// Transforms print, too.
process.stdout.write = printed.write;
process.stderr.write = printed.write;

for await (const line of createInterface({ input: process.stdin })) {
  text = "";
  const status = await run(JSON.parse(line), printed);
  answer(`${JSON.stringify({ status, text })}\n`);
  // An app's own transforms may keep something from build to build, or be changed themselves.
  if (ownTransforms() || process.memoryUsage.rss() > MOST_MEMORY) break;
}
process.exit();
