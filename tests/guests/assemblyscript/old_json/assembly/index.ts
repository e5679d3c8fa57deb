// Sources as they were written for json-as 0.9 and the SDK of its time.

import { DynamicMap, http, models } from "@hypermode/modus-sdk-as";
import { Message, OpenAIChatModel, SystemMessage, Tool, ToolCall, ToolMessage, UserMessage } from "@hypermode/modus-sdk-as/models/openai/chat";
import { JSON } from "json-as";


@serializable
class Document {
  raw: JSON.Raw = '{"a":1}';
  optional: JSON.Raw | null = null;

  @omitnull()
  omitted: JSON.Raw | null = null;
  bare!: JSON.Raw;

  @omitif("this.count == 0")
  count: i32 = 0;

  @omitnull()
  text: string = "t";
}

export function document(json: string): string {
  const document = JSON.parse<Document>(json);
  const raw: string = document.raw;
  return JSON.stringify(document) + raw + JSON.stringify(new Document());
}

export function safely(json: string): JSON.Raw {
  return JSON.parse<JSON.Raw>(JSON.parseSafe<JSON.Raw>(json));
}

export function fetched(url: string): JSON.Raw {
  const response = http.fetch(url);
  const data = response.json<JSON.Raw>();
  console.log(data);
  return data;
}

export function fromMap(): string {
  const map = new DynamicMap();
  map.set("a", [1]);
  const raw: string = map.get<JSON.Raw>("a");
  return raw;
}

export function converse(schema: string): string {
  const tool = new Tool();
  tool.function = { name: "f", description: "d", parameters: schema, strict: true };
  const other = new Tool();
  other.function = { name: "g", description: null, parameters: null, strict: false };
  const messages: Message[] = [new SystemMessage("s")];
  messages.push(new UserMessage("u"));
  const model = models.getModel<OpenAIChatModel>("chat");
  const input = model.createInput(messages);
  input.tools = [tool, other];
  const message = model.invoke(input).choices[0].message;
  input.messages.push(message);
  const calls: ToolCall[] = message.toolCalls;
  for (let i = 0; i < calls.length; i++) input.messages.push(new ToolMessage("done", calls[i].id));
  return JSON.stringify(input);
}
