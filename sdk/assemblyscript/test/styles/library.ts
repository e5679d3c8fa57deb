// A library's desk, in the style of apps that fetch, map and filter: 1.x of json-as, and 0.9 but for how raw JSON begins.

import { http, localtime, secrets, utils } from "@hypermode/modus-sdk-as";
import { Content, Headers, Request, RequestOptions, fetch as httpFetch } from "@hypermode/modus-sdk-as/assembly/http";
import { Variables } from "@hypermode/modus-sdk-as/assembly/graphql";
import { JSON } from "json-as/assembly";

enum Shelf {
  Open = 0,
  Stacks = 1,
  Lost = 9,
}

type Weight = number;
type Authors = Map<string, Author>;

class Author {
  name: string = "";
  born: i32 = 0;
}


@json
class Medium {
  id!: string;

  @alias("Medium.title")
  title!: string;
  added: Date | null = null;
}


@json
class Book extends Medium {
  pages: u16 = 0;
  weight: Weight = 0;
  shelf: Shelf = Shelf.Open;
  authors: Authors = new Map<string, Author>();
  scores: Map<string, Map<string, f64[]>> = new Map<string, Map<string, f64[]>>();
  copies: Page<Copy> = new Page<Copy>([]);

  @omitnull()
  remark: string | null = null;

  @omitif((self: Book) => self.extra.size == 0)
  extra: JSON.Obj = new JSON.Obj();

  @omit
  internal: i32 = 0;
  rating: JSON.Box<i32> | null = null;
  rest: JSON.Raw = new JSON.Raw("{}");
}


@json
class Copy {
  constructor(
    public number: i32 = 0,
    public lent: bool = false,
  ) {}
}


@json
class Page<T> {
  constructor(public items: T[]) {}
  next: string | null = null;
}

class Pair<T, U> {
  constructor(
    public first: T,
    public second: U,
  ) {}
}

const ADDRESS: string = "http://127.0.0.1:9/books";

/** Looks books up, newest first. */
export function books(author: string | null = null, limit: i32 = 10): Book[] {
  const response = http.fetch(`${ADDRESS}?author=${encodeURIComponent(author || "")}`);
  if (!response.ok) {
    throw new Error(`Failed to fetch books. Received: ${response.status} ${response.statusText}`);
  }
  const found = response.json<Book[]>();
  const open = found.filter((each) => each.shelf !== Shelf.Lost && each.pages > 0);
  open.sort((a: Book, b: Book) => (b.pages - a.pages) as i32);
  return open.slice(0, limit);
}

/** Lends a copy. */
export function lend(id: string, number: i32): Copy {
  const options: RequestOptions = { method: "POST", headers: new Headers(), body: Content.from(new Copy(number, true)) };
  options.headers.append("Authorization", `Bearer ${secrets.getSecretValue("desk")}`);
  const response = httpFetch(new Request(`${ADDRESS}/${id}`, options));
  if (utils.resultIsInvalid(response)) utils.throwUserError("no answer");
  const text = response.text();
  return text == "" ? new Copy() : JSON.parse<Copy>(text);
}

export function variables(): string {
  const variables = new Variables();
  variables.set("since", localtime.isValidTimeZone("UTC") ? localtime.nowInZone("UTC") : "");
  return variables.toJSON();
}

export function words(text: string): string[] {
  const unique = new Set<string>();
  const counts = new Map<string, i32>();
  const words = text.toLowerCase().split(" ");
  for (let i = 0; i < words.length; i++) {
    unique.add(words[i]);
    counts.set(words[i], (counts.has(words[i]) ? counts.get(words[i]) : 0) + 1);
  }
  const pairs = unique.values().map<Pair<string, i32>>((word) => new Pair<string, i32>(word, 1));
  return pairs.map<string>((each) => `${each.first}:${each.second}`).sort();
}

export function likeness(a: f32[], b: f32[]): f64 {
  const left = new Float64Array(a.length);
  let dot: f64 = 0.0;
  let size: f64 = 0.0;
  for (let i = 0; i < a.length; i++) {
    left[i] = a[i];
    dot += left[i] * b[i];
    size += left[i] * left[i];
  }
  return size === 0.0 ? 0.0 : dot / Math.sqrt(size);
}

export function again(json: string): string {
  return JSON.stringify(JSON.parse<Book>(json));
}
