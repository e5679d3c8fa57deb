// Embeddings, through the SDK's OpenAI interface and its generic one.
package main

import (
	"fmt"
	"math"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/experimental"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

// Embeds each text with the OpenAI interface.
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
		return nil, fmt.Errorf("%d embeddings for %d texts", len(output.Data), len(texts))
	}
	vectors := make([][]float32, len(output.Data))
	for _, item := range output.Data {
		vectors[item.Index] = item.Embedding
	}
	return vectors, nil
}

// Embeds one text.
func EmbedText(text string) ([]float32, error) {
	vectors, err := Embed([]string{text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// The cosine similarity of two texts, with a single call of the model.
func Similarity(a, b string) (float64, error) {
	vectors, err := Embed([]string{a, b})
	if err != nil {
		return 0, err
	}
	var dot, lengthA, lengthB float64
	for i, x := range vectors[0] {
		y := vectors[1][i]
		dot += float64(x) * float64(y)
		lengthA += float64(x) * float64(x)
		lengthB += float64(y) * float64(y)
	}
	return dot / math.Sqrt(lengthA*lengthB), nil
}

// Embeds each text with the generic interface of hosted models.
func EmbedHosted(texts ...string) ([][]float32, error) {
	model, err := models.GetModel[experimental.EmbeddingsModel]("minilm")
	if err != nil {
		return nil, err
	}
	input, err := model.CreateInput(texts...)
	if err != nil {
		return nil, err
	}
	output, err := model.Invoke(input)
	if err != nil {
		return nil, err
	}
	return output.Predictions, nil
}
