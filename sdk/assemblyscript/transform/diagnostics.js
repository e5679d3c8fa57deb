// Which of the compiler's messages reach the author.

import { DiagnosticCategory } from "assemblyscript/dist/assemblyscript.js";

/** From here on, warnings and hints about code that the author did not write are left out: libraries, what transforms make. */
export function leaveOutForeignWarnings(program) {
  const own = new Set(program.sources.filter(({ normalizedPath }) => !normalizedPath.startsWith("~lib/")));
  const concerns = ({ category, range }) => category === DiagnosticCategory.Error || !range || own.has(range.source);
  program.diagnostics.push = (...messages) => Array.prototype.push.apply(program.diagnostics, messages.filter(concerns));
}
