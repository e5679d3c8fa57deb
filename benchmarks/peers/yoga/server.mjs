// The same field served by GraphQL Yoga on Node: server.mjs PORT
//
// As its documentation sets it up for production: no GraphiQL, no landing page, no log. Parsed and validated documents
// are cached by Yoga itself.

import { createServer } from "node:http";
import { createSchema, createYoga } from "graphql-yoga";

const port = Number(process.argv[2]);

const schema = createSchema({
  typeDefs: "type Query { sayHello(name: String): String! }",
  resolvers: {
    Query: { sayHello: (_, { name }) => (name == null ? "Hello!" : `Hello, ${name}!`) },
  },
});

createServer(createYoga({ schema, graphiql: false, landingPage: false, logging: false })).listen(port, "127.0.0.1");
