// Writing JSON by hand where a request's shape depends on which of its members are set.

const HEX = "0123456789abcdef";

/** A JSON string literal. Lone surrogates are escaped, so that the text survives any transport. */
export function quote(text: string): string {
  let out = "\"";
  let copied = 0;
  for (let i = 0, length = text.length; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code != 0x22 && code != 0x5c && (code < 0xd800 || code > 0xdfff)) continue;
    if (code >= 0xd800 && code <= 0xdbff && i + 1 < length && (text.charCodeAt(i + 1) & 0xfc00) == 0xdc00) {
      i++;
      continue;
    }
    out += text.substring(copied, i) + escape(code);
    copied = i + 1;
  }
  return out + text.substring(copied) + "\"";
}

/** A JSON array of string literals. */
export function quoteAll(texts: string[]): string {
  const parts = new Array<string>(texts.length);
  for (let i = 0; i < texts.length; i++) parts[i] = quote(texts[i]);
  return "[" + parts.join(",") + "]";
}

/** Collects the members of a JSON object in order. */
export class ObjectText {
  private members: string[] = [];

  /** Adds a member whose value is JSON already. */
  raw(name: string, json: string): ObjectText {
    this.members.push(quote(name) + ":" + json);
    return this;
  }

  /** Adds a text member. */
  text(name: string, value: string): ObjectText {
    return this.raw(name, quote(value));
  }

  toString(): string {
    return "{" + this.members.join(",") + "}";
  }
}

function escape(code: i32): string {
  switch (code) {
    case 0x22:
      return "\\\"";
    case 0x5c:
      return "\\\\";
    case 0x08:
      return "\\b";
    case 0x09:
      return "\\t";
    case 0x0a:
      return "\\n";
    case 0x0c:
      return "\\f";
    case 0x0d:
      return "\\r";
  }
  return "\\u" + HEX.charAt(code >> 12) + HEX.charAt((code >> 8) & 15) + HEX.charAt((code >> 4) & 15) + HEX.charAt(code & 15);
}
