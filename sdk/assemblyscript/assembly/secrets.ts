import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_secrets", "getSecretValue")
declare function hostGetSecretValue(name: string): string;

/** The value of a secret; throws if there is none of that name. */
export function getSecretValue(name: string): string {
  const value = hostGetSecretValue(name);
  if (resultIsInvalid(value)) throw new Error("Secret not found");
  return value;
}
