import { Agent, AgentEvent, AgentInfo, agents, http, localtime, models, secrets } from "@hypermode/modus-sdk-as";
import { ClassificationModel } from "@hypermode/modus-sdk-as/models/experimental/classification";
import { OpenAIChatModel, UserMessage } from "@hypermode/modus-sdk-as/models/openai/chat";
import { OpenAIEmbeddingsModel } from "@hypermode/modus-sdk-as/models/openai/embeddings";
import { JSON } from "json-as";

// Models

export function chat(v: string): string {
  const model = models.getModel<OpenAIChatModel>("chat");
  return model.invoke(model.createInput([new UserMessage(v)])).choices[0].message.content;
}

export function embed(v: string[]): f32[][] {
  const model = models.getModel<OpenAIEmbeddingsModel>("embeddings");
  return model.invoke(model.createInput(v)).data.map<f32[]>((each) => each.embedding);
}

export function classify(v: string): string {
  const model = models.getModel<ClassificationModel>("classifier");
  return model.invoke(model.createInput([v])).predictions[0].label;
}

export function unknownModel(): string {
  return models.getModel<OpenAIChatModel>("no-such-model").info.fullName;
}

// HTTP

export function get(url: string): string {
  const response = http.fetch(url);
  return response.status.toString() + " " + response.text();
}

export function post(url: string, body: string): string {
  const options = new http.RequestOptions();
  options.method = "post";
  options.headers = http.Headers.from([
    ["X-Test", "one"],
    ["x-test", "two"],
  ]);
  options.body = http.Content.from(body);
  return http.fetch(new http.Request(url, options)).text();
}

/** What a server answered. */
class Answer {
  constructor(
    public status: u16,
    public statusText: string,
    public ok: bool,
    public headers: string[][],
    public body: ArrayBuffer,
  ) {}
}

/** Sends a request with headers, given as lists of a name and its values. */
export function exchange(method: string, url: string, headers: string[][], body: ArrayBuffer): Answer {
  const options = new http.RequestOptions();
  options.method = method;
  options.headers = http.Headers.from(headers);
  options.body = http.Content.from(body);
  const response = http.fetch(new http.Request(url, options));
  return new Answer(response.status, response.statusText, response.ok, response.headers.entries(), response.body);
}

/** Gets a text. */
export function text(url: string): string {
  return http.fetch(url).text();
}


@json
class Item {
  constructor(
    public name: string = "",
    public count: i32 = 0,
  ) {}
}

/** Posts an item as JSON and answers the item that came back. */
export function sendItem(url: string, name: string, count: i32): Item {
  const options = new http.RequestOptions();
  options.method = "post";
  options.body = http.Content.from(new Item(name, count));
  return http.fetch(url, options).json<Item>();
}

/** Bodies made from other values, sent one after the other. */
export function sendContents(url: string): void {
  const contents = [
    http.Content.from(5),
    http.Content.from(true),
    http.Content.from([1, 2]),
    http.Content.from(Uint8Array.wrap(String.UTF8.encode("xbytesx"), 1, 5)),
  ];
  for (let i = 0; i < contents.length; i++) {
    const options = new http.RequestOptions();
    options.method = "PUT";
    options.body = contents[i];
    http.fetch(http.Request.clone(new http.Request(url), options));
  }
}

export function responseHeader(url: string, name: string): string | null {
  return http.fetch(url).headers.get(name);
}

// An import as a value: it becomes an element of the function table.

// @ts-ignore: decorator
@external("modus_system", "logMessage")
declare function hostLog(level: string, message: string): void;

function prefixedLog(level: string, message: string): void {
  console.log(level + ": " + message);
}

export function logIndirectly(prefixed: bool, v: string): void {
  const loggers: ((level: string, message: string) => void)[] = [hostLog, prefixedLog];
  loggers[prefixed ? 1 : 0]("info", v);
}

// Time and secrets

export function timeInZone(tz: string): string {
  return localtime.nowInZone(tz);
}

export function localTime(): string {
  return localtime.now();
}

export function timeZone(): string {
  return localtime.getTimeZone();
}

export function isTimeZone(tz: string): bool {
  return localtime.isValidTimeZone(tz);
}

export function secret(name: string): string {
  return secrets.getSecretValue(name);
}

// Agents


@json
class CountUpdated extends AgentEvent {
  constructor(public count: i32 = 0) {
    super("countUpdated");
  }
}

class Counter extends Agent {
  private count: i32 = 0;

  get name(): string {
    return "Counter";
  }

  getState(): string | null {
    return this.count.toString();
  }

  setState(data: string | null): void {
    this.count = data === null || data == "" ? 0 : I32.parseInt(data);
  }

  onInitialize(): void {
    console.info("counter " + this.id + " begins");
  }

  onReceiveMessage(msgName: string, data: string | null): string | null {
    if (msgName == "increment") {
      this.count += data === null ? 1 : I32.parseInt(data);
      this.publishEvent(new CountUpdated(this.count));
      return this.count.toString();
    }
    if (msgName == "fail") throw new Error("the counter fails");
    return msgName == "count" ? this.count.toString() : null;
  }
}

agents.register<Counter>();

export function startCounter(): AgentInfo {
  return agents.start("Counter");
}

export function stopCounter(id: string): AgentInfo {
  return agents.stop(id);
}

export function counterInfo(id: string): AgentInfo {
  return agents.getInfo(id);
}

export function listAgents(): AgentInfo[] {
  return agents.listAll();
}

export function sendToCounter(id: string, message: string, data: string | null = null): string | null {
  return agents.sendMessage(id, message, data);
}

export function sendToCounterAsync(id: string, message: string): void {
  agents.sendMessageAsync(id, message);
}

/** Keeps the JSON library in use beside the SDK's own models. */
export function jsonRoundTrip(v: string[]): string[] {
  return JSON.parse<string[]>(JSON.stringify(v));
}
