// What a request may ask for.

import { JSON } from "json-as";

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
@json
export class AudioParameters {
  constructor(voice: string, format: string) {
    this.voice = voice;
    this.format = format;
  }

  voice: string;
  format: string;
}


/** The form in which the model has to answer. */
@json
export class ResponseFormat {
  readonly type!: string;

  @alias("json_schema")
  @omitnull()
  readonly jsonSchema: JSON.Raw | null = null;

  /** Plain text. */
  static Text: ResponseFormat = { type: "text", jsonSchema: null };

  /** A JSON object; a message has to ask for JSON too. */
  static Json: ResponseFormat = { type: "json_object", jsonSchema: null };

  /** JSON that fits the given schema, itself JSON text. */
  static JsonSchema(jsonSchema: string): ResponseFormat {
    return { type: "json_schema", jsonSchema: JSON.Raw.from(jsonSchema) };
  }
}
