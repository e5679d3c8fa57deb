import { environ_get, environ_sizes_get } from "bindings/wasi_snapshot_preview1";

/**
 * A variable of the environment, or the empty text. It is read when it is asked for. `process.env` is read when an instance
 * starts, and an app that has it cannot be initialised at build time.
 */
export function variable(name: string): string {
  const sizes = memory.data(8);
  if (environ_sizes_get(sizes, sizes + 4) != 0) return "";
  const count = <usize>load<u32>(sizes);
  const buffer = new ArrayBuffer(<i32>(count << 2) + load<i32>(sizes, 4));
  const start = changetype<usize>(buffer);
  if (environ_get(start, start + (count << 2)) != 0) return "";
  const end = start + buffer.byteLength;
  const wanted = name + "=";
  for (let i: usize = 0; i < count; i++) {
    const at = <usize>load<u32>(start + (i << 2));
    const text = String.UTF8.decodeUnsafe(at, end - at, true);
    if (text.startsWith(wanted)) return text.substring(wanted.length);
  }
  return "";
}
