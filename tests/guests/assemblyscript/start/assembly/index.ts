// What happens before the first call, and what depends on it afterwards.
const squares = new Array<i32>(100);
for (let i = 0; i < squares.length; i++) {
  squares[i] = i * i;
}
let calls = 0;

/** A value that was computed at the start. */
export function square(n: i32): i32 {
  return squares[n];
}

/** How often this instance was called. */
export function counter(): i32 {
  calls++;
  return calls;
}

/** A number of the default generator. */
export function number(): string {
  return Math.random().toString();
}

/** The time, in seconds since 1970. */
export function now(): i64 {
  return Date.now() / 1000;
}
