import { JSON } from "json-as";

/** What the request's token claims of its bearer, as a `@json` class; one with its defaults if there is no token. */
export function getJWTClaims<T>(): T {
  const claims = process.env.has("CLAIMS") ? process.env.get("CLAIMS") : "";
  if (claims == "") {
    console.warn("No JWT claims found.");
    return instantiate<T>();
  }
  return JSON.parse<T>(claims);
}
