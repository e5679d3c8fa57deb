package main

import "unsafe"

// The SDK has no package for collections any more: these are the imports and types that it had.

// What became of a change of texts.
type CollectionMutationResult struct {
	Collection string
	Status     string
	Error      string
	Operation  string
	Keys       []string
}

// What became of a change of a search method.
type SearchMethodMutationResult struct {
	Collection   string
	Status       string
	Error        string
	Operation    string
	SearchMethod string
}

// A text that was found.
type CollectionSearchResultObject struct {
	Namespace string
	Key       string
	Text      string
	Labels    []string
	Distance  float64
	Score     float64
}

// What a search found.
type CollectionSearchResult struct {
	Collection   string
	Status       string
	Error        string
	SearchMethod string
	Objects      []*CollectionSearchResultObject
}

// A label, and its part of all labels.
type CollectionClassificationLabelObject struct {
	Label      string
	Confidence float64
}

// A text that was compared with.
type CollectionClassificationResultObject struct {
	Key      string
	Labels   []string
	Distance float64
	Score    float64
}

// What a text is classified as.
type CollectionClassificationResult struct {
	Collection   string
	Status       string
	Error        string
	SearchMethod string
	LabelsResult []*CollectionClassificationLabelObject
	Cluster      []*CollectionClassificationResultObject
}

//go:noescape
//go:wasmimport modus_collections upsert
func rawUpsert(collection, namespace *string, keys, texts, labels unsafe.Pointer) unsafe.Pointer

//modus:import modus_collections upsert
func hostUpsert(collection, namespace *string, keys, texts *[]string, labels *[][]string) *CollectionMutationResult {
	return (*CollectionMutationResult)(rawUpsert(collection, namespace, unsafe.Pointer(keys), unsafe.Pointer(texts), unsafe.Pointer(labels)))
}

//go:noescape
//go:wasmimport modus_collections delete
func rawDelete(collection, namespace, key *string) unsafe.Pointer

//modus:import modus_collections delete
func hostDelete(collection, namespace, key *string) *CollectionMutationResult {
	return (*CollectionMutationResult)(rawDelete(collection, namespace, key))
}

//go:noescape
//go:wasmimport modus_collections search
func rawSearch(collection *string, namespaces unsafe.Pointer, searchMethod, text *string, limit int32, returnText bool) unsafe.Pointer

//modus:import modus_collections search
func hostSearch(collection *string, namespaces *[]string, searchMethod, text *string, limit int32, returnText bool) *CollectionSearchResult {
	return (*CollectionSearchResult)(rawSearch(collection, unsafe.Pointer(namespaces), searchMethod, text, limit, returnText))
}

//go:noescape
//go:wasmimport modus_collections searchByVector
func rawSearchByVector(collection *string, namespaces unsafe.Pointer, searchMethod *string, vector unsafe.Pointer, limit int32, returnText bool) unsafe.Pointer

//modus:import modus_collections searchByVector
func hostSearchByVector(collection *string, namespaces *[]string, searchMethod *string, vector *[]float32, limit int32, returnText bool) *CollectionSearchResult {
	return (*CollectionSearchResult)(rawSearchByVector(collection, unsafe.Pointer(namespaces), searchMethod, unsafe.Pointer(vector), limit, returnText))
}

//go:noescape
//go:wasmimport modus_collections classifyText
func rawClassifyText(collection, namespace, searchMethod, text *string) unsafe.Pointer

//modus:import modus_collections classifyText
func hostClassifyText(collection, namespace, searchMethod, text *string) *CollectionClassificationResult {
	return (*CollectionClassificationResult)(rawClassifyText(collection, namespace, searchMethod, text))
}

//go:noescape
//go:wasmimport modus_collections recomputeIndex
func rawRecomputeIndex(collection, namespace, searchMethod *string) unsafe.Pointer

//modus:import modus_collections recomputeIndex
func hostRecomputeIndex(collection, namespace, searchMethod *string) *SearchMethodMutationResult {
	return (*SearchMethodMutationResult)(rawRecomputeIndex(collection, namespace, searchMethod))
}

//go:noescape
//go:wasmimport modus_collections computeDistance
func rawComputeDistance(collection, namespace, searchMethod, key1, key2 *string) unsafe.Pointer

//modus:import modus_collections computeDistance
func hostComputeDistance(collection, namespace, searchMethod, key1, key2 *string) *CollectionSearchResultObject {
	return (*CollectionSearchResultObject)(rawComputeDistance(collection, namespace, searchMethod, key1, key2))
}

//go:noescape
//go:wasmimport modus_collections getText
func rawGetText(collection, namespace, key *string) unsafe.Pointer

//modus:import modus_collections getText
func hostGetText(collection, namespace, key *string) *string {
	return (*string)(rawGetText(collection, namespace, key))
}

//go:noescape
//go:wasmimport modus_collections dumpTexts
func rawDumpTexts(collection, namespace *string) unsafe.Pointer

//modus:import modus_collections dumpTexts
func hostDumpTexts(collection, namespace *string) *map[string]string {
	return (*map[string]string)(rawDumpTexts(collection, namespace))
}

//go:noescape
//go:wasmimport modus_collections getNamespaces
func rawGetNamespaces(collection *string) unsafe.Pointer

//modus:import modus_collections getNamespaces
func hostGetNamespaces(collection *string) *[]string {
	return (*[]string)(rawGetNamespaces(collection))
}

//go:noescape
//go:wasmimport modus_collections getVector
func rawGetVector(collection, namespace, searchMethod, key *string) unsafe.Pointer

//modus:import modus_collections getVector
func hostGetVector(collection, namespace, searchMethod, key *string) *[]float32 {
	return (*[]float32)(rawGetVector(collection, namespace, searchMethod, key))
}

//go:noescape
//go:wasmimport modus_collections getLabels
func rawGetLabels(collection, namespace, key *string) unsafe.Pointer

//modus:import modus_collections getLabels
func hostGetLabels(collection, namespace, key *string) *[]string {
	return (*[]string)(rawGetLabels(collection, namespace, key))
}
