import { JSON } from "json-as";
import { Model } from "../../models";

/** A model with OpenAI's embeddings interface. */
export class OpenAIEmbeddingsModel extends Model<OpenAIEmbeddingsInput, OpenAIEmbeddingsOutput> {
  /** `content` is a string, strings, tokens (integers), or arrays of tokens. */
  createInput<T>(content: T): OpenAIEmbeddingsInput {
    return new OpenAIEmbeddingsInput(this.info.fullName.toLowerCase(), JSON.stringify(content));
  }
}

/** How vectors are encoded in an answer. */
export namespace EncodingFormat {
  export const Float: string = "float";
  export const Base64: string = "base64";
}
export type EncodingFormat = string;


@json
export class OpenAIEmbeddingsInput {
  model: string;
  input: JSON.Raw;

  @alias("encoding_format")
  @omitif((self: OpenAIEmbeddingsInput) => self.encodingFormat == "float")
  encodingFormat: string = "float";

  @omitif((self: OpenAIEmbeddingsInput) => self.dimensions == -1)
  dimensions: i32 = -1;

  @omitnull()
  user: string | null = null;

  constructor(model: string = "", input: string = "null") {
    this.model = model;
    this.input = new JSON.Raw(input);
  }
}


@json
export class OpenAIEmbeddingsOutput {
  object: string = "";
  model: string = "";
  usage: EmbeddingsUsage = new EmbeddingsUsage();
  data: Embedding[] = [];
}


@json
export class EmbeddingsUsage {
  @alias("prompt_tokens")
  promptTokens: i32 = 0;

  @alias("total_tokens")
  totalTokens: i32 = 0;
}


@json
export class Embedding {
  object: string = "";
  index: i32 = 0;
  embedding: f32[] = [];
}
