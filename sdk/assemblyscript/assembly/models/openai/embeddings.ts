import { Model } from "../../models";

/** A model with OpenAI's embeddings interface. */
export class OpenAIEmbeddingsModel extends Model<OpenAIEmbeddingsInput, OpenAIEmbeddingsOutput> {
  /** `content` is a string, strings, tokens (integers), or arrays of tokens. */
  createInput<T>(content: T): OpenAIEmbeddingsInput {
    if (!isEmbeddable<T>()) throw new Error("Unsupported input content type.");
    return <TypedEmbeddingsInput<T>>{ model: this.info.fullName.toLowerCase(), input: content };
  }
}

function isEmbeddable<T>(): bool {
  if (isString<T>()) return true;
  if (!isArray<T>()) return false;
  if (isString<valueof<T>>() || isToken<valueof<T>>()) return true;
  if (isArray<valueof<T>>()) return isToken<valueof<valueof<T>>>();
  return false;
}

function isToken<T>(): bool {
  return isInteger<T>() && !isBoolean<T>();
}

/** How vectors are encoded in an answer. Only `Float` can be read by this model. */
export namespace EncodingFormat {
  export const Float: string = "float";
  export const Base64: string = "base64";
}
export type EncodingFormat = string;


/** A request without its content. */
@json
export class OpenAIEmbeddingsInput {
  model!: string;

  @alias("encoding_format")
  @omitif((self: OpenAIEmbeddingsInput) => self.encodingFormat == "float")
  encodingFormat: string = "float";

  /** How long the vectors should be; -1 leaves it to the model. */
  @omitif((self: OpenAIEmbeddingsInput) => self.dimensions == -1)
  dimensions: i32 = -1;

  @omitnull()
  user: string | null = null;
}


/** A request with content of a type. */
@json
export class TypedEmbeddingsInput<T> extends OpenAIEmbeddingsInput {
  input!: T;
}


@json
export class OpenAIEmbeddingsOutput {
  object!: string;
  model!: string;
  usage!: Usage;
  data!: Embedding[];
}


/** The vector of one text. */
@json
export class Embedding {
  object!: string;

  /** Which of the input's texts it belongs to. */
  index!: i32;
  embedding!: f32[];
}


@json
export class Usage {
  @alias("prompt_tokens")
  promptTokens!: i32;

  @alias("total_tokens")
  totalTokens!: i32;
}
