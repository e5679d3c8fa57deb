// Parameter defaults: what the metadata can say about an initializer.

import { LiteralKind, NodeKind, Token } from "assemblyscript/dist/assemblyscript.js";

/** Stands for "there is a default, but only the guest can evaluate it". */
export const PLACEHOLDER = "";

export function defaultOf(expression) {
  const value = literal(expression);
  return value === undefined ? PLACEHOLDER : value;
}

// The literal's value (integers as BigInt, so that no digit is lost), or undefined.
function literal(node) {
  switch (node.kind) {
    case NodeKind.Null:
      return null;
    case NodeKind.True:
      return true;
    case NodeKind.False:
      return false;
    case NodeKind.Parenthesized:
      return literal(node.expression);
    case NodeKind.UnaryPrefix:
      return signed(node);
    case NodeKind.Literal:
      break;
    default:
      return undefined;
  }
  switch (node.literalKind) {
    case LiteralKind.Integer:
      return BigInt(digits(node));
    case LiteralKind.Float: {
      const value = Number(digits(node));
      return Number.isFinite(value) ? value : undefined;
    }
    case LiteralKind.String:
      return node.value;
    case LiteralKind.Template:
      return node.expressions.length === 0 ? node.parts[0] : undefined;
    case LiteralKind.Array: {
      const values = node.elementExpressions.map(literal);
      return values.includes(undefined) ? undefined : values;
    }
    default:
      return undefined;
  }
}

function signed(node) {
  const value = literal(node.operand);
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  if (node.operator === Token.Plus) return value;
  return node.operator === Token.Minus ? -value : undefined;
}

function digits(node) {
  return node.range.toString().replaceAll("_", "");
}
