// A metro in Neo4j: stations are nodes, and lines between them relationships. The database finds the way.

import { neo4j } from "@hypermode/modus-sdk-as";

// As modus.json calls the connection.
const DB = "metro";

/** A line from one station to the next. */
@json
class Line {
  from: string = "";
  to: string = "";
  minutes: i32 = 0;
}

/** Builds the metro, in place of the one that was there, and answers how many stations it has. */
export function createMetro(lines: Line[]): i32 {
  neo4j.executeQuery(DB, "MATCH (station:Station) DETACH DELETE station");
  const parameters = new neo4j.Variables();
  // A parameter may be anything that has a JSON form: here it is a list of maps.
  parameters.set("lines", lines);
  neo4j.executeQuery(
    DB,
    `UNWIND $lines AS line
     MERGE (from:Station {name: line.from})
     MERGE (to:Station {name: line.to})
     MERGE (from)-[:LINE {minutes: line.minutes}]->(to)`,
    parameters,
  );
  return neo4j.executeQuery(DB, "MATCH (station:Station) RETURN count(station) AS stations").records[0].getValue<i32>("stations");
}

/** A way through the metro. */
class Route {
  stations: string[] = [];
  minutes: i32 = 0;
}

/** Finds the way with the fewest stations, or null where there is none. */
export function getRoute(from: string, to: string): Route | null {
  const parameters = new neo4j.Variables();
  parameters.set("from", from);
  parameters.set("to", to);
  const records = neo4j.executeQuery(
    DB,
    `MATCH route = shortestPath((:Station {name: $from})-[:LINE*]-(:Station {name: $to}))
     RETURN [station IN nodes(route) | station.name] AS stations,
            reduce(sum = 0, line IN relationships(route) | sum + line.minutes) AS minutes`,
    parameters,
  ).records;
  if (records.length == 0) return null;
  return { stations: records[0].getValue<string[]>("stations"), minutes: records[0].getValue<i32>("minutes") };
}

/** Lists the stations that are one stop away. Whole nodes come back too, with their labels and properties. */
export function neighbours(station: string): string[] {
  const parameters = new neo4j.Variables();
  parameters.set("name", station);
  const query = "MATCH (:Station {name: $name})--(next:Station) RETURN next ORDER BY next.name";
  const records = neo4j.executeQuery(DB, query, parameters).records;
  return records.map<string>((record) => record.getValue<neo4j.Node>("next").getProperty<string>("name"));
}
