import { proc_exit } from "./bindings/wasi_snapshot_preview1";

// @ts-ignore: decorator
@external("modus_system", "logMessage")
declare function logMessage(level: string, message: string): void;

export function modus_abort(message: string | null = null, fileName: string | null = null, line: u32 = 0, column: u32 = 0): void {
  let text = message ? message : "abort()";
  if (fileName) text += " at " + fileName + ":" + line.toString() + ":" + column.toString();
  logMessage("fatal", text);
  proc_exit(255);
}

export function modus_trace(
  message: string,
  n: i32 = 0,
  a0: f64 = 0,
  a1: f64 = 0,
  a2: f64 = 0,
  a3: f64 = 0,
  a4: f64 = 0,
): void {
  let text = message;
  if (n > 0) text += " " + a0.toString();
  if (n > 1) text += " " + a1.toString();
  if (n > 2) text += " " + a2.toString();
  if (n > 3) text += " " + a3.toString();
  if (n > 4) text += " " + a4.toString();
  logMessage("trace", text);
}
