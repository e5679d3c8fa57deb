// Pieces of a message's content.

import * as base64 from "../../../base64";


/** A piece of a message's content. */
@json
export abstract class ContentPart {
  constructor(type: string) {
    this._type = type;
  }

  @alias("type")
  private _type: string;

  get type(): string {
    return this._type;
  }
}


@json
export class TextContentPart extends ContentPart {
  constructor(text: string) {
    super("text");
    this.text = text;
  }

  text: string;
}


/** An image, for models that can see. */
@json
export class ImageContentPart extends ContentPart {
  constructor(image: Image) {
    super("image_url");
    this.image = image;
  }

  @alias("image_url")
  image: Image;
}


/** Sound, for models that can hear. */
@json
export class AudioContentPart extends ContentPart {
  constructor(audio: Audio) {
    super("input_audio");
    this.audio = audio;
  }

  @alias("input_audio")
  audio: Audio;
}


/** Why the model did not answer. */
@json
export class RefusalContentPart extends ContentPart {
  constructor(refusal: string) {
    super("refusal");
    this.refusal = refusal;
  }

  refusal: string;
}


/** An image by its address. */
@json
export class Image {
  private constructor(url: string, detail: string | null) {
    this.url = url;
    this.detail = detail;
  }

  /** A URL of a server, or a `data:` URL with the image itself. */
  url: string;

  /** How closely the model looks: `low`, `high` or `auto`. */
  @omitif((self: Image) => self.detail === null || self.detail == "")
  detail: string | null = null;

  /** An image that the provider fetches. */
  static fromURL(url: string, detail: string | null = null): Image {
    return new Image(url, detail);
  }

  /** An image of bytes (`Uint8Array`) or base64 (`string`). `contentType` is such as `image/png`, or only `png`. */
  static fromData<T>(data: T, contentType: string, detail: string | null = null): Image {
    const type = contentType.startsWith("image/") ? contentType : "image/" + contentType;
    return new Image("data:" + type + ";base64," + base64Of<T>(data, "image"), detail);
  }
}


/** Sound as base64. */
@json
export class Audio {
  private constructor(data: string, format: string) {
    this._data = data;
    this.format = format;
  }

  @alias("data")
  private _data: string;

  /** Such as `wav` or `mp3`. */
  format: string;

  get data(): Uint8Array {
    return base64.decode(this._data);
  }

  set data(value: Uint8Array) {
    this._data = base64.encode(value);
  }

  /** Sound of bytes (`Uint8Array`) or base64 (`string`). `format` is such as `wav`, or `audio/wav`. */
  static fromData<T>(data: T, format: string): Audio {
    return new Audio(base64Of<T>(data, "audio"), format.startsWith("audio/") ? format.substring(6) : format);
  }
}

function base64Of<T>(data: T, kind: string): string {
  if (isString<T>()) return data as string;
  if (idof<T>() == idof<Uint8Array>()) return base64.encode(changetype<Uint8Array>(data));
  throw new Error("Invalid " + kind + " data type. Data must be a Uint8Array or a base64-encoded string.");
}
