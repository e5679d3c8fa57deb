// Chat with OpenAI's chat completions interface. The parts of requests and answers are in the folder `chat`.

import { JSON } from "json-as";
import { Model, ModelError } from "../../models";
import { RequestMessage } from "./chat/messages";
import { AudioParameters, Modality, ResponseFormat, ServiceTier } from "./chat/options";
import { OpenAIChatOutput } from "./chat/output";
import { Tool, ToolChoice } from "./chat/tools";

export {
  Audio,
  AudioContentPart,
  ContentPart,
  Image,
  ImageContentPart,
  RefusalContentPart,
  TextContentPart,
} from "./chat/content";
export {
  AssistantMessage,
  AudioOutput,
  AudioRef,
  CompletionMessage,
  DeveloperMessage,
  RequestMessage as Message,
  RequestMessage,
  SystemMessage,
  ToolMessage,
  UserMessage,
  parseMessages,
} from "./chat/messages";
export { AudioParameters, Modality, ResponseFormat, ServiceTier } from "./chat/options";
export { Choice, Logprobs, LogprobsContent, OpenAIChatOutput, TopLogprobsContent, Usage } from "./chat/output";
export { FunctionCall, FunctionDefinition, Tool, ToolCall, ToolChoice } from "./chat/tools";

/** A chat model with OpenAI's chat completions interface. */
export class OpenAIChatModel extends Model<OpenAIChatInput, OpenAIChatOutput> {
  /** An input with the given messages; its other members can be set before it is used. */
  createInput(messages: RequestMessage[]): OpenAIChatInput {
    this.validator = errorIn;
    return <OpenAIChatInput>{ model: this.info.fullName.toLowerCase(), messages };
  }
}

// The error that an answer tells: an object with a message, or only the message.
function errorIn(data: string): ModelError | null {
  if (data == "") throw new Error("No response received from model invocation");
  const error = JSON.parse<ErrorEnvelope>(data).error;
  if (error === null) return null;
  const text = error.toString();
  return new ChatModelError(text.startsWith("{") ? JSON.parse<ErrorObject>(text).message : text);
}


@json
class ErrorEnvelope {
  error: JSON.Raw | null = null;
}


@json
class ErrorObject {
  message: string = "";
}

class ChatModelError extends ModelError {
  constructor(private message: string) {
    super();
  }

  toString(): string {
    return this.message;
  }
}


/** A request to a chat model; members that are not set, or at their default, are left out. */
@json
export class OpenAIChatInput {
  model!: string;
  messages!: RequestMessage[];

  /** Text if it is empty. */
  @omitif((self: OpenAIChatInput) => self.modalities.length == 0)
  modalities: Modality[] = [];

  /** What a spoken answer is like. */
  @omitnull()
  audio: AudioParameters | null = null;

  @alias("frequency_penalty")
  @omitif((self: OpenAIChatInput) => self.frequencyPenalty == 0)
  frequencyPenalty: f64 = 0;

  /** How much likelier tokens become, by their number in the model's vocabulary. */
  @alias("logit_bias")
  @omitif((self: OpenAIChatInput) => self.logitBias === null || self.logitBias!.size == 0)
  logitBias: Map<string, f64> | null = null;

  /** Asks for the probabilities of the answer's tokens. */
  @omitif((self: OpenAIChatInput) => !self.logprobs)
  logprobs: bool = false;

  /** How many other tokens are told with each, with `logprobs` only. */
  @alias("top_logprobs")
  @omitif((self: OpenAIChatInput) => !self.logprobs)
  topLogprobs: i32 = 0;

  /** @deprecated use `maxCompletionTokens`, unless the server knows only this one */
  @alias("max_tokens")
  @omitif((self: OpenAIChatInput) => self.maxTokens == 4096)
  maxTokens: i32 = 4096;

  /** How many tokens are generated at most. */
  @alias("max_completion_tokens")
  @omitif((self: OpenAIChatInput) => self.maxCompletionTokens == 4096)
  maxCompletionTokens: i32 = 4096;

  /** How many answers are made. */
  @omitif((self: OpenAIChatInput) => self.n == 1)
  n: i32 = 1;

  @alias("presence_penalty")
  @omitif((self: OpenAIChatInput) => self.presencePenalty == 0)
  presencePenalty: f64 = 0;

  @alias("response_format")
  @omitif((self: OpenAIChatInput) => self.responseFormat.type == "text")
  responseFormat: ResponseFormat = ResponseFormat.Text;

  /** Makes answers repeatable as far as the server can. */
  @omitif((self: OpenAIChatInput) => self.seed == -1)
  seed: i32 = -1;

  @alias("service_tier")
  @omitif((self: OpenAIChatInput) => isEmpty(self.serviceTier))
  serviceTier: ServiceTier | null = null;

  /** Texts at which the answer ends. */
  @omitif((self: OpenAIChatInput) => self.stop === null || self.stop!.length == 0)
  stop: string[] | null = null;

  @omitif((self: OpenAIChatInput) => self.temperature == 1)
  temperature: f64 = 1;

  @alias("top_p")
  @omitif((self: OpenAIChatInput) => self.topP == 1)
  topP: f64 = 1;

  /** What the model may ask the app to call. */
  @omitif((self: OpenAIChatInput) => !hasTools(self.tools))
  tools: Tool[] | null = null;

  @alias("tool_choice")
  @omitnull()
  toolChoice: ToolChoice | null = null;

  /** Whether the model may ask for several calls at once. */
  @alias("parallel_tool_calls")
  @omitif((self: OpenAIChatInput) => self.parallelToolCalls || !hasTools(self.tools))
  parallelToolCalls: bool = true;

  /** Who the request is for, as the app calls them. */
  @omitif((self: OpenAIChatInput) => isEmpty(self.user))
  user: string | null = null;

  /** Asks for a spoken answer beside the text. */
  requestAudioOutput(voice: string, format: string): void {
    this.modalities = [Modality.Text, Modality.Audio];
    this.audio = new AudioParameters(voice, format);
  }
}

function isEmpty(text: string | null): bool {
  return text === null || text == "";
}

function hasTools(tools: Tool[] | null): bool {
  return tools !== null && tools.length > 0;
}
