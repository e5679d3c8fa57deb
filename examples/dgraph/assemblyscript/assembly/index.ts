// Films and who made them, in Dgraph. What a query needs goes in as variables, and what is stored as JSON.

import { dgraph } from "@hypermode/modus-sdk-as";
import { JSON } from "json-as";

// As modus.json calls the connection.
const DB = "films";

/** A film. Dgraph's names are those of the predicates, here `film.title`. */
@json
class Film {
  @alias("film.title")
  title: string = "";

  @alias("film.year")
  year: i32 = 0;
}

/** Tells Dgraph which predicates there are, and by which it has to find nodes. It does no harm to do it again. */
export function createSchema(): string {
  return dgraph.alterSchema(
    DB,
    `film.title: string @index(exact) .
     film.year: int .
     director.name: string @index(exact) @upsert .
     director.films: [uid] .`,
  );
}

@json
class NewFilm {
  uid: string = "_:film";

  @alias("film.title")
  title: string = "";

  @alias("film.year")
  year: i32 = 0;
}

@json
class Directed {
  // The node that the query found, or a new one where it found none.
  uid: string = "uid(director)";

  @alias("director.name")
  name: string = "";

  @alias("director.films")
  films: NewFilm[] = [];
}

/**
 * Adds a film, and its director where there is none of that name. Query and mutation are one transaction: two of these at
 * once make no director twice. A film that is there already is not added again.
 */
export function addFilm(title: string, year: i32, director: string): bool {
  const query = new dgraph.Query(
    `query find($title: string, $director: string) {
       director as var(func: eq(director.name, $director))
       film as var(func: eq(film.title, $title))
     }`,
  )
    .withVariable("$title", title)
    .withVariable("$director", director);
  const directed: Directed = { name: director, films: [{ title, year }] };
  const mutation = new dgraph.Mutation().withSetJson(JSON.stringify(directed)).withCondition("@if(eq(len(film), 0))");
  const uids = dgraph.executeQuery(DB, query, mutation).Uids;
  // The new nodes by the names that the mutation gives them: none where the condition did not hold.
  return uids !== null && uids.has("film");
}

@json
class Director {
  @alias("director.films")
  films: Film[] = [];
}

@json
class Directors {
  directors: Director[] = [];
}

/** Lists a director's films, the oldest first. */
export function filmsBy(director: string): Film[] {
  const query = new dgraph.Query(
    `query films($director: string) {
       directors(func: eq(director.name, $director)) {
         director.films (orderasc: film.year) { film.title film.year }
       }
     }`,
  ).withVariable("$director", director);
  const found = JSON.parse<Directors>(dgraph.executeQuery(DB, query).Json).directors;
  return found.length == 0 ? [] : found[0].films;
}
