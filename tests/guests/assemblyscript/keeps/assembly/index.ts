// An app that keeps randomness from its start.
const drawn = Math.random();

/** What was drawn at the start. */
export function chosen(): string {
  return drawn.toString();
}
