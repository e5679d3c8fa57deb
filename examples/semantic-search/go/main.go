// Finding texts by what they mean. A model makes a vector of each text; texts of like meaning have like vectors. The runner
// keeps texts and vectors in a collection, and finds the nearest.
package main

import (
	"fmt"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

// As modus.json calls them.
const (
	collection   = "answers"
	searchMethod = "meaning"
)

// Makes vectors of texts. modus.json names this function as the search method's embedder: the runner calls it for each text
// that is put in or looked for, and keeps it out of the API.
func Embed(texts []string) ([][]float32, error) {
	model, err := models.GetModel[openai.EmbeddingsModel]("embedder")
	if err != nil {
		return nil, err
	}
	input, err := model.CreateInput(texts)
	if err != nil {
		return nil, err
	}
	output, err := model.Invoke(input)
	if err != nil {
		return nil, err
	}
	if len(output.Data) != len(texts) {
		return nil, fmt.Errorf("%d vectors for %d texts", len(output.Data), len(texts))
	}
	vectors := make([][]float32, len(texts))
	for i, item := range output.Data {
		vectors[i] = item.Embedding
	}
	return vectors, nil
}

// Puts an answer into the collection, in place of the one with the same key.
func AddAnswer(key, text string) (string, error) {
	return upsert(collection, key, text)
}

// Takes an answer out.
func RemoveAnswer(key string) (bool, error) {
	return true, remove(collection, key)
}

// An answer that was found.
type Found struct {
	Key  string
	Text string

	// How alike question and answer are: 1 is the same.
	Score float64
}

// Finds the answers that are closest to a question, the closest first.
func FindAnswers(question string, limit *int32) ([]Found, error) {
	most := int32(3)
	if limit != nil {
		most = *limit
	}
	objects, err := search(collection, searchMethod, question, most)
	if err != nil {
		return nil, err
	}
	found := make([]Found, len(objects))
	for i, object := range objects {
		found[i] = Found{Key: object.Key, Text: object.Text, Score: object.Score}
	}
	return found, nil
}
