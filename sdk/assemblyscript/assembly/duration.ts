/** A span of time in nanoseconds. */
export type Duration = i64;

export namespace Duration {
  export const zero: Duration = 0;
  export const nanosecond: Duration = 1;
  export const microsecond: Duration = 1_000;
  export const millisecond: Duration = 1_000_000;
  export const second: Duration = 1_000_000_000;
  export const minute: Duration = 60_000_000_000;
  export const hour: Duration = 3_600_000_000_000;
  export const maxValue: Duration = i64.MAX_VALUE;
}
