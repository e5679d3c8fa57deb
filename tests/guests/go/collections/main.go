// Texts that are searched by vectors of the app's own making.
package main

import (
	"errors"
	"math"
	"strings"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

var failed = errors.New("the collection failed")

// How often each letter is in a text, as a vector of length 1.
func Embed(texts []string) ([][]float32, error) {
	vectors := [][]float32{}
	for _, text := range texts {
		if strings.Contains(text, "NO VECTOR") {
			return nil, errors.New("there is no vector of this")
		}
		if strings.Contains(text, "LEFT OUT") {
			continue
		}
		if strings.Contains(text, "WITHIN") {
			if _, err := Find("books", "letters", "again", 1, nil); err != nil {
				return nil, err
			}
		}
		vector := make([]float32, 26)
		square := float64(0)
		for _, letter := range strings.ToLower(text) {
			if letter >= 'a' && letter <= 'z' {
				vector[letter-'a']++
			}
		}
		for _, count := range vector {
			square += float64(count) * float64(count)
		}
		if square > 0 {
			for at := range vector {
				vector[at] /= float32(math.Sqrt(square))
			}
		}
		vectors = append(vectors, vector)
	}
	return vectors, nil
}

// How long each text is.
func EmbedLengths(texts []string) [][]float64 {
	vectors := [][]float64{}
	for _, text := range texts {
		vectors = append(vectors, []float64{1, float64(len(text)) / 10})
	}
	return vectors
}

// Puts texts in.
func AddAll(collection, namespace string, keys, texts []string, labels [][]string) (*CollectionMutationResult, error) {
	result := hostUpsert(&collection, &namespace, &keys, &texts, &labels)
	if result == nil {
		return nil, failed
	}
	return result, nil
}

// Puts one text in.
func Add(collection, namespace, key, text string, labels []string) (*CollectionMutationResult, error) {
	return AddAll(collection, namespace, []string{key}, []string{text}, [][]string{labels})
}

// Takes a text out.
func Remove(collection, namespace, key string) (*CollectionMutationResult, error) {
	result := hostDelete(&collection, &namespace, &key)
	if result == nil {
		return nil, failed
	}
	return result, nil
}

// The texts nearest to a text.
func Find(collection, method, text string, limit int32, namespaces []string) (*CollectionSearchResult, error) {
	result := hostSearch(&collection, &namespaces, &method, &text, limit, true)
	if result == nil {
		return nil, failed
	}
	return result, nil
}

// The texts nearest to a vector.
func FindByVector(collection, method string, vector []float32, limit int32, namespaces []string) (*CollectionSearchResult, error) {
	result := hostSearchByVector(&collection, &namespaces, &method, &vector, limit, true)
	if result == nil {
		return nil, failed
	}
	return result, nil
}

// What the nearest texts say of a text.
func Classify(collection, namespace, method, text string) (*CollectionClassificationResult, error) {
	result := hostClassifyText(&collection, &namespace, &method, &text)
	if result == nil {
		return nil, failed
	}
	return result, nil
}

// Makes the vectors of a method anew.
func UpdateVectors(collection, namespace, method string) (*SearchMethodMutationResult, error) {
	result := hostRecomputeIndex(&collection, &namespace, &method)
	if result == nil {
		return nil, failed
	}
	return result, nil
}

// How far two texts are from each other.
func Distance(collection, namespace, method, one, other string) (*CollectionSearchResultObject, error) {
	result := hostComputeDistance(&collection, &namespace, &method, &one, &other)
	if result == nil {
		return nil, failed
	}
	return result, nil
}

// The text of a key.
func Text(collection, namespace, key string) (string, error) {
	result := hostGetText(&collection, &namespace, &key)
	if result == nil {
		return "", failed
	}
	return *result, nil
}

// All texts by their keys.
func Texts(collection, namespace string) (map[string]string, error) {
	result := hostDumpTexts(&collection, &namespace)
	if result == nil {
		return nil, failed
	}
	return *result, nil
}

// The names of all namespaces.
func Namespaces(collection string) ([]string, error) {
	result := hostGetNamespaces(&collection)
	if result == nil {
		return nil, failed
	}
	return *result, nil
}

// The vector of a key.
func Vector(collection, namespace, method, key string) ([]float32, error) {
	result := hostGetVector(&collection, &namespace, &method, &key)
	if result == nil {
		return nil, failed
	}
	return *result, nil
}

// The labels of a key.
func Labels(collection, namespace, key string) ([]string, error) {
	result := hostGetLabels(&collection, &namespace, &key)
	if result == nil {
		return nil, failed
	}
	return *result, nil
}

// Uses nothing of the host.
func Ping() string {
	return "pong"
}
