// People is a small company directory, and a tour of what an AssemblyScript app can give to and take from GraphQL: classes
// and classes in classes, lists, maps, values that may be null, times, bytes, and errors.
//
// Function names decide how they appear: getPerson is the field `person`, listPeople is `people`, and addPerson is a
// mutation. Every call runs in a fresh sandbox, so nothing an app keeps in a variable outlives the call; a real directory
// would keep its people in a database.

/** A place on the map. */
class Place {
  constructor(
    public city: string,
    public country: string,
    /** Longitude and latitude in degrees. */
    public coordinates: f64[],
  ) {}
}

/** A person in the directory. */
class Person {
  /** Unique number of the person. */
  id: i32 = 0;

  /** Full name, given name first. */
  name: string = "";

  /** Moment of birth. */
  born!: Date;

  /** Where the person lives. */
  home!: Place;

  /** Null when the person has not given one. */
  email: string | null = null;

  /** Id of the person's manager; 0 at the top. Numbers cannot be null in AssemblyScript. */
  managerId: i32 = 0;

  /** What the person can be asked about. */
  skills: string[] = [];

  /** Number on the key card. Bytes are base64 in GraphQL. */
  badge: Uint8Array = new Uint8Array(4);
}

/** What is needed to add a person. */
class NewPerson {
  name: string = "";
  born!: Date;
  home!: Place;
  email: string | null = null;
  skills: string[] = [];
}

/** Greets the named person, or everyone. */
export function sayHello(name: string | null = null): string {
  return name === null ? "Hello!" : `Hello, ${name}!`;
}

/** Gets one person by id. */
export function getPerson(id: i32): Person {
  const people = directory();
  for (let i = 0; i < people.length; i++) {
    if (people[i].id == id) return people[i];
  }
  throw new Error(`no person has the id ${id}`);
}

/** Lists everyone, or only the people of one city. */
export function listPeople(city: string | null = null): Person[] {
  const people = directory();
  if (city === null) return people;
  const wanted = city.toLowerCase();
  const found: Person[] = [];
  for (let i = 0; i < people.length; i++) {
    if (people[i].home.city.toLowerCase() == wanted) found.push(people[i]);
  }
  console.debug(`${found.length} of ${people.length} people live in ${city}`);
  return found;
}

/** Gets the manager of a person: null for the person at the top. */
export function getManager(id: i32): Person | null {
  const managerId = getPerson(id).managerId;
  return managerId == 0 ? null : getPerson(managerId);
}

/** Gets the people of each city. A map is a list of pairs in GraphQL. */
export function getCities(): Map<string, string[]> {
  const cities = new Map<string, string[]>();
  const people = directory();
  for (let i = 0; i < people.length; i++) {
    const city = people[i].home.city;
    if (!cities.has(city)) cities.set(city, []);
    cities.get(city).push(people[i].name);
  }
  return cities;
}

/** Gets a person's entry as a vCard file. */
export function getVcard(id: i32): ArrayBuffer {
  const person = getPerson(id);
  const born = person.born.toISOString().substring(0, 10).split("-").join("");
  const lines = ["BEGIN:VCARD", "VERSION:4.0", `FN:${person.name}`, `BDAY:${born}`];
  const email = person.email;
  if (email !== null) lines.push(`EMAIL:${email}`);
  lines.push("END:VCARD");
  lines.push("");
  return String.UTF8.encode(lines.join("\r\n"));
}

/** Adds a person and returns the new entry. */
export function addPerson(person: NewPerson): Person {
  const name = person.name.trim();
  if (name == "") throw new Error("a person needs a name");
  if (person.born.getTime() > Date.now()) throw new Error(`${name} is not born yet`);
  const id = directory().length + 1;
  console.info(`Adding ${name} as number ${id}`);
  return { id, name, born: person.born, home: person.home, email: person.email, skills: person.skills, badge: badge(id) };
}

/** Divides one whole number by another. */
export function divide(a: i32, b: i32): i32 {
  if (b == 0) throw new Error("cannot divide by zero");
  return a / b;
}

function directory(): Person[] {
  const amsterdam = new Place("Amsterdam", "NL", [4.9, 52.37]);
  const oslo = new Place("Oslo", "NO", [10.75, 59.91]);
  return [
    {
      id: 1,
      name: "Ada Visser",
      born: date(1971, 12, 10),
      home: amsterdam,
      email: "ada@example.com",
      skills: ["strategy", "rowing"],
      badge: badge(1),
    },
    {
      id: 2,
      name: "Bjørn Dahl",
      born: date(1988, 2, 29),
      home: oslo,
      email: "bjorn@example.com",
      managerId: 1,
      skills: ["compilers", "skiing", "bread"],
      badge: badge(2),
    },
    { id: 3, name: "Chidi Okafor", born: date(1995, 7, 4), home: amsterdam, managerId: 2, badge: badge(3) },
  ];
}

function date(year: i32, month: i32, day: i32): Date {
  return new Date(Date.UTC(year, month - 1, day));
}

function badge(id: i32): Uint8Array {
  const bytes = new Uint8Array(4);
  bytes[2] = (id >> 8) as u8;
  bytes[3] = id as u8;
  return bytes;
}
