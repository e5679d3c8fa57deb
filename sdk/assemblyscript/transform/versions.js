// The packages this SDK is made for: an app's package.json can replace them for everyone, without a word from npm.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const WANTED = read(new URL("../package.json", import.meta.url)).dependencies;

// As apps call this SDK.
const SDK_NAME = "@hypermode/modus-sdk-as";

// Where package managers let an app replace packages of its packages.
const REPLACING = {
  overrides: (manifest) => manifest.overrides,
  resolutions: (manifest) => manifest.resolutions,
  "pnpm.overrides": (manifest) => manifest.pnpm?.overrides,
};

/** Throws unless the compiler and the libraries are those that this SDK is made for. */
export function checkVersions(appDir) {
  for (const [name, wanted] of Object.entries(WANTED)) {
    let file;
    try {
      file = require.resolve(`${name}/package.json`);
    } catch {
      throw new Error(`${name} ${wanted} is not installed: run 'npm install' in the app's folder`);
    }
    const { version } = read(file);
    if (version === wanted) continue;
    throw new Error(
      `this SDK needs ${name} ${wanted}, and found ${version} in ${path.dirname(file)}: ` +
        `${remedy(appDir, name, wanted)}, then run 'npm install' there`,
    );
  }
}

function remedy(appDir, name, wanted) {
  const file = path.join(path.resolve(appDir), "package.json");
  let places = [];
  let own = "";
  try {
    const manifest = read(file);
    places = Object.keys(REPLACING).filter((key) => names(REPLACING[key](manifest), name));
    // The original's template has such a line, which other packages of the app may need.
    if (typeof manifest.overrides?.[name] === "string") {
      own = `, or add "${SDK_NAME}": { "${name}": "${wanted}" } to overrides there`;
    }
  } catch {
    // What is wrong with the app's package.json is said elsewhere.
  }
  const where = places.length ? `under ${places.join(" and ")}` : "(overrides, resolutions, a lock file)";
  return `take out what replaces ${name} ${where} in ${file}${own}`;
}

// Keys may be `name`, `name@range`, `parent>name` and `parent/name`, and overrides of npm may be nested.
function names(overrides, name) {
  return Object.entries(overrides ?? {}).some(([key, value]) => {
    const last = key.split(">").at(-1).replace(/(?<=.)@[^/]*$/, "");
    return last === name || last.endsWith(`/${name}`) || (typeof value === "object" && names(value, name));
  });
}
