// The compute-heavy functions as an AssemblyScript app has them: with arrays, and JSON by the SDK's json-as.
import { JSON } from "json-as";

const SIZE = 256;

function filled(row: i32, column: i32, modulus: i32): Float64Array[] {
  const matrix: Float64Array[] = [];
  for (let i = 0; i < SIZE; i++) {
    const line = new Float64Array(SIZE);
    for (let j = 0; j < SIZE; j++) line[j] = f64((i * row + j * column) % modulus);
    matrix.push(line);
  }
  return matrix;
}

let left: Float64Array[] = [];
let right: Float64Array[] = [];

/** Answers the trace of the product of two matrices. */
export function matrix(): i32 {
  if (left.length == 0) {
    left = filled(7, 3, 11);
    right = filled(5, 2, 13);
  }
  let trace = 0.0;
  const product = new Float64Array(SIZE);
  for (let i = 0; i < SIZE; i++) {
    const line = left[i];
    for (let j = 0; j < SIZE; j++) {
      let sum = 0.0;
      for (let k = 0; k < SIZE; k++) sum += line[k] * right[k][j];
      product[j] = sum;
    }
    trace += product[i];
  }
  return i32(trace);
}

// prettier-ignore
const ROUND: StaticArray<u32> = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

const LENGTH = 1 << 20;
let message: Uint8Array = new Uint8Array(0);
const words = new StaticArray<u32>(64);
const state = new StaticArray<u32>(8);

function block(at: i32): void {
  for (let i = 0; i < 16; i++) {
    const from = at + 4 * i;
    words[i] =
      (u32(message[from]) << 24) | (u32(message[from + 1]) << 16) | (u32(message[from + 2]) << 8) | u32(message[from + 3]);
  }
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15];
    const y = words[i - 2];
    const low = rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
    const high = rotr<u32>(y, 17) ^ rotr<u32>(y, 19) ^ (y >> 10);
    words[i] = words[i - 16] + low + words[i - 7] + high;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3];
  let e = state[4], f = state[5], g = state[6], h = state[7];
  for (let i = 0; i < 64; i++) {
    const one = h + (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + words[i];
    const two = (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** Answers the first word of the SHA-256 of a MiB. */
export function sha256(): i32 {
  if (message.length == 0) {
    message = new Uint8Array(LENGTH + 64);
    for (let i = 0; i < LENGTH; i++) message[i] = u8(i * 31 + (i >> 8));
    message[LENGTH] = 0x80;
    for (let i = 0; i < 8; i++) message[LENGTH + 63 - i] = u8(((<u64>LENGTH) * 8) >> (8 * i));
  }
  state[0] = 0x6a09e667;
  state[1] = 0xbb67ae85;
  state[2] = 0x3c6ef372;
  state[3] = 0xa54ff53a;
  state[4] = 0x510e527f;
  state[5] = 0x9b05688c;
  state[6] = 0x1f83d9ab;
  state[7] = 0x5be0cd19;
  for (let at = 0; at < LENGTH + 64; at += 64) block(at);
  return state[0];
}


@json
class Person {
  id: i32 = 0;
  name: string = "";
  email: string = "";
  active: bool = false;
  score: f64 = 0;
  city: string = "";
  tags: string[] = [];
  parent: string | null = null;
}

let document: string = "";

function writeDocument(): string {
  const people: string[] = [];
  for (let i = 0; i < 6500; i++) {
    people.push(
      `{"id":${1000000 + i},"name":"Person Number ${i}","email":"person.${i}@example.com","active":${i % 2 == 1},` +
        `"score":${i % 100}.${i % 7}25,"city":"M\\u00e1laga\\n","tags":["alpha","beta","gamma"],"parent":null}`,
    );
  }
  return "[" + people.join(",") + "]";
}

/** Answers how many values there are in a document of about a MB. */
export function json(): i32 {
  if (document.length == 0) document = writeDocument();
  const people = JSON.parse<Person[]>(document);
  let sum = 1;
  for (let i = 0; i < people.length; i++) sum += 9 + people[i].tags.length;
  return sum;
}
