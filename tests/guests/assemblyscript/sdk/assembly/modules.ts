import { AgentStatus as Status, Duration, DynamicMap, auth, postgresql, utils, vectors } from "@hypermode/modus-sdk-as";
import { AgentStatus } from "@hypermode/modus-sdk-as/assembly/enums";
import * as base64 from "@hypermode/modus-sdk-as/assembly/base64";
import { JSON } from "json-as";


@json
class Claims {
  sub: string = "nobody";
  exp: i64 = 0;

  @alias("user-id")
  userId: string = "";
  roles: string[] = [];
}

export function claims(): Claims {
  return auth.getJWTClaims<Claims>();
}

export function arithmetic(): string {
  const a: f64[] = [1, -2, 3];
  const b: f64[] = [4, 5, 6];
  vectors.addInPlace(a, b);
  vectors.subtractInPlace(a, b);
  vectors.addNumberInPlace(a, 2);
  vectors.subtractNumberInPlace(a, 2);
  vectors.multiplyNumberInPlace(a, 4);
  vectors.divideNumberInPlace(a, 4);
  const c = a.slice();
  vectors.absInPlace(c);
  const lists = [
    vectors.add(a, b),
    vectors.subtract(a, b),
    vectors.addNumber(a, 0.5),
    vectors.subtractNumber(a, 0.5),
    vectors.multiplyNumber(a, 2),
    vectors.divideNumber(a, 2),
    vectors.normalize([3.0, 4.0]),
    vectors.abs(a),
    a,
    c,
  ];
  const numbers = [
    vectors.dot(a, b),
    vectors.magnitude([3.0, 4.0]),
    vectors.sum(a),
    vectors.product(b),
    vectors.mean(b),
    vectors.min(a),
    vectors.max(a),
    vectors.euclidianDistance([0.0, 0.0], [3.0, 4.0]),
  ];
  return JSON.stringify(lists) + JSON.stringify(numbers);
}

export function integers(): string {
  const a: i32[] = [7, -8];
  const small: u8[] = [200, 100];
  const other: u8[] = [100, 200];
  const lists = [vectors.divideNumber(a, 2), vectors.abs(a), vectors.add(a, a), vectors.multiplyNumber(a, -1)];
  const whole = [vectors.dot(a, a), vectors.sum(a), vectors.product(a), vectors.min(a), vectors.max(a)];
  const parts = [vectors.magnitude<i32>([1, 2, 3]), vectors.magnitude<i32>([100000]), vectors.mean<i32>([-3, -4])];
  const distance = vectors.euclidianDistance(small, other);
  const texts = [JSON.stringify(lists), JSON.stringify(whole), JSON.stringify(parts), JSON.stringify(vectors.normalize<i32>([1, 2, 3]))];
  return texts.join("") + JSON.stringify([vectors.mean(small), vectors.dot(small, other)]) + distance.toString();
}

/** What fits into an element's type, and what of it is rounded. */
export function singles(): string {
  const a: f32[] = [0.1, 0.2];
  const length: f32 = vectors.magnitude(a);
  const unit: f32[] = vectors.normalize(a);
  const mean: f32 = vectors.mean(a);
  const numbers: f32[] = [vectors.dot(a, a), length, unit[0], mean];
  const large: i32[] = [100000];
  return numbers.toString() + "|" + vectors.dot(large, large).toString();
}

export function unequal(): void {
  vectors.dot([1.0], [1.0, 2.0]);
}

export function empty(): void {
  vectors.max(new Array<f32>());
}


@json
class Node {
  name: string = "";
  props: DynamicMap = new DynamicMap();
  more: DynamicMap | null = null;
}

export function dynamicMap(): string {
  const map = new DynamicMap();
  map.set("number", 1);
  map.set("text", 'a "b"');
  map.set("list", [1.5, 2]);
  map.set<string | null>("none", null);
  map.set("object", new Claims());
  const again = JSON.parse<DynamicMap>(JSON.stringify(map));
  again.delete("object");
  const read = [again.get<i32>("number").toString(), again.get<string>("text"), again.get<f64[]>("list").toString()];
  const about = [again.size.toString(), again.has("none").toString(), again.has("object").toString(), again.keys().join()];
  const raw = again.values().map<string>((each) => each.toString());
  map.clear();
  return [JSON.stringify(again), read.join(), about.join(), raw.join(), JSON.stringify(map)].join("|");
}

export function nodes(json: string): string {
  const nodes = JSON.parse<Node[]>(json);
  return JSON.stringify(nodes) + nodes[0].props.get<i32>("age").toString();
}

export function noMember(): string {
  return new DynamicMap().get<string>("x");
}

export function durations(): string {
  const all: Duration[] = [
    Duration.zero, Duration.nanosecond, Duration.microsecond, Duration.millisecond, Duration.second, Duration.minute,
    Duration.hour, Duration.maxValue, 90 * Duration.second,
  ];
  return all.join();
}

export function statuses(): string {
  const all: Status[] = [
    AgentStatus.Starting, AgentStatus.Running, AgentStatus.Suspending, AgentStatus.Suspended, AgentStatus.Resuming,
    AgentStatus.Stopping, AgentStatus.Terminated,
  ];
  return all.join();
}

export function timers(): void {
  console.time();
  console.time();
  console.timeLog();
  console.timeEnd();
  console.timeEnd("x");
  console.timeLog("y");
  console.assert(true, "not told");
  console.assert(false, "told");
}

export function invalid(): bool {
  return utils.resultIsInvalid<Claims>(changetype<Claims>(0)) && !utils.resultIsInvalid<Claims>(new Claims());
}

export function encoded(text: string): string {
  return base64.encode(Uint8Array.wrap(String.UTF8.encode(text)));
}

export function decoded(text: string): string {
  const bytes = base64.decode(text);
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.length);
}

/** The coordinates of a point as a database writes it; null if it is none. */
export function point(text: string): f64[] | null {
  const point = postgresql.Point.fromString(text);
  return point === null ? null : [point.x, point.y];
}
