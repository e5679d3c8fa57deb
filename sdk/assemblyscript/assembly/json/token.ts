// Strings and numbers of JSON: where they end, and what a string says. Places are addresses of UTF-16 code units.

/** The closing quote of the string whose first character is at `start`. */
export function stringEnd(start: usize, end: usize, text: usize): usize {
  let at = start;
  while (at < end) {
    const code = load<u16>(at);
    if (code == 0x22) return at;
    if (code < 0x20) invalid("A control character in a string has to be escaped", at, text);
    at += code == 0x5c ? escapeSize(at, end, text) : 2;
  }
  invalid("The JSON ends within a string", end, text);
  return end;
}

// The size of the escape sequence at `at`.
function escapeSize(at: usize, end: usize, text: usize): usize {
  if (at + 2 >= end) invalid("The JSON ends within a string", end, text);
  const code = load<u16>(at, 2);
  if (code != 0x75) {
    if (!unescaped(code)) invalid("There is no such escape sequence", at, text);
    return 4;
  }
  for (let i = at + 4; i < at + 12; i += 2) {
    if (i >= end || hexValue(load<u16>(i)) < 0) invalid("\\u needs four hexadecimal digits", at, text);
  }
  return 12;
}

/** What the string between `start` and `end` says; its escapes are valid. */
export function readString(start: usize, end: usize): string {
  const out = __new(end - start, idof<string>());
  let to = out;
  for (let at = start; at < end; ) {
    let code = load<u16>(at);
    if (code == 0x5c) {
      code = load<u16>(at, 2);
      at += 4;
      if (code == 0x75) {
        code = hex4(at);
        at += 8;
      } else {
        code = unescaped(code);
      }
    } else {
      at += 2;
    }
    store<u16>(to, code);
    to += 2;
  }
  return changetype<string>(to - out == end - start ? out : __renew(out, to - out));
}

// The character that stands behind a backslash for another one, or 0.
function unescaped(code: u16): u16 {
  switch (code) {
    case 0x22: // "
    case 0x2f: // /
    case 0x5c: // \
      return code;
    case 0x62: // b
      return 0x08;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    default:
      return 0;
  }
}

function hex4(at: usize): u16 {
  let value: i32 = 0;
  for (let i: usize = 0; i < 8; i += 2) value = (value << 4) | hexValue(load<u16>(at + i));
  return <u16>value;
}

function hexValue(code: u32): i32 {
  if (isDigit(code)) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

export function isDigit(code: u32): bool {
  return code >= 0x30 && code <= 0x39;
}

/** Where the number that begins at `start` ends. */
export function numberEnd(start: usize, end: usize, text: usize): usize {
  let at = start;
  if (load<u16>(at) == 0x2d) at += 2;
  at = at < end && load<u16>(at) == 0x30 ? at + 2 : digitsEnd(at, end, text);
  if (at < end && load<u16>(at) == 0x2e) at = digitsEnd(at + 2, end, text);
  if (at < end && (load<u16>(at) | 0x20) == 0x65) {
    at += 2;
    if (at < end && (load<u16>(at) == 0x2b || load<u16>(at) == 0x2d)) at += 2;
    at = digitsEnd(at, end, text);
  }
  return at;
}

function digitsEnd(start: usize, end: usize, text: usize): usize {
  let at = start;
  while (at < end && isDigit(load<u16>(at))) at += 2;
  if (at == start) invalid("A digit is missing", at, text);
  return at;
}

/** Ends with what is wrong and where. */
export function invalid(what: string, at: usize, text: usize): void {
  throw new Error(what + " at character " + (((at - text) >> 1) + 1).toString() + " of the JSON.");
}
