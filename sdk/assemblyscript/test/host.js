// A minimal host for the tests: enough of the guest interface to call functions of a compiled app.

import { readMetadata } from "../transform/section.js";

export class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** One instance of an app. `functions` are host functions by `module.name`; they take and return JS values. */
export class Guest {
  constructor(wasm, { functions = {}, environment = { TZ: "UTC", CLAIMS: "" } } = {}) {
    this.metadata = readMetadata(wasm);
    this.logs = [];
    this.environment = Object.entries(environment).map(([key, value]) => Buffer.from(`${key}=${value}\0`));
    const module = new WebAssembly.Module(wasm);
    const imports = {};
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      if (kind !== "function") throw new Error(`unexpected import of a ${kind}`);
      imports[from] ??= {};
      imports[from][name] = from.startsWith("wasi") ? this.wasi(name) : this.hostFunction(`${from}.${name}`, functions);
    }
    this.exports = new WebAssembly.Instance(module, imports).exports;
    this.exports._initialize();
  }

  call(name, ...args) {
    const { parameters = [], results } = this.metadata.fnExports[name];
    const lowered = parameters.map(({ type }, i) => (i < args.length ? this.lower(type, args[i]) : zeroOf(type)));
    this.exports.__setArgumentsLength?.(args.length);
    const result = this.exports[name](...lowered);
    return results ? this.lift(results[0].type, result) : undefined;
  }

  get view() {
    return new DataView(this.exports.memory.buffer);
  }

  hostFunction(name, functions) {
    return (...args) => {
      const { parameters = [], results } = this.metadata.fnImports[name];
      const values = parameters.map(({ type }, i) => this.lift(type, args[i]));
      if (name === "modus_system.logMessage") this.logs.push(values);
      const result = functions[name]?.(...values);
      return results ? this.lower(results[0].type, result ?? null) : undefined;
    };
  }

  wasi(name) {
    const size = () => this.environment.reduce((sum, each) => sum + each.length, 0);
    const known = {
      proc_exit: (code) => {
        throw new Exit(code);
      },
      environ_sizes_get: (count, bytes) => {
        this.view.setUint32(count, this.environment.length, true);
        this.view.setUint32(bytes, size(), true);
        return 0;
      },
      environ_get: (pointers, at) => {
        for (const each of this.environment) {
          this.view.setUint32(pointers, at, true);
          new Uint8Array(this.exports.memory.buffer).set(each, at);
          pointers += 4;
          at += each.length;
        }
        return 0;
      },
      clock_time_get: (_id, _precision, at) => {
        this.view.setBigUint64(at, 1_700_000_000_000_000_000n, true);
        return 0;
      },
    };
    return known[name] ?? (() => 0);
  }

  lift(type, value) {
    const plain = type.replace(/ ?\| ?null$/, "");
    if (plain === "bool") return value !== 0;
    if (/^[uif](8|16|32|64|size)|^[ui]size/.test(plain)) return value;
    if (value === 0) return null;
    const rtSize = this.view.getUint32(value - 4, true);
    const bytes = (at, length) => Buffer.from(this.exports.memory.buffer.slice(at, at + length));
    if (plain === "~lib/string/String") return bytes(value, rtSize).toString("utf16le");
    if (plain === "~lib/arraybuffer/ArrayBuffer") return bytes(value, rtSize);
    if (plain.startsWith("~lib/typedarray/")) {
      return bytes(this.view.getUint32(value + 4, true), this.view.getUint32(value + 8, true));
    }
    const list = /^~lib\/(array|staticarray)\/\w+<(.*)>$/.exec(plain);
    if (list) {
      const width = widthOf(list[2]);
      const isArray = list[1] === "array";
      const length = isArray ? this.view.getUint32(value + 12, true) : rtSize / width;
      const start = isArray ? this.view.getUint32(value + 4, true) : value;
      return Array.from({ length }, (_, i) => this.lift(list[2], this.load(list[2], start + i * width)));
    }
    if (plain.endsWith("Date")) return new Date(Number(this.view.getBigInt64(value + 16, true)));
    const object = {};
    let offset = 0;
    for (const field of this.metadata.types[plain].fields ?? []) {
      const width = widthOf(field.type);
      offset = Math.ceil(offset / width) * width;
      object[field.name] = this.lift(field.type, this.load(field.type, value + offset));
      offset += width;
    }
    return object;
  }

  lower(type, value) {
    const plain = type.replace(/ ?\| ?null$/, "");
    if (plain === "bool") return value ? 1 : 0;
    if (!plain.includes("/")) return value;
    if (value === null) return 0;
    const { __new, __pin } = this.exports;
    if (plain === "~lib/string/String") {
      const text = Buffer.from(value, "utf16le");
      const at = __pin(__new(text.length, 2));
      new Uint8Array(this.exports.memory.buffer).set(text, at);
      return at;
    }
    if (plain === "~lib/arraybuffer/ArrayBuffer") {
      const at = __pin(__new(value.length, 1));
      new Uint8Array(this.exports.memory.buffer).set(value, at);
      return at;
    }
    const { id, fields = [] } = this.metadata.types[plain];
    const items = /^~lib\/(array|staticarray)\/\w+<(.*)>$/.exec(plain);
    if (items) {
      const width = widthOf(items[2]);
      const isArray = items[1] === "array";
      const start = __pin(__new(value.length * width, isArray ? 1 : id));
      value.forEach((each, i) => this.store(items[2], start + i * width, this.lower(items[2], each)));
      if (!isArray) return start;
      const at = __pin(__new(16, id));
      [start, start, value.length * width, value.length].forEach((word, i) => this.view.setUint32(at + i * 4, word, true));
      return at;
    }
    if (plain.startsWith("~lib/typedarray/")) {
      const start = this.lower("~lib/arraybuffer/ArrayBuffer", value);
      const at = __pin(__new(12, id));
      [start, start, value.length].forEach((word, i) => this.view.setUint32(at + i * 4, word, true));
      return at;
    }
    if (plain.endsWith("Date")) {
      const at = __pin(__new(24, id));
      const day = [value.getUTCFullYear(), value.getUTCMonth() + 1, value.getUTCDate()];
      day.forEach((part, i) => this.view.setInt32(at + i * 4, part, true));
      this.view.setBigInt64(at + 16, BigInt(value.getTime()), true);
      return at;
    }
    let size = 0;
    const places = fields.map((field) => {
      const width = widthOf(field.type);
      const offset = Math.ceil(size / width) * width;
      size = offset + width;
      return offset;
    });
    const at = __pin(__new(size, id));
    fields.forEach((field, i) => {
      this.store(field.type, at + places[i], this.lower(field.type, value[field.name] ?? null));
    });
    return at;
  }

  load(type, at) {
    return this.view[`get${accessorOf(type)}`](at, true);
  }

  store(type, at, value) {
    this.view[`set${accessorOf(type)}`](at, accessorOf(type).startsWith("Big") ? BigInt(value) : value, true);
  }
}

function widthOf(type) {
  const bits = /^[uif](8|16|32|64)$/.exec(type);
  return bits ? Number(bits[1]) / 8 : type === "bool" ? 1 : 4;
}

function accessorOf(type) {
  const accessors = { i8: "Int8", u8: "Uint8", bool: "Uint8", i16: "Int16", u16: "Uint16", i32: "Int32", isize: "Int32" };
  const wide = { i64: "BigInt64", u64: "BigUint64", f32: "Float32", f64: "Float64" };
  return accessors[type] ?? wide[type] ?? "Uint32";
}

function zeroOf(type) {
  return type === "i64" || type === "u64" ? 0n : 0;
}
