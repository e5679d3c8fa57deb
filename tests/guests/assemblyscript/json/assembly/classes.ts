// Classes with what json-as offers beside plain fields.

import { JSON } from "json-as";


/** Written and read as one text: "x,y". */
@json
export class Pair {
  constructor(
    public x: i32 = 0,
    public y: i32 = 0,
  ) {}


  @serializer
  write(self: Pair): string {
    return JSON.stringify(self.x.toString() + "," + self.y.toString());
  }


  @deserializer
  read(data: string): Pair {
    // Another text is read while this one is.
    const parts = JSON.parse<string>(data).split(",");
    return new Pair(I32.parseInt(parts[0]), I32.parseInt(parts[1]));
  }
}


/** Its text is longer than the library's first buffer. */
@json
export class Long {
  count: i32 = 0;


  @serializer
  write(self: Long): string {
    return JSON.stringify("x".repeat(self.count));
  }


  @deserializer
  read(data: string): Long {
    const long = new Long();
    long.count = JSON.parse<string>(data).length;
    return long;
  }
}


@json
export class Choice {
  @omitnull()
  first: string | null = null;

  @omitnull()
  second: Choice | null = null;

  @omitif((self: Choice) => self.count == 0)
  count: i32 = 0;
}


/** Its text is made of a value's text while another text is written. */
@json
export class Told {
  value: JSON.Value = JSON.Value.from(new Choice());


  @serializer
  write(self: Told): string {
    return JSON.stringify(self.value.toString());
  }


  @deserializer
  read(data: string): Told {
    return new Told();
  }
}


@json
export class Named {
  name: string = "unnamed";
  readonly fixed: string = "default";
}


@json
export class Animal extends Named {
  private legs: u8 = 4;
  friend: Animal | null = null;
}


@json
export class Holder<T> {
  value: T = changetype<T>(0);
}


@json
export class Empty {}


@json
export class Mixed {
  pair: Pair = new Pair(1, 2);
  pairs: Pair[] = [];
  long: Long | null = null;
  animals: Map<string, Animal> = new Map<string, Animal>();
  numbers: Holder<i32> = new Holder<i32>();
  texts: Holder<string> | null = null;
  maybe: JSON.Box<i32> | null = null;
  when: Date | null = null;
  any: JSON.Value = JSON.Value.from<usize>(0);
  object: JSON.Obj = new JSON.Obj();
  raw: JSON.Raw = new JSON.Raw("null");
  raws: JSON.Raw[] = [];
  values: JSON.Value[] = [];
  byNumber: Map<i32, bool> = new Map<i32, bool>();
  table: f32[][] = [];
  empty: Empty = new Empty();

  @omit
  secret: string = "kept";
}
