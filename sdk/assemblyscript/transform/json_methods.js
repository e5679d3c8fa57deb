// Runs the transform of json-as: over all files of an app, and with all problems told at their places.

import { CommonFlags, DiagnosticCode, NodeKind } from "assemblyscript/dist/assemblyscript.js";
import JsonTransform, { JSONTransform as JsonState } from "json-as/transform/lib/index.js";
import { Schema, Src } from "json-as/transform/lib/types.js";
import { isStdlib } from "json-as/transform/lib/util.js";
import { isJson, isStandardLibrary } from "./json_sources.js";

export class JsonMethods extends JsonTransform {
  problems = [];

  // Errors of parsing would end the build before the compiler tells its own.
  afterInitialize(program) {
    for (const { range, text } of this.problems) program.error(DiagnosticCode.User_defined_0, range, text);
  }

  afterParse(parser) {
    const state = new JsonState(); // it remembers the classes of the last build otherwise
    JsonState.SN = state;
    state.visitClassDeclaration = (node) => this.visitClass(state, node);
    super.afterParse(parser);
    // The transform takes files for the compiler's library whose names have `uri`, `util/` or `memory` somewhere.
    for (const source of parser.sources) {
      if (!isStdlib(source) || isStandardLibrary(source)) continue;
      state.imports = [];
      state.currentSource = source;
      state.visit(source);
      if (state.schemas.has(source.internalPath)) state.addImports(source);
    }
  }

  // The transform ends at the first problem. Here it is noted, and the class passes for one without fields.
  visitClass(state, node) {
    try {
      JsonState.prototype.visitClassDeclaration.call(state, node);
    } catch (error) {
      const { source } = node.range;
      const message = error.stack.split("\n  at ")[0].replace(/^Error: /, "");
      this.problems.push({ range: node.name.range, text: `JSON of class '${node.name.text}': ${message}` });
      const stub = Object.assign(new Schema(), { node, name: node.name.text });
      const known = state.sources.get(source);
      state.visitedClasses.add(known.getFullPath(node));
      state.schemas.set(source.internalPath, [...(state.schemas.get(source.internalPath) ?? []), stub]);
    }
  }
}

// The transform does not look behind files that hand on what others export, nor into folders by their index. What a class
// inherits from there was left out.
const { getImportedClass } = Src.prototype;
Src.prototype.getImportedClass = function (name, parser) {
  return getImportedClass.call(this, name, parser) ?? importedClass(this.imports, name, parser, new Set());
};

function importedClass(statements, name, parser, seen) {
  const isMeant = (each) => each.name.text === name && each.foreignName.text === name;
  const from = statements.find(({ kind, declarations }) => kind === NodeKind.Import && declarations?.some(isMeant));
  return from ? exportedClass(from.internalPath, name, parser, seen) : null;
}

function exportedClass(file, name, parser, seen) {
  const source = parser.sources.find(({ internalPath }) => internalPath === file || internalPath === `${file}/index`);
  if (!source || seen.has(source)) return null;
  seen.add(source);
  for (const statement of source.statements) {
    const found = exportedBy(statement, name, parser, seen);
    if (found) return found;
  }
  return null;
}

function exportedBy(statement, name, parser, seen) {
  const { kind, flags, internalPath, members, range } = statement;
  if (kind === NodeKind.ClassDeclaration) {
    return statement.name.text === name && flags & CommonFlags.Export && isJson(statement) ? statement : null;
  }
  if (kind !== NodeKind.Export) return null;
  if (members && !members.some((each) => each.exportedName.text === name && each.localName.text === name)) return null;
  if (internalPath) return exportedClass(internalPath, name, parser, seen);
  return importedClass(range.source.statements, name, parser, seen);
}
