// Prints what is linked into each program, and what is packed into the SDK, as a CycloneDX document (SBOM).
//
// `cargo tree` tells exactly which crates a program has with its own features; a tool over the whole workspace would add those of
// the others. Versions and checksums are those of the lock files. So this needs no network, and no tool that takes minutes to build.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const read = (path) => readFileSync(join(root, path), "utf8");
const PROGRAMS = ["modusc", "modus-runner"];

/** Checksums of crates, by name and version. */
function checksums() {
  const found = new Map();
  for (const entry of read("Cargo.lock").split("[[package]]").slice(1)) {
    const value = (name) => entry.match(new RegExp(`^${name} = "(.*)"$`, "m"))?.[1];
    found.set(`${value("name")}@${value("version")}`, value("checksum"));
  }
  return found;
}

/** The crates that are linked into a program. */
function crates(program) {
  const arguments_ = ["tree", "--locked", "--offline", "-p", program, "-e", "normal,no-proc-macro", "--prefix", "none"];
  const lines = execFileSync("cargo", [...arguments_, "--format", "{p}|{l}"], { cwd: root, encoding: "utf8" });
  const found = new Map();
  for (const line of lines.split("\n").filter(Boolean)) {
    const [, name, version, license] = line.match(/^(\S+) v(\S+)[^|]*\|(.*?)(?: \(\*\))?$/);
    found.set(`${name}@${version}`, { name, version, license: license.replaceAll("/", " OR ") });
  }
  return found;
}

const licensed = (license) => (license ? { licenses: [{ expression: license }] } : {});

function crate({ name, version, license }, checksum) {
  const reference = `pkg:cargo/${name}@${version}`;
  const hashes = checksum ? { purl: reference, hashes: [{ alg: "SHA-256", content: checksum }] } : {};
  return { type: "library", "bom-ref": reference, name, version, ...licensed(license), ...hashes };
}

/** The SDK with the packages in it. */
function sdk() {
  const { packages } = JSON.parse(read("sdk/assemblyscript/package-lock.json"));
  const own = JSON.parse(read("sdk/assemblyscript/package.json"));
  const reference = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`;
  const parts = Object.entries(packages).filter(([path, { dev }]) => path !== "" && !dev);
  const components = parts.map(([path, { version, license, integrity }]) => {
    const name = path.split("node_modules/").at(-1);
    const content = Buffer.from(integrity.replace("sha512-", ""), "base64").toString("hex");
    const ref = reference(name, version);
    const hashes = [{ alg: "SHA-512", content }];
    return { type: "library", "bom-ref": ref, name, version, ...licensed(license), purl: ref, hashes };
  });
  const ref = reference(own.name, own.version);
  const whole = { type: "library", "bom-ref": ref, name: own.name, version: own.version, ...licensed(own.license) };
  return { whole, components };
}

const known = checksums();
const components = new Map();
const dependencies = [];
const version = read("Cargo.toml").match(/^version = "(.*)"$/m)[1];
for (const program of PROGRAMS) {
  const linked = crates(program);
  linked.delete(`${program}@${version}`);
  for (const [key, found] of linked) components.set(`pkg:cargo/${key}`, crate(found, known.get(key)));
  const ref = `program:${program}`;
  components.set(ref, { type: "application", "bom-ref": ref, name: program, version, ...licensed("Apache-2.0") });
  dependencies.push({ ref, dependsOn: [...linked.keys()].map((key) => `pkg:cargo/${key}`).sort() });
}
const { whole, components: packed } = sdk();
for (const component of [whole, ...packed]) components.set(component["bom-ref"], component);
dependencies.push({ ref: whole["bom-ref"], dependsOn: packed.map((component) => component["bom-ref"]).sort() });

const timestamp = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? 0) * 1000).toISOString();
const document = {
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: { timestamp, component: { type: "application", "bom-ref": "archive", name: "modusc-archive", version } },
  components: [...components.values()].sort((one, other) => (one["bom-ref"] < other["bom-ref"] ? -1 : 1)),
  dependencies: [{ ref: "archive", dependsOn: dependencies.map(({ ref }) => ref) }, ...dependencies],
};
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
