// What a page with forms has to deal with: arguments of every kind, results of every shape, logs, and a model.
import { models } from "@hypermode/modus-sdk-as";
import { OpenAIChatModel, SystemMessage, UserMessage } from "@hypermode/modus-sdk-as/models/openai/chat";

/** A seat in the hall. */
export class Seat {
  /** Row, from the stage. */
  row: i32 = 0;
  label: string = "";
  tags: string[] = [];
  /** Who sits beside. */
  next: Seat | null = null;
}

/**
 * Says what it was given.
 * One argument of each kind.
 */
export function describe(
  text: string,
  count: i32,
  serial: u64,
  ratio: f64,
  flag: bool,
  at: Date,
  words: string[],
  scores: Map<string, i32>,
  seat: Seat,
  raw: Float32Array,
  note: string | null,
): string {
  const keys = scores.keys().sort();
  const pairs: string[] = [];
  for (let i = 0; i < keys.length; i++) pairs.push(`${keys[i]}=${scores.get(keys[i])}`);
  const next = seat.next;
  const beside = next === null ? "nobody" : next.label;
  const last = note === null ? "null" : `"${note}"`;
  return [
    text,
    count.toString(),
    serial.toString(),
    ratio.toString(),
    flag.toString(),
    at.toISOString(),
    words.join(","),
    pairs.join(","),
    `${seat.row} ${seat.label} ${seat.tags.join("+")} beside ${beside}`,
    raw.join(","),
    last,
  ].join("|");
}

/** Greets as often as wanted. */
export function greet(name: string, times: i32 = 2, title: string | null = null): string[] {
  const greetings: string[] = [];
  for (let i = 0; i < times; i++) greetings.push(title === null ? `Hello, ${name}!` : `Hello, ${title} ${name}!`);
  return greetings;
}

/** Answers a number that JavaScript cannot hold. */
export function echoSerial(serial: u64): u64 {
  return serial;
}

/** Adds a seat, and tells of it. */
export function addSeat(seat: Seat): Seat {
  console.debug("looking");
  console.info(`row ${seat.row}`);
  console.warn("nearly full");
  return seat;
}

/** Complains, and answers all the same. */
export function complain(): string {
  console.error("this went wrong");
  return "done";
}

/** Asks a model. */
export function ask(prompt: string): string {
  const model = models.getModel<OpenAIChatModel>("chat");
  const input = model.createInput([new SystemMessage("Be brief."), new UserMessage(prompt)]);
  return model.invoke(input).choices[0].message.content;
}
