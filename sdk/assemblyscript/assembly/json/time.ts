// Times as JSON has them: RFC 3339, and beside it what databases and JavaScript write. That is a date alone, a time without
// seconds or without an offset (it is UTC then), a space for the T, years with a sign, offsets with seconds or without minutes.
//
// AssemblyScript's own `Date.fromString` makes a time of any text: of `hello`, and of `2024-01-02 10:00` the midnight before.

/** What is no time, or one that no Date has room for. */
export const NO_TIME: i64 = i64.MIN_VALUE;

/** The largest distance from 1970 in milliseconds, as JavaScript has it. */
const LARGEST: i64 = 8640000000000000;

// What is still to be read.
let at: usize = 0;
let end: usize = 0;

/** The milliseconds since 1970 that a text says. */
export function toTime(text: string): i64 {
  at = changetype<usize>(text);
  end = at + ((<usize>text.length) << 1);
  const days = date();
  if (days == NO_TIME) return NO_TIME;
  let time: i64 = 0;
  if (at < end) {
    if (!passed(0x54) && !passed(0x74) && !passed(0x20)) return NO_TIME;
    time = timeOfDay();
    if (time == NO_TIME || at < end) return NO_TIME;
  }
  const value = days * 86400000 + time;
  return value > LARGEST || value < -LARGEST ? NO_TIME : value;
}

// The days since 1970; a month and a day may be missing.
function date(): i64 {
  const negative = passed(0x2d);
  if (!negative) passed(0x2b);
  let year = number(4, 6); // no later one has milliseconds
  if (year < 0) return NO_TIME;
  if (negative) year = -year;
  let month: i64 = 1;
  let day: i64 = 1;
  if (passed(0x2d)) {
    month = number(1, 2);
    if (passed(0x2d)) day = number(1, 2);
  }
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return NO_TIME;
  return daysSince1970(year, month, day);
}

// The milliseconds since midnight in UTC.
function timeOfDay(): i64 {
  const hour = number(1, 2);
  if (hour < 0 || hour > 24 || !passed(0x3a)) return NO_TIME;
  const minute = number(1, 2);
  if (minute < 0 || minute > 59) return NO_TIME;
  let rest: i64 = 0;
  if (passed(0x3a)) {
    const second = number(1, 2);
    if (second < 0 || second > 60) return NO_TIME; // 60 is a leap second
    rest = second * 1000;
    if (passed(0x2e)) {
      const part = milliseconds();
      if (part < 0) return NO_TIME;
      rest += part;
    }
  }
  if (hour == 24 && (minute != 0 || rest != 0)) return NO_TIME;
  const seconds = offset();
  if (seconds == NO_TIME) return NO_TIME;
  return (hour * 60 + minute) * 60000 + rest - seconds * 1000;
}

// How many seconds the clock is before UTC.
function offset(): i64 {
  if (at == end || passed(0x5a) || passed(0x7a)) return 0;
  const negative = passed(0x2d);
  if (!negative && !passed(0x2b)) return NO_TIME;
  const hours = number(2, 2);
  let minutes: i64 = 0;
  let seconds: i64 = 0;
  if (passed(0x3a)) {
    minutes = number(2, 2);
    if (passed(0x3a)) seconds = number(2, 2);
  } else if (at < end) {
    minutes = number(2, 2);
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return NO_TIME;
  const size = (hours * 60 + minutes) * 60 + seconds;
  return negative ? -size : size;
}

// What stands behind the point; further digits are passed. -1 if there is none.
function milliseconds(): i64 {
  let value: i64 = 0;
  let count = 0;
  for (; at < end && isDigit(); at += 2) {
    if (count++ < 3) value = value * 10 + digit();
  }
  if (count == 0) return -1;
  for (; count < 3; count++) value *= 10;
  return value;
}

// A number with so many digits, or -1.
function number(least: i32, most: i32): i64 {
  let value: i64 = 0;
  let count = 0;
  for (; count < most && at < end && isDigit(); at += 2) {
    value = value * 10 + digit();
    count++;
  }
  return count < least ? -1 : value;
}

function isDigit(): bool {
  return <u32>load<u16>(at) - 0x30 <= 9;
}

function digit(): i64 {
  return <i64>load<u16>(at) - 0x30;
}

function passed(code: u16): bool {
  if (at >= end || load<u16>(at) != code) return false;
  at += 2;
  return true;
}

function daysOf(year: i64, month: i64): i64 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Years begin in March here, so that the day of a leap year is the last one.
function daysSince1970(year: i64, month: i64, day: i64): i64 {
  const years = month > 2 ? year : year - 1;
  const cycle = (years >= 0 ? years : years - 399) / 400;
  const within = years - cycle * 400;
  const days = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return cycle * 146097 + within * 365 + within / 4 - within / 100 + days - 719468;
}
