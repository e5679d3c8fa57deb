// Sources that were written for json-as before 1.0, where `JSON.Raw` is another name for `string`. The class of today is
// called `JSON.RawValue` then; fields that are declared as `JSON.Raw` hold the text of any JSON.

import { readFileSync } from "node:fs";
import path from "node:path";
import { Node, NodeKind } from "assemblyscript/dist/assemblyscript.js";
import { toString } from "json-as/transform/lib/util.js";

/** True if the app's package.json asks for a version of json-as before 1.0. */
export function isWrittenForOldJson(appDir) {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(path.join(appDir, "package.json"), "utf8"));
  } catch {
    return false; // what is wrong with it is said elsewhere
  }
  const range = manifest.dependencies?.["json-as"] ?? manifest.devDependencies?.["json-as"];
  return typeof range === "string" && /^[^\d]*0\./.test(range);
}

// Files of this SDK whose fields apps assign to.
const WITH_FIELDS_OF_APPS = /^assembly\/models\/(openai\/chat\/(tools|options)|anthropic\/messages|gemini\/generate)\.ts$/;

/** A file of this SDK (named from its folder) for old sources. */
export function sdkForOldJson(file, text) {
  if (WITH_FIELDS_OF_APPS.test(file)) return text.replaceAll("JSON.Raw.from(", "(");
  return text.replace(/\bJSON\.Raw\b/g, "JSON.RawValue");
}

/** A file of json-as for old sources. */
export function jsonForOldJson(text) {
  return text
    .replace(/\bJSON\.Raw\b/g, "JSON.RawValue")
    .replace(/\bclass Raw\b/, "class RawValue")
    .replace(
      "export class RawValue",
      `export type Raw = string;
  // What is written where a field holds text of JSON, and what is read into it.
  export function rawOf(text: string | null): RawValue {
    return new RawValue(text === null || text.length == 0 ? "null" : text);
  }
  export function readRaw(base: usize, offset: usize, isNullable: bool): void {
    const text = reader.rawText();
    const value = isNullable && text == "null" ? 0 : changetype<usize>(text);
    store<usize>(base + offset, value);
    __link(base, value, false);
  }
  $&`,
    );
}

const RAW = /^JSON\.Raw( *\| *null)?$/;

/** True for the type of a field that holds text of JSON. */
export function isRaw(type) {
  return RAW.test(type);
}

/** The code that reads a field of text of JSON. */
export function readingRaw({ name, type }) {
  return `JSON.readRaw(changetype<usize>(out), offsetof<this>(${JSON.stringify(name)}), ${type.includes("null")})`;
}

/** The code that writes an object, for fields of text of JSON. */
export function writingRaw(text) {
  const call = /JSON\.__serialize<JSON\.Raw(?: *\| *null)?>\((load<[^>]*>\(.*\))\);/g;
  return text.replace(call, "JSON.__serialize<JSON.RawValue>(JSON.rawOf($1));");
}

// Functions that give a value of the type that they are asked for.
const READERS = new Set(["parse", "parseSafe", "json", "get", "getValue"]);

/** Calls that ask for `JSON.Raw` get the text of any JSON, not only that of a string. */
export function readRawValues(source) {
  source.statements = source.statements.map(changed);
}

function changed(node) {
  for (const [key, value] of Object.entries(node)) {
    if (key === "range" || value === null || typeof value !== "object") continue;
    if (Array.isArray(value)) node[key] = value.map((each) => (each instanceof Node ? changed(each) : each));
    else if (value instanceof Node) node[key] = changed(value);
  }
  if (node.kind !== NodeKind.Call || node.typeArguments?.length !== 1) return node;
  const called = node.expression.property ?? node.expression;
  if (!isRaw(toString(node.typeArguments[0])) || !READERS.has(called.text)) return node;
  node.typeArguments[0].name.next.identifier.text = "RawValue";
  const property = Node.createIdentifierExpression("data", node.range);
  return Node.createPropertyAccessExpression(node, property, node.range);
}
