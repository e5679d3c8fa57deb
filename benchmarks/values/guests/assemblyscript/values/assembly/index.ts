// What the benchmark of values moves: each function answers its argument.

class Record {
  id!: i64;
  name!: string;
  email!: string;
  active!: bool;
  score!: f64;
  level!: i32;
  created!: Date;
  city!: string;
  visits!: u32;
  ratio!: f32;
}

export function echoText(v: string): string {
  return v;
}

export function echoRecord(v: Record): Record {
  return v;
}

export function echoRecords(v: Record[]): Record[] {
  return v;
}

export function echoMap(v: Map<string, i32>): Map<string, i32> {
  return v;
}
