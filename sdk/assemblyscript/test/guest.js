// Guests of the repository, built once for each test file, and how they end.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { build } from "../transform/build.js";
import { Exit, Guest } from "./host.js";

/** Builds a guest of tests/guests/assemblyscript; nothing is optimised, because that takes most of the time. */
export function guest(name) {
  return build(fileURLToPath(new URL(`../../../tests/guests/assemblyscript/${name}`, import.meta.url)), { debug: true });
}

/** What a function that ends the call says, without the place. */
export function ending(wasm, name, ...args) {
  const guest = new Guest(wasm);
  assert.throws(() => guest.call(name, ...args), new Exit(255));
  return guest.logs.at(-1)[1].replace(/ at (~lib|assembly)\/[^ ]*$/, "");
}

/** Host functions for models that give these answers by their names. `sent` collects what they are sent. */
export function models(answers, sent = []) {
  return {
    "modus_models.getModelInfo": (name) => ({ name, fullName: `Full-${name}` }),
    "modus_models.invokeModel": (name, input) => {
      sent.push(JSON.parse(input));
      const answer = answers[name];
      return typeof answer === "string" ? answer : JSON.stringify(answer);
    },
  };
}
