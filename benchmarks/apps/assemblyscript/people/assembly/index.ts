// A small directory, as examples/people is one in Go: structs in lists, optional values, times and maps. It links nothing
// of the SDK.

class Place {
  city: string = "";
  country: string = "";
  coordinates: f64[] = [];
}

class Person {
  id: i32 = 0;
  name: string = "";
  born: Date = new Date(0);
  home: Place = new Place();
  email: string | null = null;
  skills: string[] = [];
}

/** Greets the named person, or everyone. */
export function sayHello(name: string | null = null): string {
  return name ? "Hello, " + name + "!" : "Hello!";
}

/** Gets one person by id. */
export function getPerson(id: i32): Person | null {
  const people = directory();
  for (let i = 0; i < people.length; i++) {
    if (people[i].id == id) return people[i];
  }
  return null;
}

/** Lists everyone, or only the people of one city. */
export function listPeople(city: string | null = null): Person[] {
  const people = directory();
  if (!city) return people;
  const found: Person[] = [];
  for (let i = 0; i < people.length; i++) {
    if (people[i].home.city == city) found.push(people[i]);
  }
  return found;
}

/** Gets the people of each city. */
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

/** Divides one whole number by another. */
export function divide(a: i32, b: i32): i32 {
  if (b == 0) throw new Error("cannot divide by zero");
  return a / b;
}

function person(id: i32, name: string, born: i64, city: string, country: string, skills: string[]): Person {
  const person = new Person();
  person.id = id;
  person.name = name;
  person.born = new Date(born);
  person.home.city = city;
  person.home.country = country;
  person.home.coordinates = [4.9, 52.37];
  person.skills = skills;
  return person;
}

function directory(): Person[] {
  const ada = person(1, "Ada Visser", Date.UTC(1971, 11, 10), "Amsterdam", "NL", ["strategy", "rowing"]);
  ada.email = "ada@example.com";
  return [
    ada,
    person(2, "Bjørn Dahl", Date.UTC(1988, 1, 29), "Oslo", "NO", ["databases"]),
    person(3, "Chiara Conti", Date.UTC(1992, 6, 3), "Amsterdam", "NL", ["design", "typography"]),
  ];
}
