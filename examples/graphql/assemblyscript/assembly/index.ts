// Asking another GraphQL server. This one is the example `people`, which runs beside this app.

import { graphql } from "@hypermode/modus-sdk-as";

// As modus.json calls the connection.
const CONNECTION = "people";

// The classes are the shape of the answer: what the operation selects.
@json
class Person {
  name: string = "";
  skills: string[] | null = null;
}

@json
class People {
  people: Person[] = [];
}

/** Lists the names of those in a city who know about something. */
export function experts(city: string, skill: string): string[] {
  // Values go in as variables, and never as parts of the text.
  const variables = new graphql.Variables();
  variables.set("city", city);
  const statement = "query ($city: String) { people(city: $city) { name skills } }";
  const response = graphql.execute<People>(CONNECTION, statement, variables);
  // The server's errors were logged. They are errors of our field, too; here the field has no value then.
  const data = response.data;
  if (data === null) throw new Error("the server has no answer");
  const names: string[] = [];
  for (let i = 0; i < data.people.length; i++) {
    const skills = data.people[i].skills;
    if (skills !== null && skills.includes(skill)) names.push(data.people[i].name);
  }
  return names;
}

@json
class Manager {
  manager: Person | null = null;
}

/** The name of somebody's manager, or null for who has none. */
export function managerOf(id: i32): string | null {
  const variables = new graphql.Variables();
  variables.set("id", id);
  const response = graphql.execute<Manager>(CONNECTION, "query ($id: Int!) { manager(id: $id) { name } }", variables);
  const data = response.data;
  if (data === null) return null;
  const manager = data.manager;
  return manager === null ? null : manager.name;
}
