// A garden's keeper, in the style of apps with agents, own models and vectors: 0.9 of json-as, and 1.x.

import defaultModels from "@hypermode/modus-sdk-as/assembly/models";
import { Agent, AgentEvent, AgentInfo, Duration, agents, graphql, models, vectors } from "@hypermode/modus-sdk-as";
import { ClassificationInput, ClassificationModel, ClassificationOutput, ClassifierLabel, ClassifierResult } from "@hypermode/modus-sdk-as/models/experimental/classification";
import { EmbeddingsModel } from "@hypermode/models-as/models/experimental/embeddings";
import { OpenAIEmbeddingsModel, Embedding, TypedEmbeddingsInput } from "@hypermode/modus-sdk-as/models/openai/embeddings";
import { AnthropicMessagesInput, AnthropicMessagesModel, AnthropicMessagesOutput, AssistantMessage, Message, Tool, ToolChoiceTool, UserMessage } from "@hypermode/modus-sdk-as/models/anthropic/messages";
import { GeminiGenerateModel, GeminiGenerateOutput, ResponseContent, SystemTextContent, UserTextContent } from "@hypermode/models-as/models/gemini/generate";
import { TextGenerationInput, TextGenerationModel } from "@hypermode/modus-sdk-as/models/meta/llama";
import { JSON } from "json-as";


@json
class Watered extends AgentEvent {
  liters!: f64;

  constructor(liters: f64) {
    super("watered");
    this.liters = liters;
  }
}

export class Gardener extends Agent {
  private liters: f64 = 0;

  get name(): string {
    return "Gardener";
  }

  getState(): string | null {
    return this.liters.toString();
  }

  setState(data: string | null): void {
    if (data) this.liters = parseFloat(data);
  }

  onInitialize(): void {
    console.info(`Gardener ${this.id} begins`);
  }

  onReceiveMessage(msgName: string, data: string | null): string | null {
    if (msgName == "water") {
      this.liters += data === null ? 1 : parseFloat(data);
      this.publishEvent(new Watered(this.liters));
    }
    return msgName == "liters" ? this.getState() : null;
  }
}

agents.register<Gardener>();

export function plant(): AgentInfo {
  const info = agents.start("Gardener");
  agents.sendMessageAsync(info.id, "water", "2.5");
  return info;
}

export function liters(id: string): string | null {
  return agents.sendMessage(id, "liters", null, 5 * Duration.second);
}

export function gardeners(): AgentInfo[] {
  return agents.listAll().filter((each) => each.status == "running");
}

export function classify(texts: string[], threshold: f32): ClassifierResult[] {
  const model = defaultModels.getModel<ClassificationModel>("classifier");
  const input: ClassificationInput = model.createInput(texts);
  const output: ClassificationOutput = model.invoke(input);
  const labels: ClassifierLabel[] = output.predictions[0].probabilities;
  return labels.length && labels[0].probability < threshold ? [] : output.predictions;
}

export function nearest(text: string, others: string[]): i32 {
  const small = models.getModel<EmbeddingsModel>("small");
  const large = models.getModel<OpenAIEmbeddingsModel>("large");
  const vector = small.invoke(small.createInput([text])).predictions[0];
  const input = large.createInput(others) as TypedEmbeddingsInput<string[]>;
  const found: Embedding[] = large.invoke(input).data;
  let best = 0;
  for (let i = 1; i < found.length; i++) {
    if (vectors.dot(vector, found[i].embedding) > vectors.dot(vector, found[best].embedding)) best = i;
  }
  return best;
}

export function advise(question: string): string {
  const model = models.getModel<AnthropicMessagesModel>("advisor");
  const messages: Message[] = [new UserMessage(question), new AssistantMessage("Well:")];
  const input: AnthropicMessagesInput = model.createInput(messages);
  input.system = "You know gardens.";
  const tool: Tool = { name: "rain", inputSchema: JSON.parse<JSON.Raw>('{"type":"object","properties":{}}'), description: "rain" };
  input.tools = [tool];
  input.toolChoice = ToolChoiceTool("rain");
  const output: AnthropicMessagesOutput = model.invoke(input);
  const block = output.content[0];
  return block.type === "tool_use" ? block.input!.toString() : block.text!.trim();
}

export function name(prompt: string): string {
  const gemini = models.getModel<GeminiGenerateModel>("namer");
  const input = gemini.createInput([new UserTextContent(prompt)]);
  input.systemInstruction = new SystemTextContent("Short.");
  const output: GeminiGenerateOutput = gemini.invoke(input);
  const content: ResponseContent | null = output.candidates[0].content;
  if (content && content.parts && content.parts[0] && content.parts[0].text) return content.parts[0].text;
  const llama = models.getModel<TextGenerationModel>("llama");
  const other: TextGenerationInput = llama.createInput(prompt);
  other.maxGenLen = 10;
  return llama.invoke(other).generation;
}


@json
class Weather {
  days: Day[] = [];
}


@json
class Day {
  @alias("rain-mm")
  rain: f64 = 0;
}

export function rain(place: string): f64 {
  const variables = new graphql.Variables();
  variables.set("place", place);
  const response = graphql.execute<Weather>("weather", "query ($place: String!) { days(place: $place) { rain } }", variables);
  if (response.errors && response.errors!.length) return -1;
  return response.data!.days.reduce((sum: f64, day: Day) => sum + day.rain, 0.0);
}
