package main

import (
	"errors"
	"unsafe"
)

// The Go SDK had a package for collections up to version 0.17, and has none now. The runner still has the functions behind
// it. This file is what calling three of them takes: copy it into an app of your own. What the host answers has to have the
// fields that stand here, in this order.

// What became of a change.
type CollectionMutationResult struct {
	Collection string
	Status     string
	Error      string
	Operation  string
	Keys       []string
}

// A text that was found.
type CollectionSearchObject struct {
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
	Objects      []*CollectionSearchObject
}

// Puts a text in, and answers its key.
func upsert(collection, key, text string) (string, error) {
	namespace := ""
	keys, texts, labels := []string{key}, []string{text}, [][]string{}
	result := hostUpsert(&collection, &namespace, &keys, &texts, &labels)
	if result == nil {
		// Why stands in the runner's log.
		return "", errors.New("the text could not be put into the collection")
	}
	return result.Keys[0], nil
}

// Takes a text out.
func remove(collection, key string) error {
	namespace := ""
	if hostDelete(&collection, &namespace, &key) == nil {
		return errors.New("the text could not be taken out of the collection")
	}
	return nil
}

// The texts that are nearest to a text.
func search(collection, searchMethod, text string, limit int32) ([]*CollectionSearchObject, error) {
	namespaces := []string{}
	result := hostSearch(&collection, &namespaces, &searchMethod, &text, limit, true)
	if result == nil {
		return nil, errors.New("the collection could not be searched")
	}
	return result.Objects, nil
}

//go:noescape
//go:wasmimport modus_collections upsert
func rawUpsert(collection, namespace *string, keys, texts, labels unsafe.Pointer) unsafe.Pointer

//modus:import modus_collections upsert
func hostUpsert(collection, namespace *string, keys, texts *[]string, labels *[][]string) *CollectionMutationResult {
	result := rawUpsert(collection, namespace, unsafe.Pointer(keys), unsafe.Pointer(texts), unsafe.Pointer(labels))
	return (*CollectionMutationResult)(result)
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
func hostSearch(
	collection *string, namespaces *[]string, searchMethod, text *string, limit int32, returnText bool,
) *CollectionSearchResult {
	result := rawSearch(collection, unsafe.Pointer(namespaces), searchMethod, text, limit, returnText)
	return (*CollectionSearchResult)(result)
}
