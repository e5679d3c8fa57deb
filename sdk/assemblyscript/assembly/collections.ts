// Collections of texts, for apps that were written for Modus 0.13 to 0.17.

import { resultIsInvalid } from "./utils";

/** How an operation ended. */
export class CollectionStatus {
  static Success: string = "success";
  static Error: string = "error";
}

abstract class CollectionResult {
  collection: string;
  status: string;
  error: string;

  constructor(collection: string, status: string, error: string) {
    this.collection = collection;
    this.status = status;
    this.error = error;
  }

  get isSuccessful(): bool {
    return this.status == CollectionStatus.Success;
  }
}

/** The result of a change of texts. */
export class CollectionMutationResult extends CollectionResult {
  operation: string;
  keys: string[];

  constructor(
    collection: string,
    status: string = CollectionStatus.Success,
    error: string = "",
    operation: string = "",
    keys: string[] = [],
  ) {
    super(collection, status, error);
    this.operation = operation;
    this.keys = keys;
  }
}

/** The result of a change of a search method. */
export class SearchMethodMutationResult extends CollectionResult {
  operation: string;
  searchMethod: string;

  constructor(
    collection: string,
    status: string = CollectionStatus.Success,
    error: string = "",
    operation: string = "",
    searchMethod: string = "",
  ) {
    super(collection, status, error);
    this.operation = operation;
    this.searchMethod = searchMethod;
  }
}

/** The result of a search, the nearest texts first. */
export class CollectionSearchResult extends CollectionResult {
  searchMethod: string;
  objects: CollectionSearchResultObject[];

  constructor(
    collection: string,
    status: string = CollectionStatus.Success,
    error: string = "",
    searchMethod: string = "",
    objects: CollectionSearchResultObject[] = [],
  ) {
    super(collection, status, error);
    this.searchMethod = searchMethod;
    this.objects = objects;
  }
}

/** A text that was found. */
export class CollectionSearchResultObject {
  namespace: string;
  key: string;
  text: string;
  labels: string[];
  distance: f64;
  score: f64;

  constructor(
    namespace: string = "",
    key: string = "",
    text: string = "",
    labels: string[] = [],
    distance: f64 = 0.0,
    score: f64 = 0.0,
  ) {
    this.namespace = namespace;
    this.key = key;
    this.text = text;
    this.labels = labels;
    this.distance = distance;
    this.score = score;
  }
}

/** The result of a classification: labels by their confidence, and the texts that they are from. */
export class CollectionClassificationResult extends CollectionResult {
  searchMethod: string;
  labelsResult: CollectionClassificationLabelObject[];
  cluster: CollectionClassificationResultObject[];

  constructor(
    collection: string,
    status: string = CollectionStatus.Success,
    error: string = "",
    searchMethod: string = "",
    labelsResult: CollectionClassificationLabelObject[] = [],
    cluster: CollectionClassificationResultObject[] = [],
  ) {
    super(collection, status, error);
    this.searchMethod = searchMethod;
    this.labelsResult = labelsResult;
    this.cluster = cluster;
  }
}

/** A label, and its part of all labels. */
export class CollectionClassificationLabelObject {
  label: string;
  confidence: f64;

  constructor(label: string = "", confidence: f64 = 0.0) {
    this.label = label;
    this.confidence = confidence;
  }
}

/** A text that was compared with. */
export class CollectionClassificationResultObject {
  key: string;
  labels: string[];
  distance: f64;
  score: f64;

  constructor(key: string = "", labels: string[] = [], distance: f64 = 0.0, score: f64 = 0.0) {
    this.key = key;
    this.labels = labels;
    this.distance = distance;
    this.score = score;
  }
}

// @ts-ignore: decorator
@external("modus_collections", "upsert")
declare function hostUpsert(
  collection: string,
  namespace: string,
  keys: string[],
  texts: string[],
  labels: string[][],
): CollectionMutationResult;

// @ts-ignore: decorator
@external("modus_collections", "delete")
declare function hostDelete(collection: string, namespace: string, key: string): CollectionMutationResult;

// @ts-ignore: decorator
@external("modus_collections", "search")
declare function hostSearch(
  collection: string,
  namespaces: string[],
  searchMethod: string,
  text: string,
  limit: i32,
  returnText: bool,
): CollectionSearchResult;

// @ts-ignore: decorator
@external("modus_collections", "searchByVector")
declare function hostSearchByVector(
  collection: string,
  namespaces: string[],
  searchMethod: string,
  vector: f32[],
  limit: i32,
  returnText: bool,
): CollectionSearchResult;

// @ts-ignore: decorator
@external("modus_collections", "classifyText")
declare function hostClassifyText(
  collection: string,
  namespace: string,
  searchMethod: string,
  text: string,
): CollectionClassificationResult;

// @ts-ignore: decorator
@external("modus_collections", "recomputeIndex")
declare function hostRecomputeIndex(
  collection: string,
  namespace: string,
  searchMethod: string,
): SearchMethodMutationResult;

// @ts-ignore: decorator
@external("modus_collections", "computeDistance")
declare function hostComputeDistance(
  collection: string,
  namespace: string,
  searchMethod: string,
  key1: string,
  key2: string,
): CollectionSearchResultObject;

// @ts-ignore: decorator
@external("modus_collections", "getText")
declare function hostGetText(collection: string, namespace: string, key: string): string;

// @ts-ignore: decorator
@external("modus_collections", "dumpTexts")
declare function hostDumpTexts(collection: string, namespace: string): Map<string, string>;

// @ts-ignore: decorator
@external("modus_collections", "getNamespaces")
declare function hostGetNamespaces(collection: string): string[];

// @ts-ignore: decorator
@external("modus_collections", "getVector")
declare function hostGetVector(collection: string, namespace: string, searchMethod: string, key: string): f32[];

// @ts-ignore: decorator
@external("modus_collections", "getLabels")
declare function hostGetLabels(collection: string, namespace: string, key: string): string[];

// The first of these that is empty, as a sentence.
function missing(names: string[], values: string[]): string {
  for (let i = 0; i < names.length; i++) {
    if (values[i].length == 0) return names[i] + " is empty.";
  }
  return "";
}

function failed(message: string): string {
  console.error(message);
  return message;
}

function ofCollection(collection: string): string {
  return missing(["Collection name"], [collection]);
}

function ofMethod(collection: string, searchMethod: string): string {
  return missing(["Collection name", "Search method"], [collection, searchMethod]);
}

function ofKey(collection: string, key: string): string {
  return missing(["Collection name", "Key"], [collection, key]);
}

/** Puts a text in, in place of the one with the same key. Without a key it gets a new one. */
export function upsert(
  collection: string,
  key: string | null,
  text: string,
  labels: string[] = [],
  namespace: string = "",
): CollectionMutationResult {
  const keys: string[] = [];
  if (key != null) keys.push(key);
  return upsertBatch(collection, keys, [text], labels.length > 0 ? [labels] : [], namespace);
}

/** The same for several texts. */
export function upsertBatch(
  collection: string,
  keys: string[] | null,
  texts: string[],
  labelsArr: string[][] = [],
  namespace: string = "",
): CollectionMutationResult {
  let problem = ofCollection(collection);
  if (problem == "" && texts.length == 0) problem = "Texts is empty.";
  for (let i = 0; problem == "" && i < texts.length; i++) {
    if (texts[i].length == 0) problem = "Text is empty.";
  }
  if (problem == "") {
    const result = hostUpsert(collection, namespace, keys === null ? [] : keys, texts, labelsArr);
    if (!resultIsInvalid(result)) return result;
    problem = "Error upserting to Text index.";
  }
  return new CollectionMutationResult(collection, CollectionStatus.Error, failed(problem), "upsert");
}

/** Takes a text out. */
export function remove(collection: string, key: string, namespace: string = ""): CollectionMutationResult {
  let problem = ofKey(collection, key);
  if (problem == "") {
    const result = hostDelete(collection, namespace, key);
    if (!resultIsInvalid(result)) return result;
    problem = "Error deleting from Text index.";
  }
  return new CollectionMutationResult(collection, CollectionStatus.Error, failed(problem), "delete");
}

/** The texts that are nearest to a text. */
export function search(
  collection: string,
  searchMethod: string,
  text: string,
  limit: i32,
  returnText: bool = false,
  namespaces: string[] = [],
): CollectionSearchResult {
  let problem = ofMethod(collection, searchMethod);
  if (problem == "") problem = missing(["Text"], [text]);
  if (problem == "") {
    const result = hostSearch(collection, namespaces, searchMethod, text, limit, returnText);
    if (!resultIsInvalid(result)) return result;
    problem = "Error searching Text index.";
  }
  return new CollectionSearchResult(collection, CollectionStatus.Error, failed(problem), searchMethod);
}

/** The texts that are nearest to a vector. */
export function searchByVector(
  collection: string,
  searchMethod: string,
  vector: f32[],
  limit: i32,
  returnText: bool = false,
  namespaces: string[] = [],
): CollectionSearchResult {
  let problem = ofMethod(collection, searchMethod);
  if (problem == "" && vector.length == 0) problem = "Vector is empty.";
  if (problem == "") {
    const result = hostSearchByVector(collection, namespaces, searchMethod, vector, limit, returnText);
    if (!resultIsInvalid(result)) return result;
    problem = "Error searching Text index by vector.";
  }
  return new CollectionSearchResult(collection, CollectionStatus.Error, failed(problem), searchMethod);
}

/** Classifies a text by the labels of those that are nearest to it. */
export function nnClassify(
  collection: string,
  searchMethod: string,
  text: string,
  namespace: string = "",
): CollectionClassificationResult {
  let problem = ofMethod(collection, searchMethod);
  if (problem == "") problem = missing(["Text"], [text]);
  if (problem == "") {
    const result = hostClassifyText(collection, namespace, searchMethod, text);
    if (!resultIsInvalid(result)) return result;
    problem = "Error classifying Text.";
  }
  return new CollectionClassificationResult(collection, CollectionStatus.Error, failed(problem), searchMethod);
}

/** Makes all vectors of a search method anew. */
export function recomputeSearchMethod(
  collection: string,
  searchMethod: string,
  namespace: string = "",
): SearchMethodMutationResult {
  let problem = ofMethod(collection, searchMethod);
  if (problem == "") {
    const result = hostRecomputeIndex(collection, namespace, searchMethod);
    if (!resultIsInvalid(result)) return result;
    problem = "Error recomputing Text index.";
  }
  return new SearchMethodMutationResult(collection, CollectionStatus.Error, failed(problem), "recompute", searchMethod);
}

/** How far two texts are from each other. */
export function computeDistance(
  collection: string,
  searchMethod: string,
  key1: string,
  key2: string,
  namespace: string = "",
): CollectionSearchResultObject {
  let problem = ofMethod(collection, searchMethod);
  if (problem == "") problem = missing(["Key1", "Key2"], [key1, key2]);
  if (problem == "") {
    const result = hostComputeDistance(collection, namespace, searchMethod, key1, key2);
    if (!resultIsInvalid(result)) return result;
    problem = "Error computing distance.";
  }
  failed(problem);
  return new CollectionSearchResultObject();
}

/**
 * The same by its old name.
 * @deprecated Use `computeDistance`.
 */
export function computeSimilarity(
  collection: string,
  searchMethod: string,
  key1: string,
  key2: string,
  namespace: string = "",
): CollectionSearchResultObject {
  return computeDistance(collection, searchMethod, key1, key2, namespace);
}

/** The text of a key, or an empty one. */
export function getText(collection: string, key: string, namespace: string = ""): string {
  const problem = ofKey(collection, key);
  if (problem == "") {
    const result = hostGetText(collection, namespace, key);
    if (!resultIsInvalid(result)) return result;
  }
  failed(problem == "" ? "Error getting text." : problem);
  return "";
}

/** All texts by their keys. */
export function getTexts(collection: string, namespace: string = ""): Map<string, string> {
  const problem = ofCollection(collection);
  if (problem == "") {
    const result = hostDumpTexts(collection, namespace);
    if (!resultIsInvalid(result)) return result;
  }
  failed(problem == "" ? "Error getting texts." : problem);
  return new Map<string, string>();
}

/** The names of all namespaces. */
export function getNamespaces(collection: string): string[] {
  const problem = ofCollection(collection);
  if (problem == "") {
    const result = hostGetNamespaces(collection);
    if (!resultIsInvalid(result)) return result;
  }
  failed(problem == "" ? "Error getting namespaces." : problem);
  return [];
}

/** The vector of a key, or an empty one. */
export function getVector(collection: string, searchMethod: string, key: string, namespace: string = ""): f32[] {
  let problem = ofMethod(collection, searchMethod);
  if (problem == "") problem = missing(["Key"], [key]);
  if (problem == "") {
    const result = hostGetVector(collection, namespace, searchMethod, key);
    if (!resultIsInvalid(result)) return result;
  }
  failed(problem == "" ? "Error getting vector." : problem);
  return [];
}

/** The labels of a key. */
export function getLabels(collection: string, key: string, namespace: string = ""): string[] {
  const problem = ofKey(collection, key);
  if (problem == "") {
    const result = hostGetLabels(collection, namespace, key);
    if (!resultIsInvalid(result)) return result;
  }
  failed(problem == "" ? "Error getting labels." : problem);
  return [];
}
