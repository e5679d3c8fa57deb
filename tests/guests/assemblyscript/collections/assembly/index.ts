// Texts that are searched by vectors of the app's own making, through the SDK's collections module.

import { collections } from "@hypermode/modus-sdk-as";

/** How often each letter is in a text, as a vector of length 1. */
export function embed(texts: string[]): f32[][] {
  const vectors: f32[][] = [];
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i];
    if (text.includes("NO VECTOR")) throw new Error("there is no vector of this");
    if (text.includes("LEFT OUT")) continue;
    if (text.includes("WITHIN")) find("books", "letters", "again", 1, []);
    const vector: f32[] = [];
    for (let letter = 0; letter < 26; letter++) vector.push(0);
    const lower = text.toLowerCase();
    for (let at = 0; at < lower.length; at++) {
      const letter = lower.charCodeAt(at) - 97;
      if (letter >= 0 && letter < 26) vector[letter] += 1;
    }
    let square: f64 = 0;
    for (let letter = 0; letter < 26; letter++) square += f64(vector[letter]) * f64(vector[letter]);
    if (square > 0) {
      for (let letter = 0; letter < 26; letter++) vector[letter] /= f32(Math.sqrt(square));
    }
    vectors.push(vector);
  }
  return vectors;
}

/** How long each text is. */
export function embedLengths(texts: string[]): f64[][] {
  const vectors: f64[][] = [];
  for (let i = 0; i < texts.length; i++) vectors.push([1, f64(texts[i].length) / 10]);
  return vectors;
}

// Ends the call where something failed: the SDK has told why.
function checked(result: collections.CollectionMutationResult): collections.CollectionMutationResult {
  if (!result.isSuccessful) throw new Error("the collection failed");
  return result;
}

/** Puts texts in. */
export function addAll(
  collection: string,
  namespace: string,
  keys: string[],
  texts: string[],
  labels: string[][],
): collections.CollectionMutationResult {
  return checked(collections.upsertBatch(collection, keys, texts, labels, namespace));
}

/** Puts one text in. */
export function add(
  collection: string,
  namespace: string,
  key: string,
  text: string,
  labels: string[],
): collections.CollectionMutationResult {
  return checked(collections.upsert(collection, key, text, labels, namespace));
}

/** Takes a text out. */
export function remove(collection: string, namespace: string, key: string): collections.CollectionMutationResult {
  return checked(collections.remove(collection, key, namespace));
}

/** The texts nearest to a text. */
export function find(
  collection: string,
  method: string,
  text: string,
  limit: i32,
  namespaces: string[],
): collections.CollectionSearchResult {
  const result = collections.search(collection, method, text, limit, true, namespaces);
  if (!result.isSuccessful) throw new Error("the collection failed");
  return result;
}

/** The texts nearest to a vector. */
export function findByVector(
  collection: string,
  method: string,
  vector: f32[],
  limit: i32,
  namespaces: string[],
): collections.CollectionSearchResult {
  const result = collections.searchByVector(collection, method, vector, limit, true, namespaces);
  if (!result.isSuccessful) throw new Error("the collection failed");
  return result;
}

/** What the nearest texts say of a text. */
export function classify(
  collection: string,
  namespace: string,
  method: string,
  text: string,
): collections.CollectionClassificationResult {
  const result = collections.nnClassify(collection, method, text, namespace);
  if (!result.isSuccessful) throw new Error("the collection failed");
  return result;
}

/** Makes the vectors of a method anew. */
export function updateVectors(
  collection: string,
  namespace: string,
  method: string,
): collections.SearchMethodMutationResult {
  const result = collections.recomputeSearchMethod(collection, method, namespace);
  if (!result.isSuccessful) throw new Error("the collection failed");
  return result;
}

/** How far two texts are from each other. */
export function distance(
  collection: string,
  namespace: string,
  method: string,
  one: string,
  other: string,
): collections.CollectionSearchResultObject {
  return collections.computeDistance(collection, method, one, other, namespace);
}

/** The text of a key. */
export function text(collection: string, namespace: string, key: string): string {
  return collections.getText(collection, key, namespace);
}

/** All texts by their keys. */
export function texts(collection: string, namespace: string): Map<string, string> {
  return collections.getTexts(collection, namespace);
}

/** The names of all namespaces. */
export function namespaces(collection: string): string[] {
  return collections.getNamespaces(collection);
}

/** The vector of a key. */
export function vector(collection: string, namespace: string, method: string, key: string): f32[] {
  return collections.getVector(collection, method, key, namespace);
}

/** The labels of a key. */
export function labels(collection: string, namespace: string, key: string): string[] {
  return collections.getLabels(collection, key, namespace);
}

/** Uses nothing of the host. */
export function ping(): string {
  return "pong";
}
