/** True if a host function returned nothing where its type promises an object. */
export function resultIsInvalid<T>(result: T): bool {
  return changetype<usize>(result) == 0;
}

/** Ends the call with a message for the user. */
export function throwUserError(message: string): void {
  console.error(message);
  process.exit(1);
}
