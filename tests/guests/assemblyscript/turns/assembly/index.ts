// Functions that wait, that compute, and that do both in turns.
import { localtime, models } from "@hypermode/modus-sdk-as";
import { OpenAIChatModel, UserMessage } from "@hypermode/modus-sdk-as/models/openai/chat";

function ask(prompt: string): string {
  const model = models.getModel<OpenAIChatModel>("chat");
  return model.invoke(model.createInput([new UserMessage(prompt)])).choices[0].message.content;
}

/** Asks the model so often; the last answer. */
export function asks(prompt: string, times: i32): string {
  let answer = "";
  for (let i = 0; i < times; i++) answer = ask(prompt);
  return answer;
}

let steps: u64 = 0;

/** Takes a part of a turn. */
function compute(): void {
  for (let i = 0; i < 100_000; i++) steps++;
}

/** Computes until so much time has passed. */
export function computes(milliseconds: i64): u64 {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) compute();
  return steps;
}

/** Never ends, and leaves the guest for nothing. */
export function loops(): u64 {
  while (process.exitCode == 0) steps++;
  return steps;
}

/** Never ends. Between what it computes it waits for the model each time. */
export function loopsWithWaits(prompt: string): u64 {
  while (process.exitCode == 0) {
    compute();
    ask(prompt);
  }
  return steps;
}

/** Never ends. Between what it computes it calls the host each time, which answers at once. */
export function loopsWithCalls(): u64 {
  while (process.exitCode == 0) {
    compute();
    localtime.nowInZone("Europe/Paris");
  }
  return steps;
}

// @ts-ignore: decorator
@external("wasi_snapshot_preview1", "poll_oneoff")
declare function pollOneoff(input: usize, output: usize, count: u32, events: usize): u32;

/** Never ends. Between what it computes it sleeps each time, for hardly any time. */
export function loopsWithSleeps(): u64 {
  const subscription = heap.alloc(48);
  const event = heap.alloc(32);
  const events = heap.alloc(4);
  memory.fill(subscription, 0, 48);
  // The monotonic clock, and nanoseconds.
  store<u32>(subscription, 1, 16);
  store<u64>(subscription, 1_000, 24);
  while (process.exitCode == 0) {
    compute();
    pollOneoff(subscription, event, 1, events);
  }
  return steps;
}
