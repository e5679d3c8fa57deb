import { JSON } from "json-as";
import { variable } from "./environment";

/** What the request's token claims of its bearer, as a `@json` class; one with its defaults if there is no token. */
export function getJWTClaims<T>(): T {
  const claims = variable("CLAIMS");
  if (claims == "") {
    console.warn("No JWT claims found.");
    return instantiate<T>();
  }
  return JSON.parse<T>(claims);
}
