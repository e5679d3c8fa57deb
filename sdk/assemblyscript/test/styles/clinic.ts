// A clinic's desk, in the style of apps that keep a conversation and log what they do: 0.9 of json-as, and 1.x.

import { ModelFactory } from "@hypermode/modus-sdk-as/assembly/models";
import { DynamicMap } from "@hypermode/modus-sdk-as/assembly/dynamicmap";
import { EmbeddingsModel } from "@hypermode/modus-sdk-as/models/experimental/embeddings";
import {
  OpenAIChatModel,
  RequestMessage,
  ResponseFormat,
  SystemMessage,
  UserMessage,
  parseMessages,
} from "@hypermode/modus-sdk-as/models/openai/chat";
import { JSON } from "json-as";

const PATIENT = "Patient.id"
const factory = new ModelFactory()

@json
class Visit {
  @alias(PATIENT)
  patient: string = ""
  at: Date = new Date(0)
  reasons: Map<string, i32> = new Map<string, i32>()

  @omitnull()
  note: string | null = null
}

class Cache<K, V> {
  private kept: Map<K, V> = new Map<K, V>()

  get(key: K, make: (key: K) => V): V {
    if (!this.kept.has(key)) this.kept.set(key, make(key))
    return this.kept.get(key)
  }
}

/** Goes on with a conversation that the client kept. */
export function go(kept: string, text: string): string {
  console.time("go")
  const model = factory.getModel<OpenAIChatModel>("desk")
  let messages: RequestMessage[] = kept == "" ? [new SystemMessage("Be brief.")] : parseMessages(kept)
  messages.push(new UserMessage(text))
  const input = model.createInput(messages)
  input.temperature = 0.2
  input.responseFormat = ResponseFormat.Json
  const output = model.invoke(input)
  console.timeEnd("go")
  console.log(`used ${output.usage.totalTokens}`)
  return output.choices[0].message.content.trim()
}

export function visit(json: string): string {
  const visit = JSON.parse<Visit>(json)
  if (visit.reasons.size == 0) console.warn("no reason")
  const cache = new Cache<string, i32>()
  const lengths: i32[] = []
  const reasons = visit.reasons.keys()
  for (let i = 0; i < reasons.length; i++) lengths.push(cache.get(reasons[i], (reason) => reason.length))
  const all = new DynamicMap()
  all.set("visit", visit)
  all.set("lengths", lengths)
  return JSON.stringify(all)
}

export function vector(text: string): f32[] {
  const model = factory.getModel<EmbeddingsModel>("minilm")
  return model.invoke(model.createInput([text])).predictions[0]
}
