import { utils } from "@hypermode/modus-sdk-as";

export function ok(v: i32): i32 {
  return v;
}

// Abnormal endings

export function throws(v: string): string {
  if (v.length >= 0) throw new Error(v);
  return v;
}
export function throwsDeep(depth: i32): i32 {
  if (depth <= 0) throw new RangeError("too deep");
  return throwsDeep(depth - 1) + 1;
}
export function throwsUserError(v: string): void {
  utils.throwUserError(v);
}
export function traps(): i32 {
  unreachable();
  return 1;
}
export function divides(a: i32, b: i32): i32 {
  return a / b;
}
export function readsOutOfBounds(): i32 {
  return load<i32>(0xffff_fff0);
}
export function memoryBytes(): i64 {
  return i64(memory.size()) << 16;
}
/** Whether eight bytes at an address are not all 0. */
export function readsAt(address: u32): bool {
  return load<u64>(address) != 0;
}
/** The same nearly 2 GiB behind the address, by an offset in the instruction. */
export function readsFarFrom(address: u32): bool {
  return load<u64>(address, 0x7fff_fff0) != 0;
}
export function recurses(v: i64): i64 {
  return v < 0 ? 0 : recurses(v + 1) + 1;
}
export function exits(code: i32): string {
  process.exit(code);
  return "not reached";
}
export function asserts(v: bool): bool {
  assert(v, "the value is false");
  return v;
}
export function indexes(v: i32[], index: i32): i32 {
  return v[index];
}
export function missingKey(key: string): i32 {
  const map = new Map<string, i32>();
  map.set("present", 1);
  return map.get(key);
}
export function nullReference(v: string | null): i32 {
  return v!.length;
}

// Endless and greedy

export function loops(): i32 {
  let i = 0;
  while (process.exitCode == 0) i++;
  return i;
}
/** Keeps taking memory until it is stopped. */
export function memoryBomb(): i32 {
  const hoard: StaticArray<u8>[] = [];
  while (process.exitCode == 0) hoard.push(new StaticArray<u8>(1 << 24));
  return hoard.length;
}
/** Takes so many MiB and reports the memory's size in pages. */
export function takesMemory(mebibytes: i32): i32 {
  const hoard: StaticArray<u8>[] = [];
  for (let i = 0; i < mebibytes; i++) hoard.push(new StaticArray<u8>(1 << 20));
  return memory.size();
}
export function bigString(length: i32): string {
  return "x".repeat(length);
}
export function logFlood(count: i32): i32 {
  for (let i = 0; i < count; i++) console.log("line " + i.toString());
  return count;
}

// Results

class Reading {
  label: string = "";
  value: f64 = 0;
  at: Date = new Date(0);
  next: Reading | null = null;
  near: Reading[] = [];
}

/** A reading at a time that no calendar shows, of a value that is no number. */
export function brokenReading(): Reading {
  const reading = new Reading();
  reading.label = "broken";
  reading.value = NaN;
  reading.at = new Date(568_971_820_800_000);
  return reading;
}
export function brokenReadings(): Map<string, Reading> {
  const readings = new Map<string, Reading>();
  readings.set("b", brokenReading());
  readings.set("a", brokenReading());
  return readings;
}
/** A reading that comes after itself. */
export function ring(): Reading {
  const reading = new Reading();
  reading.label = "ring";
  reading.next = reading;
  return reading;
}
/** So many readings, all of them near all. */
export function mesh(size: i32): Reading[] {
  const all: Reading[] = [];
  for (let i = 0; i < size; i++) {
    const reading = new Reading();
    reading.label = "mesh";
    reading.near = all;
    all.push(reading);
  }
  return all;
}
/** An array whose header says that it has so many elements. */
export function absurdArray(length: u32): i32[] {
  const items: i32[] = [1, 2, 3];
  store<u32>(changetype<usize>(items), length, 12);
  return items;
}
export function emptyTexts(count: i32): string[] {
  return new Array<string>(count).fill("");
}

// Logs

export function logs(v: string): string {
  console.log(v);
  console.debug(v);
  console.info(v);
  console.warn(v);
  return v;
}
/** Logs an error and returns all the same. */
export function logsError(v: string): string {
  console.error(v);
  return v;
}
export function consoleAsserts(v: bool): bool {
  console.assert(v, "not so");
  return v;
}
export function traces(v: string): void {
  trace(v, 2, 1.5, 2);
}
export function times(): void {
  console.time("work");
  console.time("work");
  console.timeLog("work");
  console.timeEnd("work");
  console.timeEnd("work");
}
export function writesStreams(v: string): void {
  process.stdout.write(v + "\n");
  process.stderr.write("Error: " + v + "\n");
}

// Environment

/** A variable of the environment; a missing one throws. */
export function env(v: string): string {
  return process.env.get(v);
}
export function hasEnv(v: string): bool {
  return process.env.has(v);
}
export function envNames(): string[] {
  return process.env.keys();
}
export function now(): i64 {
  return Date.now();
}
export function random(): f64 {
  return Math.random();
}
export function randomBytes(v: i32): Uint8Array {
  const bytes = new Uint8Array(v);
  crypto.getRandomValues(bytes);
  return bytes;
}

// State

let counter: i32 = 0;

/** Counts its own calls: always 1 where every call has a fresh instance. */
export function count(): i32 {
  return ++counter;
}

// Imports

// @ts-ignore: decorator
@external("modus_nowhere", "answer")
declare function answerFromNowhere(question: string): i32;
// @ts-ignore: decorator
@external("modus_nowhere", "find")
declare function findNowhere(question: string): string | null;
// @ts-ignore: decorator
@external("modus_nowhere", "tell")
declare function tellNowhere(text: string): void;

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function fdWrite(fd: u32, vectors: usize, count: u32, written: usize): u32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "poll_oneoff")
declare function pollOneoff(subscriptions: usize, events: usize, count: u32, reported: usize): u32;
// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "path_unlink_file")
declare function pathUnlinkFile(fd: u32, path: usize, length: u32): u32;

function zeros(length: u32): usize {
  const block = heap.alloc(length);
  memory.fill(block, 0, length);
  return block;
}
/** What WASI answers to so many empty vectors at once. */
export function writesVectors(count: u32): u32 {
  return fdWrite(1, zeros(count * 8), count, zeros(4));
}
/** The same, to so many clocks that show their time. */
export function pollsClocks(count: u32): u32 {
  return pollOneoff(zeros(count * 48), zeros(count * 32), count, zeros(4));
}
/** The same, to a path of so many bytes. */
export function unlinksPath(length: u32): u32 {
  return pathUnlinkFile(1, zeros(length), length);
}

/** Calls a host function that no host has, for a number. */
export function asksNowhere(v: string): i32 {
  return answerFromNowhere(v);
}
/** The same, for what may be null. */
export function findsNowhere(v: string): string {
  const found = findNowhere(v);
  if (found === null) {
    throw new Error("nobody could be asked");
  }
  return found;
}
/** The same, for nothing. */
export function tellsNowhere(v: string): string {
  tellNowhere(v);
  return "told";
}
