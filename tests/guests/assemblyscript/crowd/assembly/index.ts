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

/** A text of so many MiB of ASCII. */
export function largeText(mebibytes: i32): string {
  return "x".repeat(mebibytes << 20);
}

/** So many short texts. */
export function manyTexts(count: i32): string[] {
  return new Array<string>(count).fill("x");
}
