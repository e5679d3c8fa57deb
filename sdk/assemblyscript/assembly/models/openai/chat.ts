import { JSON } from "json-as";
import { Model } from "../../models";
import { throwUserError } from "../../utils";
import { ObjectText, quote, quoteAll } from "../../json_text";

/** A chat model with OpenAI's chat completions interface. */
export class OpenAIChatModel extends Model<OpenAIChatInput, OpenAIChatOutput> {
  /** An input with the given messages; its other members can be set before it is used. */
  createInput(messages: RequestMessage[]): OpenAIChatInput {
    this.validator = rejectErrors;
    return new OpenAIChatInput(this.info.fullName.toLowerCase(), messages);
  }
}

function rejectErrors(data: string): void {
  if (data == "") throw new Error("No response received from model invocation.");
  const error = JSON.parse<ErrorEnvelope>(data).error;
  if (error !== null) throwUserError("The chat model returned an error: " + error.message);
}


@json
class ErrorEnvelope {
  error: ApiError | null = null;
}


@json
class ApiError {
  message: string = "";
}

/**
 * A request to a chat model. It writes its own JSON (`toJson`, used by `Model.invoke`), because what belongs in it depends on
 * which members are set.
 */
export class OpenAIChatInput {
  model: string;
  messages: RequestMessage[];
  modalities: string[] | null = null;
  audio: AudioParameters | null = null;
  frequencyPenalty: f64 = 0;
  logitBias: Map<string, f64> | null = null;
  logprobs: bool = false;
  topLogprobs: i32 = 0;
  /** @deprecated use `maxCompletionTokens` */
  maxTokens: i32 = 4096;
  maxCompletionTokens: i32 = 4096;
  n: i32 = 1;
  presencePenalty: f64 = 0;
  responseFormat: ResponseFormat = ResponseFormat.Text;
  seed: i32 = -1;
  serviceTier: string | null = null;
  stop: string[] | null = null;
  temperature: f64 = 1;
  topP: f64 = 1;
  tools: Tool[] | null = null;
  toolChoice: ToolChoice | null = null;
  parallelToolCalls: bool = true;
  user: string | null = null;

  constructor(model: string, messages: RequestMessage[]) {
    this.model = model;
    this.messages = messages;
  }

  /** Asks for a spoken answer beside the text. */
  requestAudioOutput(voice: string, format: string): void {
    this.modalities = [Modality.Text, Modality.Audio];
    this.audio = new AudioParameters(voice, format);
  }

  /** The request as the provider expects it: members at their default are left out. */
  toJson(): string {
    const out = new ObjectText();
    out.text("model", this.model);
    out.raw("messages", "[" + this.messages.map<string>((m) => m.toJson()).join(",") + "]");
    const modalities = this.modalities;
    if (modalities !== null && modalities.length) out.raw("modalities", quoteAll(modalities));
    const audio = this.audio;
    if (audio !== null) out.raw("audio", audio.toJson());
    if (this.frequencyPenalty != 0) out.raw("frequency_penalty", this.frequencyPenalty.toString());
    const bias = this.logitBias;
    if (bias !== null && bias.size) out.raw("logit_bias", biasJson(bias));
    if (this.logprobs) {
      out.raw("logprobs", "true");
      out.raw("top_logprobs", this.topLogprobs.toString());
    }
    if (this.maxTokens != 4096) out.raw("max_tokens", this.maxTokens.toString());
    if (this.maxCompletionTokens != 4096) out.raw("max_completion_tokens", this.maxCompletionTokens.toString());
    if (this.n != 1) out.raw("n", this.n.toString());
    if (this.presencePenalty != 0) out.raw("presence_penalty", this.presencePenalty.toString());
    if (this.responseFormat.type != "text") out.raw("response_format", this.responseFormat.toJson());
    if (this.seed != -1) out.raw("seed", this.seed.toString());
    const tier = this.serviceTier;
    if (tier !== null && tier != "") out.text("service_tier", tier);
    const stop = this.stop;
    if (stop !== null && stop.length) out.raw("stop", quoteAll(stop));
    if (this.temperature != 1) out.raw("temperature", this.temperature.toString());
    if (this.topP != 1) out.raw("top_p", this.topP.toString());
    const tools = this.tools;
    if (tools !== null && tools.length) {
      out.raw("tools", "[" + tools.map<string>((t) => t.toJson()).join(",") + "]");
      if (!this.parallelToolCalls) out.raw("parallel_tool_calls", "false");
    }
    const choice = this.toolChoice;
    if (choice !== null) out.raw("tool_choice", choice.toJson());
    const user = this.user;
    if (user !== null && user != "") out.text("user", user);
    return out.toString();
  }
}

function biasJson(bias: Map<string, f64>): string {
  const out = new ObjectText();
  const keys = bias.keys();
  for (let i = 0; i < keys.length; i++) out.raw(keys[i], bias.get(keys[i]).toString());
  return out.toString();
}

/** Kinds of output a model can be asked for. */
export namespace Modality {
  export const Text: string = "text";
  export const Audio: string = "audio";
}
export type Modality = string;

/** How urgently a request is treated. */
export namespace ServiceTier {
  export const Auto: string = "auto";
  export const Default: string = "default";
}
export type ServiceTier = string;

/** Voice and format of a spoken answer. */
export class AudioParameters {
  constructor(
    public voice: string,
    public format: string,
  ) {}

  toJson(): string {
    return new ObjectText().text("voice", this.voice).text("format", this.format).toString();
  }
}

/** The form in which the model has to answer. */
export class ResponseFormat {
  private constructor(
    readonly type: string,
    readonly jsonSchema: string | null,
  ) {}

  /** Plain text. */
  static readonly Text: ResponseFormat = new ResponseFormat("text", null);

  /** A JSON object; a message has to ask for JSON too. */
  static readonly Json: ResponseFormat = new ResponseFormat("json_object", null);

  /** JSON that fits the given schema, itself JSON text. */
  static JsonSchema(jsonSchema: string): ResponseFormat {
    return new ResponseFormat("json_schema", jsonSchema);
  }

  toJson(): string {
    const out = new ObjectText().text("type", this.type);
    const schema = this.jsonSchema;
    if (schema !== null) out.raw("json_schema", schema);
    return out.toString();
  }
}

/** A function the model may ask the app to call. */
export class Tool {
  strict: bool = false;
  private names: string[] = [];
  private properties: ObjectText = new ObjectText();
  private schema: string | null = null;

  private constructor(
    readonly name: string,
    readonly description: string | null,
  ) {}

  static forFunction(name: string, description: string | null = null): Tool {
    return new Tool(name, description);
  }

  /** Adds a required parameter; `jsonSchemaType` is a JSON Schema type name. */
  withParameter(name: string, jsonSchemaType: string, description: string | null = null): Tool {
    const property = new ObjectText().text("type", jsonSchemaType);
    if (description !== null) property.text("description", description);
    this.names.push(name);
    this.properties.raw(name, property.toString());
    return this;
  }

  /** Sets all parameters at once, as JSON Schema text. */
  withParametersSchema(schema: string): Tool {
    this.schema = schema;
    return this;
  }

  toJson(): string {
    const fn = new ObjectText().text("name", this.name);
    const description = this.description;
    if (description !== null && description != "") fn.text("description", description);
    if (this.strict) fn.raw("strict", "true");
    const schema = this.parametersJson();
    if (schema !== null) fn.raw("parameters", schema);
    return new ObjectText().text("type", "function").raw("function", fn.toString()).toString();
  }

  private parametersJson(): string | null {
    if (this.schema !== null || !this.names.length) return this.schema;
    return new ObjectText()
      .text("type", "object")
      .raw("properties", this.properties.toString())
      .raw("required", quoteAll(this.names))
      .raw("additionalProperties", "false")
      .toString();
  }
}

/** Whether and which tools the model may use. */
export class ToolChoice {
  private constructor(private json: string) {}

  static readonly None: ToolChoice = new ToolChoice(quote("none"));
  static readonly Auto: ToolChoice = new ToolChoice(quote("auto"));
  static readonly Required: ToolChoice = new ToolChoice(quote("required"));

  static Function(name: string): ToolChoice {
    const fn = new ObjectText().text("name", name).toString();
    return new ToolChoice(new ObjectText().text("type", "function").raw("function", fn).toString());
  }

  toJson(): string {
    return this.json;
  }
}

/** One message of a conversation. */
export abstract class RequestMessage {
  name: string | null = null;

  constructor(readonly role: string) {}

  abstract toJson(): string;

  protected start(content: string): ObjectText {
    const out = new ObjectText().text("role", this.role).raw("content", content);
    const name = this.name;
    if (name !== null && name != "") out.text("name", name);
    return out;
  }
}

function contentJson<T>(content: T): string {
  if (isString<T>()) return quote(content as string);
  if (idof<T>() == idof<ContentPart[]>()) {
    const parts = changetype<ContentPart[]>(content);
    return "[" + parts.map<string>((p) => p.toJson()).join(",") + "]";
  }
  throw new Error("The content of a message is a string or an array of content parts.");
}

/** Sets the model's behaviour. */
export class SystemMessage<T = string> extends RequestMessage {
  constructor(public content: T) {
    super("system");
  }

  static fromParts(parts: ContentPart[]): SystemMessage<ContentPart[]> {
    return new SystemMessage<ContentPart[]>(parts);
  }

  toJson(): string {
    return this.start(contentJson<T>(this.content)).toString();
  }
}

/** Sets the behaviour of models that distinguish developers from systems. */
export class DeveloperMessage<T = string> extends RequestMessage {
  constructor(public content: T) {
    super("developer");
  }

  static fromParts(parts: ContentPart[]): DeveloperMessage<ContentPart[]> {
    return new DeveloperMessage<ContentPart[]>(parts);
  }

  toJson(): string {
    return this.start(contentJson<T>(this.content)).toString();
  }
}

/** What the user says. */
export class UserMessage<T = string> extends RequestMessage {
  constructor(public content: T) {
    super("user");
  }

  static fromParts(parts: ContentPart[]): UserMessage<ContentPart[]> {
    return new UserMessage<ContentPart[]>(parts);
  }

  toJson(): string {
    return this.start(contentJson<T>(this.content)).toString();
  }
}

/** What the model said before. */
export class AssistantMessage<T = string> extends RequestMessage {
  refusal: string | null = null;
  toolCalls: ToolCall[] = [];
  audio: AudioRef | null = null;

  constructor(public content: T) {
    super("assistant");
  }

  static fromParts(parts: ContentPart[]): AssistantMessage<ContentPart[]> {
    return new AssistantMessage<ContentPart[]>(parts);
  }

  static fromCompletionMessage(message: CompletionMessage): AssistantMessage<string> {
    const result = new AssistantMessage<string>(message.content);
    result.refusal = message.refusal;
    result.toolCalls = message.toolCalls;
    const audio = message.audio;
    if (audio !== null) result.audio = new AudioRef(audio.id);
    return result;
  }

  toJson(): string {
    const out = this.start(contentJson<T>(this.content));
    const refusal = this.refusal;
    if (refusal !== null && refusal != "") out.text("refusal", refusal);
    if (this.toolCalls.length) {
      out.raw("tool_calls", "[" + this.toolCalls.map<string>((c) => c.toJson()).join(",") + "]");
    }
    const audio = this.audio;
    if (audio !== null) out.raw("audio", new ObjectText().text("id", audio.id).toString());
    return out.toString();
  }
}

/** The outcome of a tool call. */
export class ToolMessage<T = string> extends RequestMessage {
  constructor(
    public content: T,
    public toolCallId: string,
  ) {
    super("tool");
  }

  static fromParts(toolCallId: string, parts: ContentPart[]): ToolMessage<ContentPart[]> {
    return new ToolMessage<ContentPart[]>(parts, toolCallId);
  }

  toJson(): string {
    return this.start(contentJson<T>(this.content)).text("tool_call_id", this.toolCallId).toString();
  }
}

/** A piece of a message's content. */
export abstract class ContentPart {
  constructor(readonly type: string) {}
  abstract toJson(): string;
}

export class TextContentPart extends ContentPart {
  constructor(public text: string) {
    super("text");
  }

  toJson(): string {
    return new ObjectText().text("type", this.type).text("text", this.text).toString();
  }
}

export class RefusalContentPart extends ContentPart {
  constructor(public refusal: string) {
    super("refusal");
  }

  toJson(): string {
    return new ObjectText().text("type", this.type).text("refusal", this.refusal).toString();
  }
}

export class ImageContentPart extends ContentPart {
  constructor(public image: Image) {
    super("image_url");
  }

  toJson(): string {
    const image = new ObjectText().text("url", this.image.url);
    const detail = this.image.detail;
    if (detail !== null && detail != "") image.text("detail", detail);
    return new ObjectText().text("type", this.type).raw("image_url", image.toString()).toString();
  }
}

/** An image by its address. */
export class Image {
  constructor(
    readonly url: string,
    readonly detail: string | null = null,
  ) {}

  static fromURL(url: string, detail: string | null = null): Image {
    return new Image(url, detail);
  }
}

/** Refers to an earlier spoken answer. */
export class AudioRef {
  constructor(public id: string) {}
}


@json
export class OpenAIChatOutput {
  id: string = "";
  object: string = "";
  choices: Choice[] = [];

  /** When the answer was made, in seconds since the Unix epoch. */
  @alias("created")
  createdSeconds: i64 = 0;
  model: string = "";

  @alias("service_tier")
  serviceTier: string | null = null;

  @alias("system_fingerprint")
  systemFingerprint: string | null = null;
  usage: Usage = new Usage();

  get created(): Date {
    return new Date(this.createdSeconds * 1000);
  }
}


@json
export class Choice {
  @alias("finish_reason")
  finishReason: string | null = null;
  index: i32 = 0;
  message: CompletionMessage = new CompletionMessage();
}


@json
export class CompletionMessage {
  content: string = "";
  refusal: string | null = null;

  @alias("tool_calls")
  toolCalls: ToolCall[] = [];
  audio: AudioOutput | null = null;

  /** This answer as a message of the conversation that goes on. */
  toAssistantMessage(): AssistantMessage<string> {
    return AssistantMessage.fromCompletionMessage(this);
  }
}


@json
export class ToolCall {
  id: string = "";
  type: string = "function";
  function: FunctionCall = new FunctionCall();

  toJson(): string {
    const fn = new ObjectText().text("name", this.function.name).text("arguments", this.function.arguments);
    return new ObjectText().text("id", this.id).text("type", this.type).raw("function", fn.toString()).toString();
  }
}


@json
export class FunctionCall {
  name: string = "";
  arguments: string = "";
}


@json
export class AudioOutput {
  id: string = "";

  @alias("expires_at")
  expiresAt: i64 = 0;
  data: string = "";
  transcript: string = "";
}


@json
export class Usage {
  @alias("completion_tokens")
  completionTokens: i32 = 0;

  @alias("prompt_tokens")
  promptTokens: i32 = 0;

  @alias("total_tokens")
  totalTokens: i32 = 0;
}
