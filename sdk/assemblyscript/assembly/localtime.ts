import { variable } from "./environment";

// @ts-ignore: decorator
@external("modus_system", "getTimeInZone")
declare function hostGetTimeInZone(tz: string | null): string | null;

/** The current time in the caller's time zone, in RFC 3339 form. */
export function now(): string {
  return required(hostGetTimeInZone(null));
}

/** The current time in the given IANA time zone. */
export function nowInZone(tz: string): string {
  if (tz == "") throw new Error("A time zone is required.");
  return required(hostGetTimeInZone(tz));
}

/** The name of the caller's time zone. */
export function getTimeZone(): string {
  return variable("TZ");
}

/** True if the host knows the time zone. */
export function isValidTimeZone(tz: string): bool {
  return tz != "" && hostGetTimeInZone(tz) !== null;
}

/** @deprecated use `now` */
export function Now(): string {
  return now();
}

/** @deprecated use `nowInZone` */
export function NowInZone(tz: string): string {
  return nowInZone(tz);
}

/** @deprecated use `getTimeZone` */
export function GetTimeZone(): string {
  return getTimeZone();
}

/** @deprecated use `isValidTimeZone` */
export function IsValidTimeZone(tz: string): bool {
  return isValidTimeZone(tz);
}

function required(time: string | null): string {
  if (time === null) throw new Error("Failed to get the local time.");
  return time;
}
