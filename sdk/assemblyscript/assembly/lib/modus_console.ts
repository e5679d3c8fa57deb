import { wasi_process } from "./wasi_process";

// @ts-ignore: decorator
@external("modus_system", "logMessage")
declare function logMessage(level: string, message: string): void;

// @ts-ignore: decorator
@lazy const timers = new Map<string, u64>();

export namespace modus_console {
  export function assert<T>(condition: T, message: string = ""): void {
    if (!condition) error("Assertion failed: " + message);
  }

  export function log(message: string = ""): void {
    logMessage("", message);
  }

  export function debug(message: string = ""): void {
    logMessage("debug", message);
  }

  export function info(message: string = ""): void {
    logMessage("info", message);
  }

  export function warn(message: string = ""): void {
    logMessage("warning", message);
  }

  export function error(message: string = ""): void {
    logMessage("error", message);
  }

  export function time(label: string = "default"): void {
    if (timers.has(label)) warn("Label '" + label + "' already exists for console.time()");
    else timers.set(label, wasi_process.hrtime());
  }

  export function timeLog(label: string = "default"): void {
    if (timers.has(label)) report(label);
    else warn("No such label '" + label + "' for console.timeLog()");
  }

  export function timeEnd(label: string = "default"): void {
    if (timers.has(label)) {
      report(label);
      timers.delete(label);
    } else {
      warn("No such label '" + label + "' for console.timeEnd()");
    }
  }

  function report(label: string): void {
    const elapsed = <f64>(wasi_process.hrtime() - timers.get(label)) / 1e6;
    log(label + ": " + elapsed.toString() + "ms");
  }
}
