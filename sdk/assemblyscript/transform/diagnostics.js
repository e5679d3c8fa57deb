// Which of the compiler's messages reach the author.

import { DiagnosticCategory, DiagnosticCode } from "assemblyscript/dist/assemblyscript.js";

// Classes are exported for other files and for the schema, not as exports of the module.
const EXPORTED_CLASS = DiagnosticCode.Only_variables_functions_and_enums_become_WebAssembly_module_exports;

/**
 * From here on, warnings and hints about code that the author did not write are left out: libraries, what transforms make. So
 * are those that do not apply to apps, and pedantic ones unless they are asked for.
 */
export function leaveOutForeignWarnings(program) {
  const own = new Set(program.sources.filter(({ normalizedPath }) => !normalizedPath.startsWith("~lib/")));
  const isWanted = ({ category, code }) =>
    code !== EXPORTED_CLASS && (category !== DiagnosticCategory.Pedantic || program.options.pedantic);
  const concerns = (message) =>
    message.category === DiagnosticCategory.Error || (isWanted(message) && (!message.range || own.has(message.range.source)));
  program.diagnostics.push = (...messages) => Array.prototype.push.apply(program.diagnostics, messages.filter(concerns));
}
