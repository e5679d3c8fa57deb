// An app that keeps what the date of its start decides.
const started = new Date(Date.now()).getUTCFullYear();
const isLive = Date.now() > 1735689600000;
const isOld = Date.now() < 946684800000;

/** The year of the start. */
export function year(): i32 {
  return started;
}

/** Whether it was after 2024. */
export function live(): bool {
  return isLive;
}

/** Whether it was before 2000. */
export function old(): bool {
  return isOld;
}
