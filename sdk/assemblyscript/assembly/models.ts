import { JSON } from "json-as";
import { resultIsInvalid, throwUserError } from "./utils";

// @ts-ignore: decorator
@external("modus_models", "getModelInfo")
declare function hostGetModelInfo(modelName: string): ModelInfo;

// @ts-ignore: decorator
@external("modus_models", "invokeModel")
declare function hostInvokeModel(modelName: string, input: string): string | null;

/** What the host knows about a model. */
export class ModelInfo {
  constructor(
    /** The model's name in the manifest. */
    public readonly name: string,
    /** The provider's name of the model. */
    public readonly fullName: string = name,
  ) {}
}

/** An error that a model's provider tells in its answer. */
@json
export abstract class ModelError {
  abstract toString(): string;
}

/** Looks for an error in a provider's raw answer; null if there is none. */
export type Validator = (data: string) => ModelError | null;

/** The base of all models: `TInput` and `TOutput` are what the provider's JSON is made from and read into. */
export abstract class Model<TInput = unknown, TOutput = unknown> {
  /** Logs input and output of every invocation. */
  debug: bool = false;

  /** Examines the provider's raw answer before it is read. An error that it finds ends the call, with its text for the user. */
  validator: Validator | null = null;

  constructor(public info: ModelInfo) {}

  /** Sends an input to the model and waits for its answer. */
  invoke(input: TInput): TOutput {
    const name = this.info.name;
    const request = JSON.stringify<TInput>(input);
    if (this.debug) console.debug("Invoking " + name + " model with input: " + request);
    const response = hostInvokeModel(name, request);
    if (response === null) throw new Error("Failed to invoke " + name + " model.");
    if (this.debug) console.debug("Received output: " + response);
    const validator = this.validator;
    if (validator !== null) {
      const error = validator(response);
      if (error !== null) throwUserError("The chat model returned an error: " + error.toString());
    }
    return JSON.parse<TOutput>(response);
  }
}

/** The model of that name in the manifest, as the given class. */
export function getModel<T extends Model>(modelName: string): T {
  const info = hostGetModelInfo(modelName);
  if (resultIsInvalid(info)) throw new Error("Model " + modelName + " not found.");
  return instantiate<T>(info);
}

/** Gives models by their names in the manifest. */
export class ModelFactory {
  getModel<T extends Model>(modelName: string): T {
    return getModel<T>(modelName);
  }
}

const factory = new ModelFactory();
export default factory;
