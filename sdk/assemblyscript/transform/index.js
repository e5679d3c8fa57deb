// The compiler transform: writes the metadata sections once a program is compiled.

import path from "node:path";
import binaryen from "binaryen";
import { Transform } from "assemblyscript/transform";
import { adapt } from "./diagnostics.js";
import { buildIdOf, buildTimeOf, gitOf, pluginOf, SDK_STRING } from "./identity.js";
import { toJson } from "./json.js";
import { Collector } from "./metadata.js";
import { METADATA_SECTION, METADATA_VERSION, VERSION_SECTION } from "./section.js";

/**
 * A transform with settings: `appDir` (where package.json is), `buildId` (instead of the derived one), `git` (record the
 * checkout; makes the bytes depend on it), `warn` (receives texts).
 */
export function modusTransform(settings = {}) {
  return class ModusTransform extends Transform {
    constructor() {
      super();
      adapt(this.program);
    }

    afterCompile(module) {
      const appDir = settings.appDir ?? path.resolve(this.baseDir);
      const warn = settings.warn ?? ((text) => this.stderr.write(`WARNING: ${text}\n`));
      const plugin = pluginOf(appDir);
      const metadata = {
        plugin,
        sdk: SDK_STRING,
        buildId: settings.buildId ?? buildIdOf(plugin, this.sources(), this.options()),
        buildTs: buildTimeOf(process.env),
        ...(settings.git ? gitOf(appDir) : {}),
        ...new Collector(this.program, warn).collect(module, binaryen),
      };
      module.addCustomSection(VERSION_SECTION, Uint8Array.of(METADATA_VERSION));
      module.addCustomSection(METADATA_SECTION, Buffer.from(toJson(metadata)));
    }

    sources() {
      return this.program.sources.map(({ normalizedPath, text }) => ({ name: normalizedPath, text }));
    }

    // Compiler settings that shape the output, as plain values.
    options() {
      const plain = ([, value]) => ["boolean", "number", "string"].includes(typeof value);
      return Object.entries(this.program.options).filter(plain).sort();
    }
  };
}

export default modusTransform({ git: process.env.MODUS_GIT_INFO === "1" });
