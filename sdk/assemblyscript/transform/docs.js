// Documentation comments: the `/** … */` directly before a declaration.

// Whatever may stand between the comment and the declared name's own range.
const MODIFIERS =
  /(?:(?:export|default|declare|abstract|public|private|protected|readonly|static|@[\w.]+(?:\((?:[^()]|\([^()]*\))*\))?|\/\/[^\n]*)\s*)*$/;

/** `{ lines }` for a declaration, or undefined if it has no comment. */
export function docsOf(declaration) {
  const { range } = declaration;
  const before = range.source.text.slice(0, range.start).trimEnd().replace(MODIFIERS, "").trimEnd();
  if (!before.endsWith("*/")) return undefined;
  const start = before.lastIndexOf("/*");
  if (!before.startsWith("/**", start) || start + 4 > before.length - 1) return undefined;
  const lines = before
    .slice(start + 3, -2)
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  while (lines.length && lines[0] === "") lines.shift();
  while (lines.length && lines[lines.length - 1] === "") lines.pop();
  return lines.length ? { lines } : undefined;
}
