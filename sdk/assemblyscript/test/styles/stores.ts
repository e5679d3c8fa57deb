// What a shop keeps, in the style of apps with stores of each kind: 0.9 of json-as, and 1.x.

import { collections, dgraph, mysql, neo4j, postgresql } from "@hypermode/modus-sdk-as";
import { Point } from "@hypermode/modus-sdk-as/assembly/postgresql";
import { Record } from "@hypermode/modus-sdk-as/assembly/neo4j";
import { JSON } from "json-as";

@json
class Shop {
  @alias("Shop.id")
  id!: string
  @omitnull()
  home: Point | null = null
  names: string[] = []
  opened: Date | null = null
}

@json
class Shops {
  all: Shop[] = []
}

export function newest(name: string): Shop | null {
  const params = new postgresql.Params()
  params.push(name)
  params.push(Date.now())
  params.push(["a", "b"])
  const rows = postgresql.query<Shop>("db", "select * from shops where name = $1 and opened < $2", params).rows
  return rows.length === 0 ? null : rows[0]
}

export function count(): i64 {
  mysql.execute("db", "delete from shops")
  return mysql.queryScalar<i64>("db", "select count(*) from shops").value
}

/** Rows that were changed, and the last new key: of a query, and of a query for one value. */
export function numbers(): u64[] {
  const all = mysql.query<Shop>("db", "insert into shops values (1) returning *")
  const one = mysql.queryScalar<string>("db", "insert into shops values (1) returning id")
  return [all.rowsAffected, all.lastInsertId, one.rowsAffected, one.lastInsertId]
}

export function friends(name: string): string[] {
  const vars = new neo4j.Variables()
  vars.set("name", name)
  vars.set("ages", [1, 2])
  const result = neo4j.executeQuery("graph", "match (n) where n.name = $name return n", vars)
  if (!result) return ["Error executing query."]
  const texts: string[] = []
  for (let i = 0; i < result.Records.length; i++) {
    const node = result.Records[i].getValue<neo4j.Node>("n")
    texts.push(node.Props.get<string>("name") + node.Labels.join())
    texts.push(text(result.records[i]))
  }
  return texts
}

function text(record: Record): string {
  if (!record || !record.Keys || !record.Values) return ""
  const parts: string[] = []
  for (let i = 0; i < record.Keys.length; i++) {
    if (record.Values[i] !== null) parts.push(`${record.Keys[i]}: ${record.Values[i]}`)
  }
  return parts.join(", ") + (record.get("n") as string).length.toString()
}

export function shops(name: string): Shop[] {
  const vars = new dgraph.Variables()
  vars.set("$name", name)
  const old = dgraph.execute("dgraph", new dgraph.Request(new dgraph.Query("query q($name: string) { all(func: has(x)) { uid } }", vars)))
  const query = new dgraph.Query("{ all(func: has(x)) { uid } }")
  const mutation = new dgraph.Mutation('{"a":1}').withCondition("@if(eq(len(u), 0))")
  const found = dgraph.executeQuery("dgraph", query, mutation)
  return JSON.parse<Shops>(old.Json).all.concat(JSON.parse<Shops>(found.Json).all)
}

export function likest(text: string): string[] {
  const added = collections.upsert("shops", null, text, ["new"])
  if (!added.isSuccessful) throw new Error(added.error)
  const found = collections.search("shops", "similar", text, 3, true)
  return found.objects.map<string>((each) => each.key + (each.text || ""))
}
