// Constants that an app's sources name where a transform needs the value itself: `@alias(NAME)`, `@alias(Names.ID)`.

import { CommonFlags, LiteralKind, NodeKind } from "assemblyscript/dist/assemblyscript.js";

const PLAIN = new Set([LiteralKind.String, LiteralKind.Integer, LiteralKind.Float]);

/**
 * The literal that a name stands for in a source: a constant of the file, of one that it imports from, or of a namespace or
 * class of either. Null where it is no constant, or one that is computed.
 */
export function constant(node, source, sources) {
  const value = valueOf(node, source, sources, new Set());
  return value?.kind === NodeKind.Literal && PLAIN.has(value.literalKind) ? value : null;
}

// What a name or `Outer.name` was declared with; a name for another constant is followed.
function valueOf(node, source, sources, seen) {
  if (!node || seen.has(node)) return null;
  seen.add(node);
  if (node.kind === NodeKind.Identifier) {
    const found = declared(node.text, source, sources, seen);
    return found && (valueOf(found.declaration.initializer, found.source, sources, seen) ?? null);
  }
  if (node.kind === NodeKind.PropertyAccess && node.expression.kind === NodeKind.Identifier) {
    const outer = declared(node.expression.text, source, sources, seen, true);
    const member = outer && memberOf(outer.declaration, node.property.text);
    return member ? valueOf(member.initializer, outer.source, sources, seen) : null;
  }
  return node;
}

function memberOf({ kind, members }, name) {
  if (kind === NodeKind.NamespaceDeclaration) return variables(members).find((each) => each.name.text === name);
  const isConstant = ({ flags }) => flags & CommonFlags.Static && flags & CommonFlags.Readonly;
  return members.find((each) => each.kind === NodeKind.FieldDeclaration && each.name.text === name && isConstant(each));
}

/** A constant of that name, or a namespace or class, with the source that has it. */
function declared(name, source, sources, seen, isOuter = false) {
  const own = isOuter ? source.statements.find((each) => hasMembers(each) && each.name.text === name) : null;
  const declaration = own ?? (isOuter ? null : variables(source.statements).find((each) => each.name.text === name));
  if (declaration) return { declaration, source };
  for (const { kind, declarations, internalPath } of source.statements) {
    if (kind !== NodeKind.Import) continue;
    const meant = declarations?.find((each) => each.name.text === name);
    if (meant) return exported(meant.foreignName.text, internalPath, sources, seen, isOuter);
  }
  return null;
}

/** The same in a file, which may hand on what others export. */
function exported(name, path, sources, seen, isOuter) {
  const source = sources.find(({ internalPath }) => internalPath === path || internalPath === `${path}/index`);
  if (!source || seen.has(source)) return null;
  seen.add(source);
  const own = declared(name, source, sources, seen, isOuter);
  if (own) return own;
  for (const { kind, members, internalPath } of source.statements) {
    if (kind !== NodeKind.Export || !internalPath) continue;
    const meant = members ? members.find((each) => each.exportedName.text === name)?.localName.text : name;
    const found = meant && exported(meant, internalPath, sources, seen, isOuter);
    if (found) return found;
  }
  return null;
}

function hasMembers({ kind }) {
  return kind === NodeKind.NamespaceDeclaration || kind === NodeKind.ClassDeclaration;
}

// The constants among statements.
function variables(statements) {
  const found = statements.filter(({ kind }) => kind === NodeKind.Variable).flatMap(({ declarations }) => declarations);
  return found.filter(({ flags }) => flags & CommonFlags.Const);
}
