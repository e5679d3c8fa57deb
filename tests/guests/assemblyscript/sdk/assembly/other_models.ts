import { models } from "@hypermode/modus-sdk-as";
import { models as formerModels } from "@hypermode/functions-as";
import { Model, ModelError, ModelFactory, ModelInfo } from "@hypermode/models-as";
import defaultFactory from "@hypermode/modus-sdk-as/assembly/models";
import { OpenAIEmbeddingsModel, TypedEmbeddingsInput, Usage } from "@hypermode/models-as/models/openai/embeddings";
import {
  AnthropicMessagesModel,
  AssistantMessage,
  Metadata,
  ToolChoiceAny,
  ToolChoiceAuto,
  ToolChoiceTool,
  UserMessage,
} from "@hypermode/modus-sdk-as/models/anthropic/messages";
import { ClassificationModel } from "@hypermode/modus-sdk-as/models/experimental/classification";
import { EmbeddingsModel } from "@hypermode/modus-sdk-as/models/experimental/embeddings";
import {
  FinishReason,
  GeminiGenerateModel,
  GenerationConfig,
  HarmBlockThreshold,
  HarmCategory,
  ModelTextContent,
  SystemTextContent,
  UserTextContent,
} from "@hypermode/modus-sdk-as/models/gemini/generate";
import { TextGenerationModel } from "@hypermode/modus-sdk-as/models/meta/llama";
import { JSON } from "json-as";

export function embeddings(): string {
  const model = formerModels.getModel<OpenAIEmbeddingsModel>("Embeddings");
  const text = model.createInput("x");
  const tokens = model.createInput<i32[][]>([[1, 2], [3]]);
  tokens.dimensions = 8;
  tokens.user = "u";
  const typed = <TypedEmbeddingsInput<string[]>>model.createInput(["a", "b"]);
  const written = [JSON.stringify(text), JSON.stringify(tokens), typed.input[1]].join("|");
  const output = model.invoke(typed);
  const usage: Usage = output.usage;
  return written + "|" + usage.totalTokens.toString() + "|" + output.data[0].embedding.toString();
}

export function unembeddable(): void {
  models.getModel<OpenAIEmbeddingsModel>("embeddings").createInput(1.5);
}

export function anthropic(full: bool): string {
  const model = models.getModel<AnthropicMessagesModel>("Claude");
  const input = model.createInput([new UserMessage("hi"), new AssistantMessage("ho")]);
  if (full) {
    input.maxTokens = 1;
    input.metadata = <Metadata>{ userId: "u" };
    input.stopSequences = ["."];
    input.system = "s";
    input.temperature = 0.5;
    input.tools = [{ name: "t", inputSchema: JSON.Raw.from('{"type":"object"}'), description: "d" }];
    input.toolChoice = ToolChoiceTool("t");
    input.topK = 4;
    input.topP = 0.5;
  }
  const choices = JSON.stringify([ToolChoiceAuto, ToolChoiceAny]);
  const written = JSON.stringify(input);
  const block = model.invoke(input).content[0];
  return written + choices + (block.type == "text" ? block.text! : block.name! + block.input!.toString());
}

export function gemini(full: bool): string {
  const model = models.getModel<GeminiGenerateModel>("gemini");
  const input = model.createInput([new UserTextContent("q"), new ModelTextContent("a")]);
  if (full) {
    input.systemInstruction = new SystemTextContent("s");
    input.generationConfig = <GenerationConfig>{ temperature: 0.5, stopSequences: ["."], topK: 3 };
    input.generationConfig!.responseSchema = JSON.Raw.from("{}");
    input.safetySettings = [{ category: HarmCategory.HARASSMENT, threshold: HarmBlockThreshold.BLOCK_NONE }];
    input.cachedContent = "c";
  }
  const written = JSON.stringify(input);
  const candidate = model.invoke(input).candidates[0];
  return written + candidate.content!.parts[0].text + (candidate.finishReason == FinishReason.STOP).toString();
}

export function llama(): string {
  const model = models.getModel<TextGenerationModel>("llama");
  const plain = JSON.stringify(model.createInput("p"));
  const input = model.createInput("p");
  input.temperature = 0.5;
  input.topP = 0.5;
  input.maxGenLen = 5;
  return plain + JSON.stringify(input) + model.invoke(input).generation;
}

export function experimental(): string {
  const classifier = models.getModel<ClassificationModel>("classifier");
  const embedder = models.getModel<EmbeddingsModel>("embedder");
  const result = classifier.invoke(classifier.createInput(["a"])).predictions[0];
  const vectors = embedder.invoke(embedder.createInput(["a"])).predictions;
  return result.label + result.probabilities[0].probability.toString() + vectors[0].toString();
}


@json
class EchoInput {
  text!: string;
}


@json
class EchoOutput {
  text!: string;
}

class EchoError extends ModelError {
  toString(): string {
    return "told by the app";
  }
}

/** An app's own model. */
class EchoModel extends Model<EchoInput, EchoOutput> {
  createInput(text: string): EchoInput {
    this.validator = (data: string): ModelError | null => (data.includes("wrong") ? new EchoError() : null);
    return { text };
  }
}

export function ownModel(text: string): string {
  const factory: ModelFactory = defaultFactory;
  const model = factory.getModel<EchoModel>("echo");
  const info: ModelInfo = model.info;
  return info.name + model.invoke(model.createInput(text)).text;
}
