// What this SDK changes in json-as: everything that reads JSON is our own (assembly/json), and what it writes is valid.
//
// json-as 1.1 looks for the ends of values instead of parsing them. It drops the backslash of `\u2603`, takes `\\"` for a
// quote within a string, and makes something of any text. Its types and decorators stay as they are.

import { JSONTransform } from "json-as/transform/lib/index.js";
import { SimpleParser } from "json-as/transform/lib/util.js";
import { isRaw, jsonForOldJson, readingRaw, writingRaw } from "./json_generation.js";

const READER = "@hypermode/modus-sdk-as/assembly/json/reader";

// Changes by file: a text and what replaces it; or two texts, where what is from the first to before the second is replaced.
const CHANGES = {
  "assembly/index.ts": [
    ["import { deserializeBoolean }", "import { serializeArbitrary }", `import * as reader from "${READER}";\n`],
    ["import { deserializeArbitrary }", "import { serializeObject }", ""],
    ["import { deserializeObject }", "import { serializeRaw }", ""],
    ["import { deserializeRaw }", "import { serializeString_SIMD }", ""],
    [
      "@inline export function stringify<T>",
      "/**\n   * Parses valid JSON",
      `export function stringify<T>(data: T, out: string | null = null): string {
    // A serializer of the app calls this while another text is written, whose buffer may move meanwhile.
    const written = bs.offset - changetype<usize>(bs.buffer);
    const size = bs.stackSize;
    JSON.__serialize<T>(data);
    const start = changetype<usize>(bs.buffer) + written;
    const text = Util.ptrToStr(start, bs.offset);
    bs.offset = start;
    bs.stackSize = size;
    return text;
  }

  `,
    ],
    [
      "@inline export function parse<T>",
      "/**\n   * Enum representing",
      `export function parse<T>(data: string): T {
    return reader.parse<T>(data);
  }
  /** As parse: it was the careful one of two. */
  export function parseSafe<T>(data: string): T {
    return reader.parse<T>(data);
  }

  `,
    ],
    [
      "export function __deserialize<T>",
      "export namespace Util",
      `export function __deserialize<T>(srcStart: usize, srcEnd: usize, dst: usize = 0): T {
    return reader.parse<T>(Util.ptrToStr(srcStart, srcEnd));
  }
  /** What the code made for a class reads with. */
  export namespace reading {
    // @ts-ignore: decorator
    @inline export function begin(): bool { return reader.begin(); }
    // @ts-ignore: decorator
    @inline export function next(): bool { return reader.next(); }
    // @ts-ignore: decorator
    @inline export function nameSize(): usize { return reader.nameSize(); }
    // @ts-ignore: decorator
    @inline export function isNamed(name: string): bool { return reader.isNamed(name); }
    // @ts-ignore: decorator
    @inline export function member<T>(base: usize, offset: usize): void { reader.member<T>(base, offset); }
    // @ts-ignore: decorator
    @inline export function skip(): void { reader.skip(); }
    // @ts-ignore: decorator
    @inline export function rawText(): string { return reader.rawText(); }
  }
  `,
    ],
    [
      "export namespace internal {",
      "// @ts-ignore: inline\n@inline export function toRaw",
      `export namespace internal {
    // @ts-ignore: inline
    @inline export function stringify<T>(data: T, out: string | null = null): string {
      return JSON.stringify<T>(data);
    }
  }
}

`,
    ],
    // Integers keep their sign, and a reference may be null. What a value cannot hold otherwise, it holds as text.
    ["public type: i32;", "public type: i32;\n    public signed: bool;"],
    [
      "@inline set<T>(value: T): void {",
      "/**\n     * Gets the value of the JSON.Value",
      `set<T>(value: T): void {
      if (isReference<T>()) {
        if (changetype<usize>(value) == 0) this.set<usize>(0);
        else this.hold<nonnull<T>>(changetype<nonnull<T>>(value));
        return;
      }
      this.signed = isSigned<T>();
      if (isBoolean<T>()) this.type = JSON.Types.Bool;
      else if (isFloat<T>()) this.type = sizeof<T>() == 4 ? JSON.Types.F32 : JSON.Types.F64;
      else if (nameof<T>() == "usize" && value == <T>0) this.type = JSON.Types.Null;
      else if (sizeof<T>() == 1) this.type = JSON.Types.U8;
      else if (sizeof<T>() == 2) this.type = JSON.Types.U16;
      else this.type = sizeof<T>() == 4 ? JSON.Types.U32 : JSON.Types.U64;
      store<u64>(changetype<usize>(this), 0, STORAGE);
      store<T>(changetype<usize>(this), value, STORAGE);
    }
    private hold<T>(value: T): void {
      let type = -1;
      // @ts-ignore: made by the transform
      if (isDefined(value.__SERIALIZE) && isManaged<T>()) {
        type = idof<T>() + JSON.Types.Struct;
        // @ts-ignore
        if (!JSON.Value.METHODS.has(idof<T>())) JSON.Value.METHODS.set(idof<T>(), value.__SERIALIZE.index);
      } else if (isString<T>()) type = JSON.Types.String;
      else if (value instanceof JSON.Raw) type = JSON.Types.Raw;
      else if (value instanceof JSON.Obj) type = JSON.Types.Object;
      else if (idof<T>() == idof<Map<string, JSON.Value>>()) type = JSON.Types.Struct;
      else if (idof<T>() == idof<Array<JSON.Value>>()) type = JSON.Types.Array;
      if (type < 0) return this.hold<JSON.Raw>(JSON.Raw.from(JSON.stringify<T>(value)));
      this.type = type;
      store<u64>(changetype<usize>(this), 0, STORAGE);
      store<usize>(changetype<usize>(this), changetype<usize>(value), STORAGE);
      __link(changetype<usize>(this), changetype<usize>(value), false);
    }

    `,
    ],
    // The other way to write strings does not make room for all that it writes.
    ["if (ASC_FEATURE_SIMD) {", "if (false) {"],
    [
      "case JSON.Types.U8:",
      "case JSON.Types.F32:",
      `case JSON.Types.U8:
          return this.signed ? this.get<i8>().toString() : this.get<u8>().toString();
        case JSON.Types.U16:
          return this.signed ? this.get<i16>().toString() : this.get<u16>().toString();
        case JSON.Types.U32:
          return this.signed ? this.get<i32>().toString() : this.get<u32>().toString();
        case JSON.Types.U64:
          return this.signed ? this.get<i64>().toString() : this.get<u64>().toString();
        case JSON.Types.Struct:
          return JSON.stringify(this.get<Map<string, JSON.Value>>());
        `,
    ],
    // What is made of parts is written as JSON is, also while another text is being written. A text in a list kept its quotes.
    [
      "case JSON.Types.Array: {\n          const arr",
      "case JSON.Types.Object: {\n          return",
      "case JSON.Types.Array:\n          return JSON.stringify(this.get<JSON.Value[]>());\n        ",
    ],
    [
      "const fn = JSON.Value.METHODS.get(this.type - JSON.Types.Struct);\n          const value",
      "    @unsafe private __visit",
      "return JSON.stringify<JSON.Value>(this);\n        }\n      }\n    }\n\n",
    ],
    // A value that is null or was never set has a text, and what is raw is kept while the value is.
    [
      "case JSON.Types.Raw: {",
      `case JSON.Types.Null:
          return "null";
        case JSON.Types.Raw: {
          if (this.get<usize>() == 0) return "null";`,
    ],
    ["if (this.type >= JSON.Types.String) {", "if (this.type >= JSON.Types.String || this.type == JSON.Types.Raw) {"],
  ],
  // Eight bytes here overwrote what stands behind the buffer.
  "assembly/serialize/simple/bool.ts": [["store<u64>(bs.offset, 101, 8);", "store<u16>(bs.offset, 101, 8);"]],
  // What is not a number has no text in JSON.
  "assembly/serialize/simple/float.ts": [
    ["import { dtoa_buffered }", 'import { JSON } from "../..";\nimport { dtoa_buffered }'],
    ["bs.ensureSize(64);", "if (!isFinite<T>(data)) return JSON.__serialize<usize>(0);\n  bs.ensureSize(64);"],
  ],
  // The buffer had room for what was announced in sum, which is not what is written where. Now there is room before each write.
  "lib/as-bs.ts": [
    [
      "// @ts-ignore: decorator\n  @inline export function ensureSize",
      "/**\n   * Proposes that the buffer size",
      `export function ensureSize(size: usize): void {
    if (offset + size > bufferSize + changetype<usize>(buffer)) grow(size);
  }
  function grow(size: usize): void {
    bufferSize += max<usize>(size, bufferSize);
    const moved = changetype<ArrayBuffer>(__renew(changetype<usize>(buffer), bufferSize));
    offset += changetype<usize>(moved) - changetype<usize>(buffer);
    buffer = moved;
  }

  `,
    ],
    ["if ((stackSize += size) > bufferSize) {", "/**\n   * Increases", "ensureSize(size);\n  }\n\n  "],
    ["if ((stackSize += size) > bufferSize) {", "/**\n   * Resizes", "ensureSize(size);\n  }\n\n  "],
  ],
  "assembly/serialize/simple/array.ts": [["// bs.growSize(2);", "bs.ensureSize(2);"]],
  "assembly/serialize/simple/map.ts": [
    ["// bs.growSize(2);", "bs.ensureSize(2);"],
    ["(unchecked(keys[i]));\n      store", "(unchecked(keys[i]));\n      bs.ensureSize(4);\n      store"],
    ["(unchecked(keys[srcEnd]));\n    store", "(unchecked(keys[srcEnd]));\n    bs.ensureSize(4);\n    store"],
  ],
  "assembly/serialize/simple/string.ts": [
    ["bs.growSize(10);", "bs.ensureSize(12 + srcEnd - srcPtr);"],
    ["bs.growSize(2);", "bs.ensureSize(4 + srcEnd - srcPtr);"],
  ],
  "assembly/serialize/simple/arbitrary.ts": [
    [
      "case JSON.Types.U8:",
      "case JSON.Types.F32:",
      `case JSON.Types.Null:
      JSON.__serialize<usize>(0);
      break;
    case JSON.Types.Raw:
      if (src.get<usize>() == 0) JSON.__serialize<usize>(0);
      else JSON.__serialize<JSON.Raw>(src.get<JSON.Raw>());
      break;
    case JSON.Types.Struct:
      JSON.__serialize<Map<string, JSON.Value>>(src.get<Map<string, JSON.Value>>());
      break;
    case JSON.Types.U8:
      if (src.signed) serializeInteger<i8>(src.get<i8>());
      else serializeInteger<u8>(src.get<u8>());
      break;
    case JSON.Types.U16:
      if (src.signed) serializeInteger<i16>(src.get<i16>());
      else serializeInteger<u16>(src.get<u16>());
      break;
    case JSON.Types.U32:
      if (src.signed) serializeInteger<i32>(src.get<i32>());
      else serializeInteger<u32>(src.get<u32>());
      break;
    case JSON.Types.U64:
      if (src.signed) serializeInteger<i64>(src.get<i64>());
      else serializeInteger<u64>(src.get<u64>());
      break;
    `,
    ],
  ],
};

/**
 * The text of a file of json-as (named from its package's folder), as it is compiled here. `old`: for sources that were
 * written for versions before 1.0.
 */
export function changed(file, text, old = false) {
  for (const change of CHANGES[file] ?? []) {
    const replacement = change.at(-1);
    const start = placeOf(change[0], text, 0, file);
    const end = change.length === 3 ? placeOf(change[1], text, start, file) : start + change[0].length;
    text = text.slice(0, start) + replacement + text.slice(end);
  }
  return old ? jsonForOldJson(text) : text;
}

function placeOf(part, text, from, file) {
  const place = text.indexOf(part, from);
  if (place < 0) throw new Error(`json-as is not the version this SDK is made for: there is no '${part}' in its ${file}`);
  return place;
}

/** Lets the transform of json-as make other methods than its own. `old` as above. */
export function changeMethods(old) {
  SimpleParser.parseClassMember = (text, node) => parseClassMember.call(SimpleParser, method(text, old), node);
}

const { parseClassMember } = SimpleParser;

function method(text, old) {
  if (text.includes("__SERIALIZE(ptr: usize)")) return old ? writingRaw(writing(text)) : writing(text);
  if (text.includes("__INITIALIZE(): this")) return initializing(text, JSONTransform.SN.schema?.members ?? [], old);
  if (!text.includes("__DESERIALIZE<")) return text;
  // A deserializer of the app gets the text of its value.
  const given = "JSON.Util.ptrToStr(srcStart, srcEnd)";
  if (text.includes(given)) return text.replace(given, "JSON.reading.rawText()");
  return reading(JSONTransform.SN.schema.members, old);
}

// Fields of these types that the text does not mention would be null, which they cannot be.
const EMPTY = { "JSON.Raw": 'new JSON.Raw("null")', "JSON.Value": "JSON.Value.from<usize>(0)", "JSON.Obj": "new JSON.Obj()" };

function initializing(text, members, old) {
  const open = members.filter(({ type, value }) => !value && type in EMPTY);
  const stores = open.map(({ name, type }) => {
    const empty = old && type === "JSON.Raw" ? '"null"' : EMPTY[type];
    return `store<${type}>(changetype<usize>(this), ${empty}, offsetof<this>(${JSON.stringify(name)}));\n`;
  });
  return text.replace(/ *return this;/, stores.join("") + "$&");
}

// Members that are left out leave their comma, and there has to be room for each name and for what a serializer of the app gives.
function writing(text) {
  return text
    .replace("store<u16>(bs.offset, 125, 0);", "if (load<u16>(bs.offset - 2) == 44) bs.offset -= 2;\n  $&")
    .replace("bs.resetState();", "")
    .replace("memory.copy(bs.offset,", "bs.ensureSize(dataSize);\n    $&")
    .replace(/ *bs\.proposeSize\(\d+\);\n/, "")
    .replace(/(?: *store<\w+>\(bs\.offset, .*\n)+ *bs\.offset \+= (\d+);/g, "bs.ensureSize($1);\n$&");
}

// Reads an object by the names of its members; those that are not fields are passed.
function reading(members, old) {
  const bySize = new Map();
  for (const member of members) {
    const name = member.alias ?? member.name;
    const place = `changetype<usize>(out), offsetof<this>(${JSON.stringify(member.name)})`;
    const field = old && isRaw(member.type) ? readingRaw(member) : `JSON.reading.member<${member.type}>(${place})`;
    const test = `if (JSON.reading.isNamed(${JSON.stringify(name)})) { ${field}; continue; }`;
    bySize.set(name.length * 2, [...(bySize.get(name.length * 2) ?? []), test]);
  }
  const cases = [...bySize].map(([size, tests]) => `case ${size}: { ${tests.join("\n")} break; }`);
  return `__DESERIALIZE<__JSON_T>(srcStart: usize, srcEnd: usize, out: __JSON_T): __JSON_T {
    if (!JSON.reading.begin()) return out;
    do {
      switch (<u32>JSON.reading.nameSize()) {
        ${cases.join("\n")}
      }
      JSON.reading.skip();
    } while (JSON.reading.next());
    return out;
  }`;
}
