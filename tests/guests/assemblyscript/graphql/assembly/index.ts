// Operations on a GraphQL server, through the SDK's graphql module.

import { graphql } from "@hypermode/modus-sdk-as";

/** A book. */
@json
class Book {
  title: string = "";
  pages: i32 = 0;
}

@json
class Books {
  books: Book[] = [];
}

@json
class Pong {
  pong: string = "";
}

/** What a server answered about books, with its errors as texts. */
class Answer {
  books: Book[] = [];
  errors: string[] = [];
}

/** Asks for books by an author. */
export function books(connection: string, statement: string, author: string, limit: i32): Answer {
  const variables = new graphql.Variables();
  variables.set("author", author);
  variables.set("limit", limit);
  const response = graphql.execute<Books>(connection, statement, variables);
  const answer = new Answer();
  const data = response.data;
  if (data !== null) answer.books = data.books;
  const errors = response.errors;
  if (errors !== null) {
    for (let i = 0; i < errors.length; i++) {
      const path = errors[i].path;
      answer.errors.push(errors[i].message + " at " + (path === null ? "" : path.join(".")));
    }
  }
  return answer;
}

/** Sends an operation without variables. */
export function ping(connection: string): string {
  return graphql.execute<Pong>(connection, "{ pong }").data!.pong;
}
