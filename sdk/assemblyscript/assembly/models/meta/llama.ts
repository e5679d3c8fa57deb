import { Model } from "../../models";

/** A text generator with the interface of Meta's Llama models. */
export class TextGenerationModel extends Model<TextGenerationInput, TextGenerationOutput> {
  /** An input with the given prompt; its other members can be set before it is used. */
  createInput(prompt: string): TextGenerationInput {
    return <TextGenerationInput>{ prompt };
  }
}


/** A request; members at their default are left out. */
@json
export class TextGenerationInput {
  prompt!: string;

  @omitif((self: TextGenerationInput) => self.temperature == 0.6)
  temperature: f64 = 0.6;

  @alias("top_p")
  @omitif((self: TextGenerationInput) => self.topP == 0.9)
  topP: f64 = 0.9;

  /** How many tokens are generated at most. */
  @alias("max_gen_len")
  @omitif((self: TextGenerationInput) => self.maxGenLen == 512)
  maxGenLen: i32 = 512;
}


@json
export class TextGenerationOutput {
  generation!: string;

  @alias("prompt_token_count")
  promptTokenCount!: i32;

  @alias("generation_token_count")
  generationTokenCount!: i32;

  /** Why the text ends: `stop`, or `length` if the limit of tokens was reached. */
  @alias("stop_reason")
  stopReason!: string;
}
