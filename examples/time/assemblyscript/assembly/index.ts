// Times. A `Date` is a moment, which is the same everywhere: GraphQL has it as a Timestamp. What a clock on the wall shows
// depends on the zone: the host knows the zones, and that of the client.

import { localtime } from "@hypermode/modus-sdk-as";

/** The moment now. */
export function getUtcTime(): Date {
  return new Date(Date.now());
}

/** The client's time, with its offset. The zone is that of the request's header X-Time-Zone, else the server's. */
export function getLocalTime(): string {
  return localtime.now();
}

/** The name of that zone. */
export function getTimeZone(): string {
  return localtime.getTimeZone();
}

/** The time in a zone, with its offset. */
export function timeIn(zone: string): string {
  if (!localtime.isValidTimeZone(zone)) throw new Error(`there is no time zone ${zone}`);
  return localtime.nowInZone(zone);
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** The day of the week of a moment, in UTC. */
export function weekday(at: Date): string {
  return DAYS[at.getUTCDay()];
}

const DAY: i64 = 24 * 60 * 60 * 1000;

/** How many whole days are between two moments. */
export function daysBetween(from: Date, until: Date): i32 {
  return ((until.getTime() - from.getTime()) / DAY) as i32;
}
