import { JSON } from "json-as";
import { Model } from "../../models";

/** A model with the interface of Gemini's generateContent. Which model it is stands in the manifest's path. */
export class GeminiGenerateModel extends Model<GeminiGenerateInput, GeminiGenerateOutput> {
  /** An input with the given contents; its other members can be set before it is used. */
  createInput(contents: PromptContent[]): GeminiGenerateInput {
    return <GeminiGenerateInput>{ contents };
  }
}


/** A request. */
@json
export class GeminiGenerateInput {
  /** The conversation so far. */
  contents!: PromptContent[];

  @omitnull()
  systemInstruction: PromptContent | null = null;
  generationConfig: GenerationConfig | null = null;

  @omitnull()
  safetySettings: SafetySetting[] | null = null;

  /** The name of content that the server keeps. */
  @omitnull()
  cachedContent: string | null = null;
}


/** A turn of the conversation. */
@json
export class PromptContent {
  constructor(role: string, parts: Part[]) {
    this._role = role;
    this.parts = parts;
  }

  @alias("role")
  protected _role: string;

  get role(): string {
    return this._role;
  }

  parts: Part[];
}


/** A piece of text. */
@json
export class Part {
  text!: string;
}


/** What the user says. */
@json
export class UserContent extends PromptContent {
  constructor(parts: Part[]) {
    super("user", parts);
  }
}


/** What the user says in one piece. */
@json
export class UserTextContent extends UserContent {
  constructor(content: string) {
    super([{ text: content }]);
  }
}


/** What the model said before. */
@json
export class ModelContent extends PromptContent {
  constructor(parts: Part[]) {
    super("model", parts);
  }
}


/** What the model said before, in one piece. */
@json
export class ModelTextContent extends ModelContent {
  constructor(content: string) {
    super([{ text: content }]);
  }
}


/** What the model should be and do, for `systemInstruction`. */
@json
export class SystemTextContent extends PromptContent {
  constructor(content: string) {
    super("system", [{ text: content }]);
  }
}


/** How the answer is made; members that are not set, or at their default, are left out. */
@json
export class GenerationConfig {
  candidateCount: i32 = 1;

  @omitnull()
  stopSequences: string[] | null = null;

  @omitif((self: GenerationConfig) => self.maxOutputTokens == -1)
  maxOutputTokens: i32 = -1;

  @omitif((self: GenerationConfig) => self.temperature == -1)
  temperature: f64 = -1;

  @omitif((self: GenerationConfig) => self.topP == -1)
  topP: f64 = -1;

  @omitif((self: GenerationConfig) => self.topK == -1)
  topK: i32 = -1;

  /** `text/plain` or `application/json`. */
  @omitif((self: GenerationConfig) => self.responseMimeType == "text/plain")
  responseMimeType: string = "text/plain";

  /** The schema of an answer in JSON. */
  @omitnull()
  responseSchema: JSON.Raw | null = null;
}


@json
export class SafetySetting {
  category!: HarmCategory;
  threshold!: HarmBlockThreshold;
}

export namespace HarmCategory {
  export const UNSPECIFIED: string = "HARM_CATEGORY_UNSPECIFIED";
  export const HATE_SPEECH: string = "HARM_CATEGORY_HATE_SPEECH";
  export const SEXUALLY_EXPLICIT: string = "HARM_CATEGORY_SEXUALLY_EXPLICIT";
  export const HARASSMENT: string = "HARM_CATEGORY_HARASSMENT";
  export const DANGEROUS_CONTENT: string = "HARM_CATEGORY_DANGEROUS_CONTENT";
}
export type HarmCategory = string;

export namespace HarmBlockThreshold {
  export const HARM_BLOCK_THRESHOLD_UNSPECIFIED: string = "HARM_BLOCK_THRESHOLD_UNSPECIFIED";
  export const BLOCK_LOW_AND_ABOVE: string = "BLOCK_LOW_AND_ABOVE";
  export const BLOCK_MEDIUM_AND_ABOVE: string = "BLOCK_MEDIUM_AND_ABOVE";
  export const BLOCK_ONLY_HIGH: string = "BLOCK_ONLY_HIGH";
  export const BLOCK_NONE: string = "BLOCK_NONE";
}
export type HarmBlockThreshold = string;

export namespace HarmProbability {
  export const HARM_PROBABILITY_UNSPECIFIED: string = "HARM_PROBABILITY_UNSPECIFIED";
  export const NEGLIGIBLE: string = "NEGLIGIBLE";
  export const LOW: string = "LOW";
  export const MEDIUM: string = "MEDIUM";
  export const HIGH: string = "HIGH";
}
export type HarmProbability = string;

/** Why a candidate ends. */
export namespace FinishReason {
  export const FINISH_REASON_UNSPECIFIED: string = "FINISH_REASON_UNSPECIFIED";
  export const STOP: string = "STOP";
  export const MAX_TOKENS: string = "MAX_TOKENS";
  export const SAFETY: string = "SAFETY";
  export const RECITATION: string = "RECITATION";
  export const LANGUAGE: string = "LANGUAGE";
  export const OTHER: string = "OTHER";
}
export type FinishReason = string;

/** Why a prompt is refused. */
export namespace BlockReason {
  export const BLOCKED_REASON_UNSPECIFIED: string = "BLOCKED_REASON_UNSPECIFIED";
  export const SAFETY: string = "SAFETY";
  export const OTHER: string = "OTHER";
}
export type BlockReason = string;


@json
export class GeminiGenerateOutput {
  candidates!: Candidate[];

  /** There if the prompt was refused. */
  @omitnull()
  promptFeedback: PromptFeedback | null = null;
  usageMetadata!: UsageMetadata;
}


/** One answer. */
@json
export class Candidate {
  index!: i8;

  @omitnull()
  content: ResponseContent | null = null;

  @omitnull()
  finishReason: FinishReason | null = null;

  @omitnull()
  safetyRatings: SafetyRating[] | null = null;

  @omitnull()
  citationMetadata: CitationMetadata | null = null;
}


@json
export class ResponseContent {
  role!: string;
  parts!: Part[];
}


@json
export class SafetyRating {
  category!: HarmCategory;
  probability!: HarmProbability;
}


@json
export class CitationMetadata {
  citationSources!: CitationSource[];
}


/** Where a piece of the answer was taken from. */
@json
export class CitationSource {
  startIndex!: i64;
  endIndex!: i64;

  @omitnull()
  uri: string | null = null;
  license: string | null = null;
}


@json
export class PromptFeedback {
  blockReason!: BlockReason;
  safetyRatings!: SafetyRating[];
}


@json
export class UsageMetadata {
  promptTokenCount!: i32;
  candidatesTokenCount: i32 = 0;
  totalTokenCount!: i32;
  cachedContentTokenCount: i32 = 0;
}
