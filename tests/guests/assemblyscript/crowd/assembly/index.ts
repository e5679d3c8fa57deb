// Calls of each kind that many clients at once make: they wait, fetch, compute, take much, or only greet. It links what
// most apps link: http, models and JSON.
import { http, models } from "@hypermode/modus-sdk-as";
import { OpenAIChatModel, UserMessage } from "@hypermode/modus-sdk-as/models/openai/chat";

/** Greets by name, if there is one. */
export function sayHello(name: string | null = null): string {
  return name ? "Hello, " + name + "!" : "Hello!";
}

/** Asks the model. */
export function ask(prompt: string): string {
  const model = models.getModel<OpenAIChatModel>("chat");
  return model.invoke(model.createInput([new UserMessage(prompt)])).choices[0].message.content;
}


@json
class Quote {

  @alias("q")
  quote: string = "";


  @alias("a")
  author: string = "";
}

/** Fetches a quote that a server sends as JSON. */
export function fetch(url: string): Quote {
  return http.fetch(url).json<Quote>();
}

let steps: u64 = 0;

/** Never ends. */
export function loops(): u64 {
  while (process.exitCode == 0) steps++;
  return steps;
}

/** Computes until so much time has passed. */
export function computes(milliseconds: i64): u64 {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    for (let i = 0; i < 100_000; i++) steps++;
  }
  return steps;
}

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "random_get")
declare function randomGet(buffer: usize, length: u32): u32;

/** Has so many MiB filled with random bytes by one call of the host. */
export function fillsRandomly(mebibytes: u32): u32 {
  return randomGet(heap.alloc(mebibytes << 20), mebibytes << 20);
}

/** Has the host draw one byte again and again until so much time has passed; how often. */
export function drawsOften(milliseconds: i64): u64 {
  const end = Date.now() + milliseconds;
  const byte = heap.alloc(1);
  let count: u64 = 0;
  while (Date.now() < end) {
    for (let i = 0; i < 1000; i++) randomGet(byte, 1);
    count += 1000;
  }
  return count;
}

/** The same with a host function that is no part of WASI. */
export function looksUpOften(milliseconds: i64): u64 {
  const end = Date.now() + milliseconds;
  let count: u64 = 0;
  while (Date.now() < end) {
    for (let i = 0; i < 100; i++) models.getModel<OpenAIChatModel>("chat");
    count += 100;
  }
  return count;
}

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "fd_write")
declare function fdWrite(fd: u32, vectors: usize, count: u32, written: usize): u32;

/** Has so many lines of a letter printed by one call of the host. */
export function printsLines(count: u32): u32 {
  const text = heap.alloc(count * 2);
  for (let i: u32 = 0; i < count; i++) store<u16>(text + i * 2, 0x0a78);
  const vector = heap.alloc(8);
  store<u32>(vector, u32(text));
  store<u32>(vector, count * 2, 4);
  return fdWrite(1, vector, 1, vector);
}

/** A text of so many MiB of ASCII. */
export function largeText(mebibytes: i32): string {
  return "x".repeat(mebibytes << 20);
}

/** So many short texts. */
export function manyTexts(count: i32): string[] {
  return new Array<string>(count).fill("x");
}
