// Finding texts by what they mean. A model makes a vector of each text; texts of like meaning have like vectors. The runner
// keeps texts and vectors in a collection, and finds the nearest.

import { collections, models } from "@hypermode/modus-sdk-as";
import { OpenAIEmbeddingsModel } from "@hypermode/modus-sdk-as/models/openai/embeddings";

// As modus.json calls them.
const COLLECTION = "answers";
const SEARCH_METHOD = "meaning";

/**
 * Makes vectors of texts. modus.json names this function as the search method's embedder: the runner calls it for each text
 * that is put in or looked for, and keeps it out of the API.
 */
export function embed(texts: string[]): f32[][] {
  const model = models.getModel<OpenAIEmbeddingsModel>("embedder");
  const output = model.invoke(model.createInput(texts));
  return output.data.map<f32[]>((item) => item.embedding);
}

/** Puts an answer into the collection, in place of the one with the same key. */
export function addAnswer(key: string, text: string): string {
  const result = collections.upsert(COLLECTION, key, text);
  if (!result.isSuccessful) throw new Error(result.error);
  return result.keys[0];
}

/** Takes an answer out. */
export function removeAnswer(key: string): bool {
  return collections.remove(COLLECTION, key).isSuccessful;
}

/** An answer that was found. */
class Found {
  key: string = "";
  text: string = "";

  /** How alike question and answer are: 1 is the same. */
  score: f64 = 0;
}

/** Finds the answers that are closest to a question, the closest first. */
export function findAnswers(question: string, limit: i32 = 3): Found[] {
  const result = collections.search(COLLECTION, SEARCH_METHOD, question, limit, true);
  if (!result.isSuccessful) throw new Error(result.error);
  return result.objects.map<Found>((object) => ({ key: object.key, text: object.text, score: object.score }));
}
