// Cypher queries, through the SDK's neo4j module.

import { DynamicMap, neo4j } from "@hypermode/modus-sdk-as";

/** What a query answers: the JSON of all values. */
class Table {
  keys: string[] = [];
  records: string[][] = [];
}

@json
class Inner {
  n: i32 = 7;
}

@json
class Outer {
  inner: Inner = new Inner();
}

/** Runs a query without parameters. */
export function rows(connection: string, query: string, database: string): Table {
  const result = neo4j.executeQuery(connection, query, new neo4j.Variables(), database);
  const table = new Table();
  table.keys = result.keys;
  for (let i = 0; i < result.records.length; i++) table.records.push(result.records[i].values);
  return table;
}

/** Sends a parameter of each kind, and answers what the server takes them for. */
export function kinds(connection: string): string[] {
  const parameters = new neo4j.Variables();
  parameters.set("integer", <i64>9007199254740993);
  parameters.set("float", <f64>0.5);
  parameters.set("whole", <f64>5.0);
  parameters.set("flag", true);
  parameters.set("text", "\"Ann\" \u{1F600}");
  parameters.set<string | null>("nothing", null);
  const list = new DynamicMap();
  list.set<i32>("0", 1);
  list.set<f64>("1", 2.5);
  list.set<string>("2", "x");
  parameters.set("list", list.values());
  parameters.set("map", new Outer());
  const query = `UNWIND [$integer, $float, $whole, $flag, $text, $nothing, $list, $map] AS value
    RETURN valueType(value) AS kind, value`;
  const result = neo4j.executeQuery(connection, query, parameters);
  return result.records.map<string>((record) => record.getValue<string>("kind") + ": " + record.get("value"));
}

/** Reads the columns of a query's only record by their types. */
export function typed(connection: string, query: string): string[] {
  const record = neo4j.executeQuery(connection, query).records[0];
  const person = record.getValue<neo4j.Node>("person");
  const knows = record.getValue<neo4j.Relationship>("knows");
  const path = record.getValue<neo4j.Path>("path");
  const point = record.getValue<neo4j.Point2D>("point");
  const space = record.getValue<neo4j.Point3D>("space");
  const starts = knows.startElementId == person.elementId;
  return [
    `flag ${record.getValue<bool>("flag")}`,
    `count ${record.getValue<i64>("count")}`,
    `ratio ${record.getValue<f64>("ratio")}`,
    `text ${record.getValue<string>("text")}`,
    `time ${record.getValue<Date>("time").getTime()}`,
    `list ${record.getValue<i32[]>("list").length}`,
    `map ${record.getValue<DynamicMap>("map").size}`,
    `person ${person.labels[0]} ${person.getProperty<string>("name")} ${person.getProperty<i64>("age")}`,
    `knows ${knows.type} ${knows.getProperty<i32>("since")} ${starts}`,
    `path ${path.nodes.length} ${path.relationships.length}`,
    `point ${point.x} ${point.y} ${point.spatialRefId}`,
    `space ${space.x} ${space.y} ${space.z} ${space.spatialRefId}`,
  ];
}

/** A record and its parts as JSON, and points as text. */
export function texts(connection: string): string[] {
  const query = "RETURN 1 AS n, [1.5] AS l, point({x: 1, y: 2}) AS p, point({x: 1, y: 2, z: 3}) AS q";
  const result = neo4j.executeQuery(connection, query);
  const record = result.records[0];
  const map = record.asMap();
  return [
    record.toJSON(),
    map.get("l"),
    record.getValue<neo4j.Point2D>("p").toString(),
    record.getValue<neo4j.Point3D>("q").toString(),
    result.Keys.join(","),
  ];
}
