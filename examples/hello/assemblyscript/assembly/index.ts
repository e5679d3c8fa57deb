// Each function that this file exports is a field of the app's GraphQL API. The comment above it is the field's
// description, which clients and the explorer show.

/** Greets somebody, or everybody. A parameter with a default may be left out. */
export function sayHello(name: string | null = null): string {
  if (name === null) return "Hello, everybody!";
  // What is thrown becomes an error of the field. The app goes on: each call has a sandbox of its own.
  if (name.trim() == "") throw new Error("a name has to have letters");
  return `Hello, ${name.trim()}!`;
}

/** Greets several people. Lists go in and out as GraphQL's lists. */
export function greetAll(names: string[]): string[] {
  // What is logged stands in the runner's log, with the call that it belongs to.
  console.log(`Greeting ${names.length} people`);
  return names.map<string>((name) => sayHello(name));
}

/** What stands on a name badge. A class is an object type, and each of its fields a field. */
class Badge {
  /** The whole name. */
  name: string = "";

  /** The first letter of each of its words. */
  initials: string = "";
}

/** Makes a name badge. The word `get` at the beginning is left out of the field's name: it is `badge`. */
export function getBadge(name: string): Badge {
  const words = name.split(" ").filter((word) => word != "");
  return { name: words.join(" "), initials: words.map<string>((word) => word.charAt(0)).join("") };
}
