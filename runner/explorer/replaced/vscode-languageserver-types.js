// Two tables of the language server protocol are all that completion needs of 20 kB.
export const InsertTextFormat = { PlainText: 1, Snippet: 2 };
export const InsertTextMode = { asIs: 1, adjustIndentation: 2 };
