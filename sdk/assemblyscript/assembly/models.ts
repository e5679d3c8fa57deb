import { JSON } from "json-as";
import { resultIsInvalid } from "./utils";

// @ts-ignore: decorator
@external("modus_models", "getModelInfo")
declare function hostGetModelInfo(modelName: string): ModelInfo;

// @ts-ignore: decorator
@external("modus_models", "invokeModel")
declare function hostInvokeModel(modelName: string, input: string): string | null;

/** What the host knows about a model. */
export class ModelInfo {
  /** The model's name in the manifest. */
  readonly name!: string;

  /** The provider's name of the model. */
  readonly fullName!: string;
}

/** An error raised by a model or its provider. */
export class ModelError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ModelError";
  }
}

/** The base of all models: `TInput` and `TOutput` are what the provider's JSON is made from and read into. */
export abstract class Model<TInput, TOutput> {
  /** Logs input and output of every invocation. */
  debug: bool = false;

  /** Examines the provider's raw answer before it is read. */
  protected validator: ((data: string) => void) | null = null;

  constructor(public info: ModelInfo) {}

  /** Sends an input to the model and waits for its answer. */
  invoke(input: TInput): TOutput {
    const name = this.info.name;
    const request = requestText<TInput>(input);
    if (this.debug) console.debug("Invoking " + name + " model with input: " + request);
    const response = hostInvokeModel(name, request);
    if (response === null) throw new Error("Failed to invoke " + name + " model.");
    const validator = this.validator;
    if (validator !== null) validator(response);
    if (this.debug) console.debug("Received output: " + response);
    return JSON.parse<TOutput>(response);
  }
}

// An input either writes its own JSON or is an ordinary `@json` class.
function requestText<T>(input: T): string {
  // @ts-ignore: only some inputs have the method
  if (isDefined(input.toJson)) return input.toJson();
  return JSON.stringify(input);
}

/** The model of that name in the manifest, as the given class. */
export function getModel<T>(name: string): T {
  const info = hostGetModelInfo(name);
  if (resultIsInvalid(info)) throw new Error("Model " + name + " not found.");
  return instantiate<T>(info);
}
