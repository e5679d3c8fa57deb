// A secret that the app itself needs. It is a variable of whoever runs the app, and stands neither in the code nor in
// modus.json. A secret for a connection is not for the app: modus.json names it there, as the example `http` shows.

import { secrets } from "@hypermode/modus-sdk-as";

/** Opens the vault for who knows the passphrase. A secret is compared here, and never answered. */
export function openVault(passphrase: string): string {
  // The variable is MODUS_APP_PASSPHRASE. Where it is missing, this throws.
  const secret = secrets.getSecretValue("PASSPHRASE");
  if (!isSame(passphrase, secret)) throw new Error("that is not the passphrase");
  return "Forty chests of gold, and a map.";
}

// Looks at each character, whatever was wrong before: how long it takes tells nothing about the secret.
function isSame(one: string, other: string): bool {
  let difference = one.length ^ other.length;
  for (let i = 0; i < one.length; i++) {
    difference |= one.charCodeAt(i) ^ (i < other.length ? other.charCodeAt(i) : -1);
  }
  return difference == 0;
}
