// Collects what the metadata says about functions and types from a compiled program.

import { CommonFlags, ElementKind, TypeFlags } from "assemblyscript/dist/assemblyscript.js";
import { defaultOf } from "./defaults.js";
import { docsOf } from "./docs.js";

// Built-in classes whose layout belongs to the language; they are listed without fields.
const OPAQUE = /^~lib\/(array|arraybuffer|dataview|date|map|set|staticarray|typedarray|wasi_date)\//;
const PREDEFINED = new Set(["~lib/object/Object", "~lib/arraybuffer/ArrayBuffer", "~lib/string/String"]);

export class Collector {
  constructor(program, warn) {
    this.program = program;
    this.warn = warn;
    this.types = new Map();
  }

  /** Describes the exports and imports of a binaryen module: `{ fnExports, fnImports, types }`. */
  collect(module, binaryen) {
    const fnExports = this.exports(module, binaryen);
    const fnImports = this.imports(module, binaryen);
    return { fnExports, fnImports, types: sorted(this.types) };
  }

  exports(module, binaryen) {
    const found = new Map();
    for (let i = 0; i < module.getNumExports(); i++) {
      const { kind, name, value } = binaryen.getExportInfo(module.getExportByIndex(i));
      if (kind !== binaryen.ExternalFunction || isInternal(name)) continue;
      const instance = this.functionNamed(value);
      if (!instance) continue;
      const problem = this.problemWith(instance.signature);
      if (problem) {
        this.warn(`the exported function '${name}' cannot be called from outside: ${problem}`);
        continue;
      }
      found.set(name, this.describe(instance, true));
    }
    return sorted(found);
  }

  imports(module, binaryen) {
    const found = new Map();
    for (let i = 0; i < module.getNumFunctions(); i++) {
      const info = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
      if (!info.module || info.module === "env" || info.module.startsWith("wasi")) continue;
      const instance = this.functionNamed(info.name);
      if (instance) found.set(`${info.module}.${info.base}`, this.describe(instance, false));
    }
    return sorted(found);
  }

  // Exports can go through a wrapper (`export:…`) or an argument-count trampoline (`…@varargs`).
  functionNamed(internalName) {
    const name = internalName.replace(/^export:/, "").replace(/@varargs$/, "");
    const element = this.program.instancesByName.get(name);
    return element && element.kind === ElementKind.Function ? element : null;
  }

  problemWith({ parameterTypes, returnType }) {
    const type = [...parameterTypes, returnType].find((type) => !isTransferable(type));
    return type ? `there is no representation of type '${type}'` : null;
  }

  describe(instance, withDocs) {
    const { signature, declaration } = instance;
    const declared = declaration.signature.parameters;
    const parameters = signature.parameterTypes.map((type, i) => {
      const parameter = { name: declared[i].name.text, type: this.typeName(type) };
      if (declared[i].initializer) parameter.default = defaultOf(declared[i].initializer);
      return parameter;
    });
    const result = signature.returnType.toString();
    const fn = {};
    if (parameters.length) fn.parameters = parameters;
    if (result !== "void") fn.results = [{ type: this.typeName(signature.returnType) }];
    if (withDocs) fn.docs = docsOf(declaration);
    return fn;
  }

  typeName(type) {
    if (type.classReference) this.addClass(type.classReference);
    return type.toString();
  }

  // Lists a class, its type arguments and its fields' types; nullability does not matter here.
  addClass(cls) {
    const name = cls.internalName;
    if (this.types.has(name) || PREDEFINED.has(name) || !cls.type.isManaged) return;
    const definition = { id: cls.id };
    this.types.set(name, definition);
    for (const argument of cls.typeArguments ?? []) this.typeName(argument);
    if (isOpaque(cls)) return;
    const fields = fieldsOf(cls).map((field) => ({
      name: field.name,
      type: this.typeName(field.type),
      docs: docsOf(field.prototype.fieldDeclaration),
    }));
    if (fields.length) definition.fields = fields;
    definition.docs = docsOf(cls.declaration);
  }
}

// Names beginning with an underscore belong to the runtime, except the agent hooks.
function isInternal(name) {
  return name.startsWith("_") && !name.startsWith("_modus_");
}

function isTransferable(type) {
  if (type.signatureReference || type.is(TypeFlags.Vector)) return false;
  if (type.classReference) return type.isManaged;
  return !type.is(TypeFlags.External) && (type.isValue || type.toString() === "void");
}

// A class built on a container shares the container's hidden layout, so its fields say nothing.
function isOpaque(cls) {
  for (let each = cls; each; each = each.base) {
    if (OPAQUE.test(each.internalName)) return true;
  }
  return false;
}

// All instance fields in memory order, inherited ones included.
function fieldsOf(cls) {
  const fields = [];
  for (const member of cls.members?.values() ?? []) {
    const property = member.kind === ElementKind.PropertyPrototype ? member.instance : member;
    if (property?.kind !== ElementKind.Property || !property.isField) continue;
    if (property.is(CommonFlags.Static) || property.memoryOffset < 0) continue;
    fields.push(property);
  }
  return fields.sort((a, b) => a.memoryOffset - b.memoryOffset);
}

function sorted(map) {
  return Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
