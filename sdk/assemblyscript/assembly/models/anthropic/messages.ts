import { JSON } from "json-as";
import { Model } from "../../models";

/** A chat model with Anthropic's messages interface. */
export class AnthropicMessagesModel extends Model<AnthropicMessagesInput, AnthropicMessagesOutput> {
  /** An input with the given messages; its other members can be set before it is used. */
  createInput(messages: Message[]): AnthropicMessagesInput {
    return <AnthropicMessagesInput>{ model: this.info.fullName, messages };
  }
}


/** A request; members that are not set, or at their default, are left out. */
@json
export class AnthropicMessagesInput {
  model!: string;
  messages!: Message[];

  /** How many tokens are generated at most. It is always sent, because the interface needs it. */
  @alias("max_tokens")
  maxTokens: i32 = 4096;

  @omitnull()
  metadata: Metadata | null = null;

  @alias("stop_sequences")
  @omitnull()
  stopSequences: string[] | null = null;

  /** What the model should be and do, beside the messages. */
  @omitnull()
  system: string | null = null;

  @omitif((self: AnthropicMessagesInput) => self.temperature == 1)
  temperature: f64 = 1;

  @alias("tool_choice")
  @omitnull()
  toolChoice: ToolChoice | null = null;

  @omitnull()
  tools: Tool[] | null = null;

  @alias("top_k")
  @omitif((self: AnthropicMessagesInput) => self.topK == -1)
  topK: i64 = -1;

  @alias("top_p")
  @omitif((self: AnthropicMessagesInput) => self.topP == 0.999)
  topP: f64 = 0.999;
}


/** One message of a conversation. */
@json
export class Message {
  constructor(role: string, content: string) {
    this._role = role;
    this.content = content;
  }

  @alias("role")
  protected _role: string;

  get role(): string {
    return this._role;
  }

  content: string;
}


/** What the user says. */
@json
export class UserMessage extends Message {
  constructor(content: string) {
    super("user", content);
  }
}


/** What the model said before. */
@json
export class AssistantMessage extends Message {
  constructor(content: string) {
    super("assistant", content);
  }
}


@json
export class Metadata {
  /** Who the request is for, as the app calls them. */
  @alias("user_id")
  userId: string | null = null;
}


/** A tool that the model may use. */
@json
export class Tool {
  name!: string;

  /** The schema of what the tool takes, as JSON Schema. */
  @alias("input_schema")
  inputSchema!: JSON.Raw;

  @omitnull()
  description: string | null = null;
}


/** Whether and which tools the model has to use. */
@json
export class ToolChoice {
  constructor(type: string, name: string | null = null) {
    this._type = type;
    this._name = name;
  }

  @alias("type")
  protected _type: string;

  @alias("name")
  @omitnull()
  protected _name: string | null = null;
}

/** The model decides. */
export const ToolChoiceAuto = new ToolChoice("auto");

/** The model has to use a tool, whichever it wants. */
export const ToolChoiceAny = new ToolChoice("any");

/** The model has to use the tool of this name. */
export function ToolChoiceTool(name: string): ToolChoice {
  return new ToolChoice("tool", name);
}


@json
export class AnthropicMessagesOutput {
  id!: string;
  content!: ContentBlock[];
  model!: string;
  role!: string;

  /** Why the answer ends, such as `end_turn`, `max_tokens`, `stop_sequence`, `tool_use`. */
  @alias("stop_reason")
  stopReason!: string;

  /** Which of the input's stop sequences ended it. */
  @alias("stop_sequence")
  stopSequence: string | null = null;
  type!: string;
  usage!: Usage;
}


/** A part of an answer: text, or the wish to use a tool. */
@json
export class ContentBlock {
  /** `text` or `tool_use`. */
  type!: string;

  @omitnull()
  text: string | null = null;

  /** Of a tool's use: what the result has to refer to. */
  @omitnull()
  id: string | null = null;

  /** Of a tool's use: what the tool is given. */
  @omitnull()
  input: JSON.Raw | null = null;

  /** Of a tool's use: the tool. */
  @omitnull()
  name: string | null = null;
}


@json
export class Usage {
  @alias("input_tokens")
  inputTokens!: number;

  @alias("output_tokens")
  outputTokens!: number;
}
