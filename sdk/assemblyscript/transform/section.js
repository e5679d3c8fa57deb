// The two custom sections in which an app describes itself.

export const VERSION_SECTION = "modus_metadata_version";
export const METADATA_SECTION = "modus_metadata";
export const METADATA_VERSION = 2;

/** Yields `{ id, name, start, end, data }` for every section of a wasm binary; `name` and `data` only for custom ones. */
export function* sections(wasm) {
  const leb = (at) => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return [value, at];
    }
  };
  if (wasm.length < 8 || wasm[0] !== 0 || wasm[1] !== 0x61) throw new Error("not a wasm module");
  for (let at = 8; at < wasm.length; ) {
    const start = at;
    const id = wasm[at++];
    let size;
    [size, at] = leb(at);
    const end = at + size;
    if (id === 0) {
      const [length, nameStart] = leb(at);
      const name = Buffer.from(wasm.subarray(nameStart, nameStart + length)).toString();
      yield { id, name, start, end, data: wasm.subarray(nameStart + length, end) };
    } else {
      yield { id, start, end };
    }
    at = end;
  }
}

/** The metadata of a compiled app as an object, or null where there is none. */
export function readMetadata(wasm) {
  let json = null;
  for (const section of sections(wasm)) {
    if (section.name === METADATA_SECTION) json = Buffer.from(section.data).toString();
  }
  return json === null ? null : JSON.parse(json);
}
