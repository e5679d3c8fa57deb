// Which of the compiler's messages reach the author, and what they say besides.

import { DiagnosticCategory, DiagnosticCode } from "assemblyscript/dist/assemblyscript.js";

// Classes are exported for other files and for the schema, not as exports of the module.
const EXPORTED_CLASS = DiagnosticCode.Only_variables_functions_and_enums_become_WebAssembly_module_exports;

// What to do about errors whose text does not say it.
const ADVICE = [
  [
    /^Not implemented: Exceptions$/,
    "there is no try and catch; an error ends the call with its message, so test before for what may fail",
  ],
  [/^File '~lib\/@hypermode\/[^']*' not found/, "this SDK has no such file; the README of the package lists what it has"],
  [/^File '~lib\/try-as[^']*' not found/, "this SDK has no errors that can be caught; take out what uses them"],
  [/^File '~lib\/[^']*' not found/, "if it is a package, run 'npm install' in the app's folder"],
  [
    /^Module '~lib\/@hypermode\/[^']*' has no exported member/,
    "this SDK has no such part; the README of the package lists what it has",
  ],
];

/**
 * From here on, warnings and hints about code that the author did not write are left out: libraries, what transforms make. So
 * are those that do not apply to apps, and pedantic ones unless they are asked for. Errors get advice.
 */
export function adapt(program) {
  const { diagnostics } = program;
  diagnostics.push = (...messages) => {
    const wanted = messages.filter((message) => message.category === DiagnosticCategory.Error || isWanted(message, program));
    for (const message of wanted) {
      const [, advice] = ADVICE.find(([text]) => text.test(message.message)) ?? [];
      if (advice) message.message = `${message.message.replace(/\.$/, "")}: ${advice}`;
    }
    return Array.prototype.push.apply(diagnostics, wanted);
  };
}

function isWanted({ category, code, range }, { options, sources }) {
  if (code === EXPORTED_CLASS || (category === DiagnosticCategory.Pedantic && !options.pedantic)) return false;
  // What transforms make has sources of its own, with the app's names.
  return !range || (sources.includes(range.source) && !range.source.normalizedPath.startsWith("~lib/"));
}
