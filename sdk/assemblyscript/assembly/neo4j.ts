import { JSON } from "json-as";
import { DynamicMap } from "./dynamicmap";
import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_neo4j_client", "executeQuery")
declare function hostExecuteQuery(connection: string, dbName: string, query: string, parametersJson: string): EagerResult;

/**
 * Runs a Cypher query in a transaction of its own on the server of a connection, and answers all records. It is tried again
 * where that can help and does no harm. Without a database name the user's own database is used.
 */
export function executeQuery(
  connection: string,
  query: string,
  parameters: Variables = new Variables(),
  dbName: string = "neo4j",
): EagerResult {
  const result = hostExecuteQuery(connection, dbName, query, parameters.toJSON());
  if (resultIsInvalid(result)) throw new Error("Error executing Query.");
  return result;
}

/** Parameters of a query, by their names without the `$`. Integers stay integers, and floats floats. */
export class Variables {
  private readonly values: Map<string, string> = new Map<string, string>();

  /** Sets a parameter to any value that can be written as JSON. */
  set<T>(name: string, value: T): void {
    this.values.set(name, JSON.stringify<T>(value));
  }

  /** All of them as an object. */
  toJSON(): string {
    const names = this.values.keys();
    const members = new Array<string>(names.length);
    for (let i = 0; i < names.length; i++) {
      members[i] = JSON.stringify(names[i]) + ":" + this.values.get(names[i]);
    }
    return "{" + members.join(",") + "}";
  }
}

/** What a query answers. */
export class EagerResult {
  /** The names of the columns. */
  keys: string[] = [];

  /** The records, in the query's order. */
  records: Record[] = [];

  /** @deprecated use `keys` */
  get Keys(): string[] {
    return this.keys;
  }

  /** @deprecated use `records` */
  get Records(): Record[] {
    return this.records;
  }
}

/** One record of a result: a JSON text for each column. */
@json
export class Record {
  /** The names of the columns. */
  keys: string[] = [];

  /** The values, as JSON. */
  values: string[] = [];

  /** The JSON of a value; throws if there is no such column. */
  get(key: string): string {
    const index = this.keys.indexOf(key);
    if (index < 0) throw new Error("Key not found in record.");
    return this.values[index];
  }

  /** A value, read as `T`; throws if there is no such column, or the value has another type. */
  getValue<T>(key: string): T {
    return JSON.parse<T>(this.get(key));
  }

  /** The JSON of all values by their columns. */
  asMap(): Map<string, string> {
    const map = new Map<string, string>();
    for (let i = 0; i < this.keys.length; i++) map.set(this.keys[i], this.values[i]);
    return map;
  }

  /** The record as a JSON object. */
  toJSON(): string {
    const members = new Array<string>(this.keys.length);
    for (let i = 0; i < this.keys.length; i++) members[i] = JSON.stringify(this.keys[i]) + ":" + this.values[i];
    return "{" + members.join(",") + "}";
  }

  /** @deprecated use `keys` */
  get Keys(): string[] {
    return this.keys;
  }

  /** @deprecated use `values` */
  get Values(): string[] {
    return this.values;
  }

  @serializer
  private write(self: Record): string {
    return self.toJSON();
  }

  @deserializer
  private read(text: string): Record {
    const values = JSON.parse<Map<string, JSON.Raw>>(text);
    const record = new Record();
    record.keys = values.keys();
    record.values = record.keys.map<string>((_) => "");
    for (let i = 0; i < record.keys.length; i++) record.values[i] = values.get(record.keys[i]).data;
    return record;
  }
}

/** A node of a graph. */
@json
export class Node {
  @alias("ElementId")
  elementId: string = "";

  @alias("Labels")
  labels: string[] = [];

  @alias("Props")
  props: DynamicMap = new DynamicMap();

  /** A property, read as `T`; throws if there is none, or one of another type. */
  getProperty<T>(key: string): T {
    return this.props.get<T>(key);
  }

  /** @deprecated use `elementId` */
  get ElementId(): string {
    return this.elementId;
  }

  /** @deprecated use `labels` */
  get Labels(): string[] {
    return this.labels;
  }

  /** @deprecated use `props` */
  get Props(): DynamicMap {
    return this.props;
  }
}

/** A relationship between two nodes. */
@json
export class Relationship {
  @alias("ElementId")
  elementId: string = "";

  @alias("StartElementId")
  startElementId: string = "";

  @alias("EndElementId")
  endElementId: string = "";

  @alias("Type")
  type: string = "";

  @alias("Props")
  props: DynamicMap = new DynamicMap();

  /** A property, read as `T`; throws if there is none, or one of another type. */
  getProperty<T>(key: string): T {
    return this.props.get<T>(key);
  }

  /** @deprecated use `elementId` */
  get ElementId(): string {
    return this.elementId;
  }

  /** @deprecated use `startElementId` */
  get StartElementId(): string {
    return this.startElementId;
  }

  /** @deprecated use `endElementId` */
  get EndElementId(): string {
    return this.endElementId;
  }

  /** @deprecated use `type` */
  get Type(): string {
    return this.type;
  }

  /** @deprecated use `props` */
  get Props(): DynamicMap {
    return this.props;
  }
}

/** A way through a graph: one node more than relationships. */
@json
export class Path {
  @alias("Nodes")
  nodes: Node[] = [];

  @alias("Relationships")
  relationships: Relationship[] = [];

  /** @deprecated use `nodes` */
  get Nodes(): Node[] {
    return this.nodes;
  }

  /** @deprecated use `relationships` */
  get Relationships(): Relationship[] {
    return this.relationships;
  }
}

/** A point in a plane, or on the globe. */
@json
export class Point2D {
  @alias("X")
  x: f64 = 0;

  @alias("Y")
  y: f64 = 0;

  /** The number of its coordinate system. */
  @alias("SpatialRefId")
  spatialRefId: u32 = 0;

  toString(): string {
    return `Point{SpatialRefId=${this.spatialRefId}, X=${this.x}, Y=${this.y}}`;
  }
}

/** A point in space. */
@json
export class Point3D {
  @alias("X")
  x: f64 = 0;

  @alias("Y")
  y: f64 = 0;

  @alias("Z")
  z: f64 = 0;

  /** The number of its coordinate system. */
  @alias("SpatialRefId")
  spatialRefId: u32 = 0;

  toString(): string {
    return `Point{SpatialRefId=${this.spatialRefId}, X=${this.x}, Y=${this.y}, Z=${this.z}}`;
  }
}
