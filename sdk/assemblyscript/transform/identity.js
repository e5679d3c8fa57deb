// Who an app is and when it was built, without anything that depends on the machine.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

const SDK = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

export const SDK_STRING = `modus-sdk-as@${SDK.version}`;

/** `name@version` from the app's package.json. */
export function pluginOf(appDir) {
  const file = path.join(appDir, "package.json");
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error.code === "ENOENT" ? `there is none in ${appDir}` : `${file}: ${error.message}`;
    throw new Error(`the app needs a package.json with its name: ${reason}`);
  }
  if (!manifest.name) throw new Error(`${file} has no 'name'`);
  return manifest.version ? `${manifest.name}@${manifest.version}` : manifest.name;
}

/** An identifier in the usual 20-character form, derived from everything that went into the build. */
export function buildIdOf(plugin, sources, options) {
  const hash = createHash("sha256");
  const feed = (text) => hash.update(`${Buffer.byteLength(text)}:`).update(text);
  feed(SDK_STRING);
  feed(plugin);
  feed(JSON.stringify(options));
  for (const { name, text } of [...sources].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    feed(name);
    feed(text);
  }
  return base32(hash.digest().subarray(0, 12));
}

function base32(bytes) {
  const alphabet = "0123456789abcdefghijklmnopqrstuv";
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >> (bits - 5)) & 31];
  }
  return bits ? text + alphabet[(held << (5 - bits)) & 31] : text;
}

/** The build time: SOURCE_DATE_EPOCH (seconds), else the epoch, so that equal sources give equal bytes. */
export function buildTimeOf(environment) {
  const seconds = Number(environment.SOURCE_DATE_EPOCH || 0);
  if (!Number.isFinite(seconds)) throw new Error("SOURCE_DATE_EPOCH is not a number");
  return new Date(seconds * 1000).toISOString();
}

/** Repository and commit of a checkout; empty where there is none. */
export function gitOf(appDir) {
  const git = (...args) => {
    try {
      return execFileSync("git", args, { cwd: appDir, stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
    } catch {
      return undefined;
    }
  };
  const remote = git("remote", "get-url", "origin");
  const gitRepo = remote?.replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/]/, "https://$1/").replace(/\.git$/, "");
  return gitRepo ? { gitRepo, gitCommit: git("rev-parse", "HEAD") } : {};
}
