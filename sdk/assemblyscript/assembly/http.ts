import { JSON } from "json-as";
import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_http_client", "fetch")
declare function hostFetch(request: Request): Response;

/** Sends a request; `T` is a URL or a `Request`. */
export function fetch<T>(requestOrUrl: T, options: RequestOptions = new RequestOptions()): Response {
  let request: Request;
  if (isString<T>()) request = new Request(changetype<string>(requestOrUrl), options);
  else if (idof<T>() == idof<Request>()) request = Request.clone(changetype<Request>(requestOrUrl), options);
  else throw new Error("Unsupported request type.");
  const response = hostFetch(request);
  if (resultIsInvalid(response)) throw new Error("HTTP fetch failed. Check the logs for more information.");
  return response;
}

/** A request to a server. */
export class Request {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: ArrayBuffer;

  constructor(url: string, options: RequestOptions = new RequestOptions()) {
    const method = options.method;
    const body = options.body;
    this.url = url;
    this.method = method !== null ? method.toUpperCase() : "GET";
    this.headers = options.headers;
    this.body = body !== null ? body.data : new ArrayBuffer(0);
  }

  /** The same request, changed by what the options set. */
  static clone(request: Request, options: RequestOptions = new RequestOptions()): Request {
    const merged = new RequestOptions();
    merged.method = options.method !== null ? options.method : request.method;
    merged.body = options.body !== null ? options.body : Content.from(request.body);
    merged.headers = options.headers.isEmpty ? request.headers : options.headers;
    return new Request(request.url, merged);
  }

  bytes(): Uint8Array {
    return Uint8Array.wrap(this.body);
  }

  text(): string {
    return String.UTF8.decode(this.body);
  }

  json<T>(): T {
    return JSON.parse<T>(this.text());
  }
}

/** What a request has beyond its URL. */
export class RequestOptions {
  method: string | null = null;
  headers: Headers = new Headers();
  body: Content | null = null;
}

/** A body. */
export class Content {
  private constructor(readonly data: ArrayBuffer) {}

  /** From bytes, text, or anything that has a JSON form. */
  static from<T>(value: T): Content {
    if (isString<T>()) return new Content(String.UTF8.encode(changetype<string>(value)));
    if (isReference<T>()) {
      if (idof<T>() == idof<ArrayBuffer>()) return new Content(changetype<ArrayBuffer>(value));
      if (idof<T>() == idof<Uint8Array>()) {
        const view = changetype<Uint8Array>(value);
        return new Content(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
      }
    }
    return new Content(String.UTF8.encode(JSON.stringify(value)));
  }

  bytes(): Uint8Array {
    return Uint8Array.wrap(this.data);
  }

  text(): string {
    return String.UTF8.decode(this.data);
  }

  json<T>(): T {
    return JSON.parse<T>(this.text());
  }
}

/** A server's answer. */
export class Response {
  readonly status!: u16;
  readonly statusText!: string;
  readonly headers!: Headers;
  readonly body!: ArrayBuffer;

  /** True for a status from 200 to 299. */
  get ok(): bool {
    return this.status >= 200 && this.status < 300;
  }

  bytes(): Uint8Array {
    return Uint8Array.wrap(this.body);
  }

  text(): string {
    return String.UTF8.decode(this.body);
  }

  json<T>(): T {
    return JSON.parse<T>(this.text());
  }
}

/** Header fields; names are compared without regard to case and keep their first spelling. */
export class Headers {
  private data: Map<string, Header> = new Map<string, Header>();

  /** From pairs, or from a map of names to one or several values. */
  static from<T>(value: T): Headers {
    const headers = new Headers();
    if (idof<T>() == idof<string[][]>()) {
      const pairs = changetype<string[][]>(value);
      for (let i = 0; i < pairs.length; i++) {
        for (let j = 1; j < pairs[i].length; j++) headers.append(pairs[i][0], pairs[i][j]);
      }
    } else if (idof<T>() == idof<Map<string, string>>()) {
      const map = changetype<Map<string, string>>(value);
      const names = map.keys();
      for (let i = 0; i < names.length; i++) headers.append(names[i], map.get(names[i]));
    } else if (idof<T>() == idof<Map<string, string[]>>()) {
      const map = changetype<Map<string, string[]>>(value);
      const names = map.keys();
      for (let i = 0; i < names.length; i++) {
        const values = map.get(names[i]);
        for (let j = 0; j < values.length; j++) headers.append(names[i], values[j]);
      }
    } else {
      throw new Error("Unsupported value type to create headers from.");
    }
    return headers;
  }

  get isEmpty(): bool {
    return this.data.size == 0;
  }

  append(name: string, value: string): void {
    const key = name.toLowerCase();
    if (this.data.has(key)) this.data.get(key).values.push(value);
    else this.data.set(key, new Header(name, [value]));
  }

  /** Name and value of every field, repeated names included. */
  entries(): string[][] {
    const entries: string[][] = [];
    const headers = this.data.values();
    for (let i = 0; i < headers.length; i++) {
      const header = headers[i];
      for (let j = 0; j < header.values.length; j++) entries.push([header.name, header.values[j]]);
    }
    return entries;
  }

  /** All values of a field, joined by commas. */
  get(name: string): string | null {
    const key = name.toLowerCase();
    return this.data.has(key) ? this.data.get(key).values.join(",") : null;
  }
}

class Header {
  constructor(
    public name: string,
    public values: string[],
  ) {}
}
