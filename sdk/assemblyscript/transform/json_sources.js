// What an app's sources may say about JSON although the transform of json-as does not take it: what earlier versions took,
// fields of classes without a decorator, static fields. It is put into the words that the transform knows before it runs.

import { libraryFiles } from "assemblyscript/asc";
import { CommonFlags, DiagnosticCode, LiteralKind, Node, NodeKind, Token } from "assemblyscript/dist/assemblyscript.js";
import { Transform } from "assemblyscript/transform";
import { SimpleParser, toString } from "json-as/transform/lib/util.js";
import { constant } from "./constants.js";
import { readRawValues } from "./json_generation.js";

const JSON_DECORATORS = new Set(["json", "serializable"]);
const PRIMITIVE = /^(bool|boolean|number|[iu](8|16|32|64|size)|f32|f64)$/;

/** True for the compiler's own library, false for the app, this SDK and other packages. */
export function isStandardLibrary({ internalPath }) {
  return internalPath.startsWith("~lib/") && (internalPath.slice(5) in libraryFiles || internalPath.startsWith("~lib/wasi_"));
}

/** A transform that has to run before that of json-as. `old`: the sources were written for a version before 1.0. */
export const jsonSources = (old) =>
  class extends JsonSources {
    old = old;
  };

class JsonSources extends Transform {
  problems = [];

  // Errors of parsing would end the build before the compiler tells its own.
  afterInitialize(program) {
    for (const { range, text } of this.problems) program.error(DiagnosticCode.User_defined_0, range, text);
  }

  afterParse(parser) {
    const sources = parser.sources.filter((source) => !isStandardLibrary(source));
    if (this.old) sources.filter(isOfApp).forEach(readRawValues);
    const classes = sources.flatMap((source) => [...classesIn(source.statements)]);
    decorateParts(classes, aliasesIn(sources));
    for (const node of classes.filter(isJson)) {
      for (const member of node.members) {
        if (member.kind === NodeKind.FieldDeclaration) this.change(member, node, parser.sources);
      }
    }
  }

  change(field, node, sources) {
    if (field.flags & CommonFlags.Static) return decorate(field, "omit");
    field.decorators = field.decorators?.flatMap((decorator) => {
      const name = decoratorName(decorator);
      if (name === "omitif") return this.omitIf(decorator, node);
      if (name === "alias") return [alias(decorator, node.range.source, sources)];
      return name === "omitnull" ? omitNull(decorator, field) : [decorator];
    });
  }

  // The condition is a function, a text, or an expression. The transform wants the contrary of others than functions.
  omitIf(decorator, node) {
    const [condition] = decorator.args ?? [];
    if (!condition) return [decorator];
    if (condition.kind === NodeKind.Function) return [inPlace(condition.declaration, decorator)];
    const isText = condition.kind === NodeKind.Literal && condition.literalKind === LiteralKind.String;
    const text = isText ? condition.value : toString(condition);
    const parsed = expression(`!(${text})`);
    if (!parsed) {
      const problem = `@omitif of a field of '${node.name.text}' has a condition that is no expression: ${text}`;
      this.problems.push({ range: decorator.range, text: problem });
      return [];
    }
    return [renamed(decorator, "omitif", [parsed])];
  }
}

// A constant stands for its text. What is no constant is told by the transform.
function alias(decorator, source, sources) {
  const value = constant(decorator.args?.[0], source, sources);
  return value ? renamed(decorator, "alias", [value]) : decorator;
}

// Earlier versions take the decorator on any field. What cannot be null is always written; what should not be null but is
// because nothing was assigned yet, is not.
function omitNull(decorator, field) {
  if (!field.type || field.type.isNullable) return [decorator];
  const type = toString(field.type);
  if (PRIMITIVE.test(type)) return [];
  const isNull = `isReference<${type}>() ? changetype<usize>(this.${field.name.text}) == 0 : false`;
  return [renamed(decorator, "omitif", [expression(`!(${isNull})`)])];
}

// What a function of one expression gives, in its place: as a function it is an object in memory that is called through a table.
function inPlace({ signature, body }, decorator) {
  const given = body?.kind === NodeKind.Expression ? body.expression : body?.kind === NodeKind.Return ? body.value : null;
  if (!given || signature.parameters.length !== 1) return decorator;
  const condition = Node.createParenthesizedExpression(ofThis(given, signature.parameters[0].name.text), given.range);
  return renamed(decorator, "omitif", [Node.createUnaryPrefixExpression(Token.Exclamation, condition, given.range)]);
}

// An expression with `this` for a name.
function ofThis(node, name) {
  if (node.kind === NodeKind.Identifier && node.text === name) return Node.createThisExpression(node.range);
  for (const [key, value] of Object.entries(node)) {
    if (key === "range" || key === "property" || value === null || typeof value !== "object") continue;
    if (Array.isArray(value)) node[key] = value.map((each) => (each instanceof Node ? ofThis(each, name) : each));
    else if (value instanceof Node) node[key] = ofThis(value, name);
  }
  return node;
}

function expression(text) {
  try {
    return SimpleParser.parseExpression(text);
  } catch {
    return null;
  }
}

// A class without a decorator that is part of a class with one would end the build.
function decorateParts(classes, aliases) {
  const byName = new Map();
  for (const node of classes) byName.set(node.name.text, [...(byName.get(node.name.text) ?? []), node]);
  const open = classes.filter(isJson);
  for (let node = open.pop(); node; node = open.pop()) {
    const types = node.members.filter(isWritten).map(({ type }) => type);
    for (const name of namesIn([node.extendsType, ...types], aliases)) {
      for (const part of partsNamed(name, node, byName)) {
        decorate(part, "json");
        open.push(part);
      }
    }
  }
}

function isWritten(member) {
  const omitted = member.decorators?.some((each) => decoratorName(each) === "omit");
  return member.kind === NodeKind.FieldDeclaration && !(member.flags & CommonFlags.Static) && !omitted;
}

// The app's classes that a name may stand for: that of the same file, else those of others.
function partsNamed(name, { range }, byName) {
  const found = (byName.get(name) ?? []).filter((each) => isOfApp(each.range.source));
  const near = found.filter((each) => each.range.source === range.source);
  return (near.length ? near : found).filter((each) => !isJson(each));
}

// The last parts of all names in types: `Part` of `Map<string, x.Part[]>`. Other names for types are followed.
function* namesIn(types, aliases, seen = new Set()) {
  for (const type of types) {
    if (type?.kind !== NodeKind.NamedType) continue;
    let { name } = type;
    while (name.next) name = name.next;
    const { text } = name.identifier;
    yield text;
    if (!seen.has(text)) yield* namesIn(aliases.get(text) ?? [], aliases, seen.add(text));
    yield* namesIn(type.typeArguments ?? [], aliases, seen);
  }
}

function aliasesIn(sources) {
  const aliases = new Map();
  for (const { name, kind, type } of sources.flatMap(({ statements }) => statements)) {
    if (kind === NodeKind.TypeDeclaration) aliases.set(name.text, [...(aliases.get(name.text) ?? []), type]);
  }
  return aliases;
}

function isOfApp({ internalPath }) {
  return !internalPath.startsWith("~lib/");
}

function* classesIn(statements) {
  for (const statement of statements) {
    if (statement.kind === NodeKind.ClassDeclaration) yield statement;
    else if (statement.kind === NodeKind.NamespaceDeclaration) yield* classesIn(statement.members);
  }
}

/** True for a class that is read from and written as JSON. */
export function isJson({ decorators }) {
  return decorators?.some((each) => JSON_DECORATORS.has(decoratorName(each))) ?? false;
}

function decoratorName(decorator) {
  return decorator.name.text?.toLowerCase().trim();
}

function decorate(node, name) {
  const { range } = node.name;
  node.decorators = [...(node.decorators ?? []), Node.createDecorator(identifier(name, range), null, range)];
}

function renamed({ range }, name, args) {
  return Node.createDecorator(identifier(name, range), args, range);
}

function identifier(name, range) {
  return Node.createIdentifierExpression(name, range);
}
