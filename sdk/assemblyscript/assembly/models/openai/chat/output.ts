// What a chat model answers.

import { CompletionMessage } from "./messages";
import { ServiceTier } from "./options";


@json
export class OpenAIChatOutput {
  id!: string;
  object!: string;

  /** As many as the input's `n`. */
  choices!: Choice[];

  @alias("created")
  private _created!: i64;

  /** When the answer was made. */
  get created(): Date {
    return new Date(this._created * 1000);
  }

  model!: string;

  @alias("service_tier")
  serviceTier: ServiceTier | null = null;

  @alias("system_fingerprint")
  systemFingerprint!: string;
  usage!: Usage;
}


/** One answer. */
@json
export class Choice {
  /** Why it ends: `stop`, `length`, `content_filter` or `tool_calls`. */
  @alias("finish_reason")
  finishReason!: string;
  index!: i32;
  message!: CompletionMessage;

  /** There if the input asked for it. */
  logprobs: Logprobs | null = null;
}


/** Probabilities of an answer's tokens. */
@json
export class Logprobs {
  content: LogprobsContent[] | null = null;
}


/** A token, how likely it was, and what else was likely in its place. */
@json
export class LogprobsContent {
  token!: string;

  /** The natural logarithm of its probability. */
  logprob!: f64;

  /** Its UTF-8, if it has a text. */
  bytes: u8[] | null = null;

  @alias("top_logprobs")
  topLogprobs!: TopLogprobsContent[];
}


@json
export class TopLogprobsContent {
  token!: string;
  logprob!: f64;
  bytes: u8[] | null = null;
}


@json
export class Usage {
  @alias("completion_tokens")
  completionTokens!: i32;

  @alias("prompt_tokens")
  promptTokens!: i32;

  @alias("total_tokens")
  totalTokens!: i32;
}
