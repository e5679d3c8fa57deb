// Base64 with padding, as RFC 4648 section 4 defines it.

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID = "The text is not valid base64.";

/** The text of bytes. */
export function encode(bytes: Uint8Array): string {
  const size = bytes.length;
  const out = __new((<usize>((size + 2) / 3)) << 3, idof<string>());
  let to = out;
  for (let i = 0; i < size; i += 3) {
    const left = size - i;
    let bits = (<u32>unchecked(bytes[i])) << 16;
    if (left > 1) bits |= (<u32>unchecked(bytes[i + 1])) << 8;
    if (left > 2) bits |= unchecked(bytes[i + 2]);
    store<u16>(to, digit(bits >> 18));
    store<u16>(to, digit(bits >> 12), 2);
    store<u16>(to, left > 1 ? digit(bits >> 6) : 0x3d, 4);
    store<u16>(to, left > 2 ? digit(bits) : 0x3d, 6);
    to += 8;
  }
  return changetype<string>(out);
}

function digit(bits: u32): u16 {
  return <u16>DIGITS.charCodeAt(bits & 63);
}

/** The bytes of a text; throws if it is no base64. */
export function decode(text: string): Uint8Array {
  const length = text.length;
  if (length % 4 != 0) throw new Error(INVALID);
  if (length == 0) return new Uint8Array(0);
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((length / 4) * 3 - padding);
  let bits: u32 = 0;
  let at = 0;
  for (let i = 0; i < length; i++) {
    bits = (bits << 6) | (i < length - padding ? valueOf(text.charCodeAt(i)) : 0);
    if (i % 4 != 3) continue;
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) unchecked((bytes[at++] = <u8>(bits >> shift)));
  }
  return bytes;
}

function valueOf(code: u32): u32 {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code == 0x2b) return 62;
  if (code == 0x2f) return 63;
  throw new Error(INVALID);
}
