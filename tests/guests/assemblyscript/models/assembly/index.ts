// Models by the raw JSON of their interfaces.

// @ts-ignore: decorator
@external("modus_models", "invokeModel")
declare function invokeModel(modelName: string, input: string): string | null;

/** Sends JSON to a model; its answer, whatever that is. */
export function invoke(name: string, input: string): string {
  const answer = invokeModel(name, input);
  if (answer === null) throw new Error("Failed to invoke " + name + " model.");
  return answer;
}
