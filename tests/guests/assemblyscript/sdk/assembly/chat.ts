import factory from "@hypermode/modus-sdk-as/assembly/models";
import {
  Audio,
  AudioContentPart,
  ContentPart,
  DeveloperMessage,
  FunctionDefinition,
  Image,
  ImageContentPart,
  Modality,
  OpenAIChatInput,
  OpenAIChatModel,
  RefusalContentPart,
  RequestMessage,
  ResponseFormat,
  ServiceTier,
  SystemMessage,
  TextContentPart,
  Tool,
  ToolChoice,
  ToolMessage,
  UserMessage,
  AssistantMessage,
  parseMessages,
} from "@hypermode/modus-sdk-as/models/openai/chat";
import { JSON } from "json-as";

function model(): OpenAIChatModel {
  return factory.getModel<OpenAIChatModel>("chat");
}

/** Only what is needed. */
export function plainChat(): string {
  return JSON.stringify(model().createInput([new UserMessage("hi")]));
}

/** Every member is set. */
export function fullChat(): string {
  const input = model().createInput([new UserMessage("hi")]);
  input.requestAudioOutput("ash", "wav");
  input.frequencyPenalty = 0.5;
  input.logitBias = new Map<string, f64>();
  input.logitBias!.set("50256", -100);
  input.logprobs = true;
  input.topLogprobs = 2;
  input.maxTokens = 10;
  input.maxCompletionTokens = 20;
  input.n = 3;
  input.presencePenalty = -0.5;
  input.responseFormat = ResponseFormat.JsonSchema('{"name":"n","schema":{}}');
  input.seed = 7;
  input.serviceTier = ServiceTier.Auto;
  input.stop = ["\n", "é"];
  input.temperature = 0;
  input.topP = 0.25;
  input.tools = [Tool.forFunction("f", "what it does")];
  input.toolChoice = ToolChoice.Required;
  input.parallelToolCalls = false;
  input.user = "u";
  return JSON.stringify(input);
}

/** Members are set to what counts as not set. */
export function emptyChat(): string {
  const input = model().createInput([]);
  input.modalities = [];
  input.logitBias = new Map<string, f64>();
  input.topLogprobs = 5;
  input.responseFormat = ResponseFormat.Text;
  input.serviceTier = "";
  input.stop = [];
  input.tools = [];
  input.parallelToolCalls = false;
  input.user = "";
  return JSON.stringify(input);
}

export function messages(): string {
  const image = Uint8Array.wrap(String.UTF8.encode("image"));
  const named = new SystemMessage("s");
  named.name = "system one";
  const refusing = AssistantMessage.fromParts([new RefusalContentPart("no")]);
  const all: RequestMessage[] = [
    named,
    DeveloperMessage.fromParts([new TextContentPart("d")]),
    UserMessage.fromParts([
      new TextContentPart("look"),
      new ImageContentPart(Image.fromURL("https://example.com/i.png", "low")),
      new ImageContentPart(Image.fromData(image, "png")),
      new ImageContentPart(Image.fromData("aW1hZ2U=", "image/jpeg", "high")),
      new AudioContentPart(Audio.fromData(image, "audio/wav")),
      new AudioContentPart(Audio.fromData("aW1hZ2U=", "mp3")),
    ]),
    refusing,
    new ToolMessage("done", "call_1"),
    ToolMessage.fromParts("call_2", [new TextContentPart("t")]),
  ];
  return JSON.stringify(all) + all.map<string>((each) => each.role).join();
}

/** A part of a type that the message does not take. */
export function wrongPart(): string {
  const parts: ContentPart[] = [new ImageContentPart(Image.fromURL("u"))];
  return SystemMessage.fromParts(parts).role;
}

/** A conversation that was kept, with what this SDK knows and what it does not. */
export function kept(json: string): string {
  const messages = parseMessages(json);
  return JSON.stringify(messages) + messages.map<string>((each) => each.role).join();
}

export function tools(): string {
  const made = new Tool();
  made.function = { name: "g", description: "d", parameters: JSON.Raw.from('{"type":"object"}'), strict: true };
  const bare = new Tool();
  bare.function = new FunctionDefinition();
  bare.function.name = "h";
  const all = [
    Tool.forFunction("f", 'a "quoted" text').withParameter("first", "string", "the\nfirst").withParameter("second", "integer"),
    Tool.forFunction("s", "d").withParametersSchema('{"type":"object","properties":{}}'),
    made,
    bare,
  ];
  const choices = [ToolChoice.None, ToolChoice.Auto, ToolChoice.Required, ToolChoice.Function("f")];
  return "[" + JSON.stringify(all) + "," + JSON.stringify(choices) + "]";
}

export function formats(): string {
  return JSON.stringify([ResponseFormat.Text, ResponseFormat.Json, ResponseFormat.JsonSchema("{}")]) + Modality.Audio;
}

/** An input is read again as it was written. */
export function inputAgain(json: string): string {
  return JSON.stringify(JSON.parse<ToolChoice[]>(json)) + JSON.parse<OpenAIChatInput>('{"model":"m","top_p":0.5}').topP.toString();
}

/** Asks, and goes on with the answer in both ways. */
export function answer(debug: bool): string {
  const chat = model();
  chat.debug = debug;
  const input = chat.createInput([new UserMessage("hi")]);
  const output = chat.invoke(input);
  const choice = output.choices[0];
  const message = choice.message;
  const out: string[] = [output.created.toISOString(), output.usage.totalTokens.toString(), choice.finishReason, message.content];
  const calls = message.toolCalls;
  for (let i = 0; i < calls.length; i++) out.push(calls[i].function.name + calls[i].function.arguments);
  const audio = message.audio;
  if (audio !== null) out.push(audio.data.toString() + audio.expiresAt.toISOString() + audio.transcript);
  const logprobs = choice.logprobs;
  if (logprobs !== null) {
    const token = logprobs.content![0];
    out.push(token.token + token.logprob.toString() + token.bytes!.toString() + token.topLogprobs[0].token);
  }
  const next: RequestMessage[] = [message, message.toAssistantMessage(), AssistantMessage.fromCompletionMessage(message)];
  return out.join("|") + "|" + JSON.stringify(next);
}
