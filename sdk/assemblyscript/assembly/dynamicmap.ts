import { JSON } from "json-as";

/** A JSON object whose members have values of different types. */
@json
export class DynamicMap {
  @omit
  private data: Map<string, JSON.Raw> = new Map<string, JSON.Raw>();

  get size(): i32 {
    return this.data.size;
  }

  has(key: string): bool {
    return this.data.has(key);
  }

  /** The value of a member as the type that it should have; throws if there is no such member, or it is of another type. */
  get<T>(key: string): T {
    if (!this.data.has(key)) throw new Error("There is no member '" + key + "'.");
    return JSON.parse<T>(this.data.get(key).toString());
  }

  /** Sets a member to anything that can be written as JSON. */
  set<T>(key: string, value: T): void {
    this.data.set(key, new JSON.Raw(JSON.stringify<T>(value)));
  }

  /** Removes a member; false if there is none. */
  delete(key: string): bool {
    return this.data.delete(key);
  }

  clear(): void {
    this.data.clear();
  }

  /** The names of all members, in the order in which they were set. */
  keys(): string[] {
    return this.data.keys();
  }

  /** The JSON of all members, in the order of `keys`. */
  values(): JSON.Raw[] {
    return this.data.values();
  }


  @serializer
  private write(self: DynamicMap): string {
    return JSON.stringify(self.data);
  }


  @deserializer
  private read(data: string): DynamicMap {
    const map = new DynamicMap();
    map.data = JSON.parse<Map<string, JSON.Raw>>(data);
    return map;
  }
}
