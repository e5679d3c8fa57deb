// Messages of a conversation: those of requests, and the model's.

import { JSON } from "json-as";
import * as base64 from "../../../base64";
import { ContentPart } from "./content";
import { ToolCall } from "./tools";


/** One message of a conversation. */
@json
export abstract class RequestMessage {
  constructor(role: string) {
    this._role = role;
  }

  @alias("role")
  protected _role: string;

  get role(): string {
    return this._role;
  }
}

// Content is a text, or parts of the types that the message may have, which `said` names.
function checked<T>(content: T, types: string[], said: string): T {
  if (isArray<T>()) {
    const parts = changetype<ContentPart[]>(content);
    for (let i = 0; i < parts.length; i++) {
      if (types.includes(parts[i].type)) continue;
      throw new Error("Invalid content part type. Content parts must be of " + said + " type.");
    }
  } else if (!isString<T>()) {
    throw new Error("Invalid content type. Content must be a string or an array of content parts.");
  }
  return content;
}


/** Sets the model's behaviour. */
@json
export class SystemMessage<T = string> extends RequestMessage {
  constructor(content: T) {
    super("system");
    this.content = checked<T>(content, ["text"], "text");
  }

  content: T;

  /** Tells participants of the same role apart. */
  @omitif((self: SystemMessage<T>) => self.name === null || self.name == "")
  name: string | null = null;

  static fromParts(parts: ContentPart[]): SystemMessage<ContentPart[]> {
    return new SystemMessage<ContentPart[]>(parts);
  }
}


/** Sets the behaviour of models that distinguish developers from systems. */
@json
export class DeveloperMessage<T = string> extends RequestMessage {
  constructor(content: T) {
    super("developer");
    this.content = checked<T>(content, ["text"], "text");
  }

  content: T;

  /** Tells participants of the same role apart. */
  @omitif((self: DeveloperMessage<T>) => self.name === null || self.name == "")
  name: string | null = null;

  static fromParts(parts: ContentPart[]): DeveloperMessage<ContentPart[]> {
    return new DeveloperMessage<ContentPart[]>(parts);
  }
}


/** What the user says, shows or plays. */
@json
export class UserMessage<T = string> extends RequestMessage {
  constructor(content: T) {
    super("user");
    this.content = checked<T>(content, ["text", "image_url", "input_audio"], "text, image, or audio");
  }

  content: T;

  /** Tells participants of the same role apart. */
  @omitif((self: UserMessage<T>) => self.name === null || self.name == "")
  name: string | null = null;

  static fromParts(parts: ContentPart[]): UserMessage<ContentPart[]> {
    return new UserMessage<ContentPart[]>(parts);
  }
}


/** What the model said before. */
@json
export class AssistantMessage<T = string> extends RequestMessage {
  constructor(content: T) {
    super("assistant");
    this.content = checked<T>(content, ["text", "refusal"], "text or refusal");
  }

  content: T;

  /** Tells participants of the same role apart. */
  @omitif((self: AssistantMessage<T>) => self.name === null || self.name == "")
  name: string | null = null;

  /** Why it did not answer. */
  @omitif((self: AssistantMessage<T>) => self.refusal === null || self.refusal == "")
  refusal: string | null = null;

  @alias("tool_calls")
  @omitif((self: AssistantMessage<T>) => self.toolCalls.length == 0)
  toolCalls: ToolCall[] = [];

  @omitnull()
  audio: AudioRef | null = null;

  static fromParts(parts: ContentPart[]): AssistantMessage<ContentPart[]> {
    return new AssistantMessage<ContentPart[]>(parts);
  }

  static fromCompletionMessage(message: CompletionMessage): AssistantMessage<string> {
    return message.toAssistantMessage();
  }
}


/** Refers to an earlier spoken answer. */
@json
export class AudioRef {
  constructor(id: string) {
    this.id = id;
  }

  id: string;
}


/** The outcome of a tool's call. */
@json
export class ToolMessage<T = string> extends RequestMessage {
  constructor(content: T, toolCallId: string) {
    super("tool");
    this.content = checked<T>(content, ["text"], "text");
    this.toolCallId = toolCallId;
  }

  content: T;

  /** Which call of the model's this answers. */
  @alias("tool_call_id")
  toolCallId: string;

  static fromParts(toolCallId: string, parts: ContentPart[]): ToolMessage<ContentPart[]> {
    return new ToolMessage<ContentPart[]>(parts, toolCallId);
  }
}


/** A message that the model made. Earlier versions of the SDK took it as a message of a request, too, and so does this one. */
@json
export class CompletionMessage extends RequestMessage {
  constructor(role: string = "assistant", content: string = "") {
    super(role);
    this.content = content;
  }

  /** Empty if there is none, as with calls of tools. */
  content: string;

  /** Why it did not answer. */
  @omitnull()
  refusal: string | null = null;

  @alias("tool_calls")
  @omitif((self: CompletionMessage) => self.toolCalls.length == 0)
  toolCalls: ToolCall[] = [];

  @omitnull()
  audio: AudioOutput | null = null;

  /** This answer as a message of the conversation that goes on. */
  toAssistantMessage(): AssistantMessage<string> {
    const message = new AssistantMessage<string>(this.content);
    message.refusal = this.refusal;
    message.toolCalls = this.toolCalls;
    const audio = this.audio;
    if (audio !== null) message.audio = new AudioRef(audio.id);
    return message;
  }
}


/** A spoken answer. */
@json
export class AudioOutput {
  id!: string;

  @alias("expires_at")
  private _expiresAt!: i64;

  /** How long the server keeps it for messages that refer to it. */
  get expiresAt(): Date {
    return new Date(this._expiresAt * 1000);
  }

  @alias("data")
  private _data!: string;

  /** The sound, in the format that the request asked for. */
  get data(): Uint8Array {
    return base64.decode(this._data);
  }

  transcript!: string;
}


@json
class Role {
  role: string | null = null;
}


// A message that was kept as JSON: it is written as it was read.
@json
class KeptMessage extends RequestMessage {
  constructor(private json: string) {
    super("");
    const role = JSON.parse<Role>(json).role;
    if (role === null) throw new Error("Missing role field in message JSON.");
    this._role = role;
  }


  @serializer
  private write(self: KeptMessage): string {
    return self.json;
  }


  @deserializer
  private read(data: string): KeptMessage {
    return new KeptMessage(data);
  }
}

/** The messages of a conversation that was kept as a JSON array. Each is sent as it stands there, whatever it has. */
export function parseMessages(data: string): RequestMessage[] {
  return JSON.parse<JSON.Raw[]>(data).map<RequestMessage>((each) => new KeptMessage(each.toString()));
}
