import { JSON } from "json-as";

/** A JSON object whose values have different types. */
@json
export class DynamicMap {
  private data: Map<string, JSON.Raw> = new Map<string, JSON.Raw>();

  /** The number of values. */
  get size(): i32 {
    return this.data.size;
  }

  /** Whether there is a value of this name. */
  has(key: string): bool {
    return this.data.has(key);
  }

  /** The value of this name, read as `T`; throws if there is none, or one of another type. */
  get<T>(key: string): T {
    return JSON.parse<T>(this.data.get(key).data);
  }

  /** Sets a value to anything that can be written as JSON. */
  set<T>(key: string, value: T): void {
    this.data.set(key, new JSON.Raw(JSON.stringify<T>(value)));
  }

  /** Takes a value away; false if there is none. */
  delete(key: string): bool {
    return this.data.delete(key);
  }

  /** Takes all values away. */
  clear(): void {
    this.data.clear();
  }

  /** The names of the values. */
  keys(): string[] {
    return this.data.keys();
  }

  /** The values, as JSON. */
  values(): JSON.Raw[] {
    return this.data.values();
  }

  @serializer
  private write(self: DynamicMap): string {
    const keys = self.data.keys();
    const members = new Array<string>(keys.length);
    for (let i = 0; i < keys.length; i++) {
      members[i] = JSON.stringify(keys[i]) + ":" + self.data.get(keys[i]).data;
    }
    return "{" + members.join(",") + "}";
  }

  @deserializer
  private read(text: string): DynamicMap {
    const map = new DynamicMap();
    map.data = JSON.parse<Map<string, JSON.Raw>>(text);
    return map;
  }
}
