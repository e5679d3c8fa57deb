// A text classifier, through the SDK's generic interface.
package main

import (
	"fmt"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/experimental"
)

// The label of a text; empty when the model is less sure than the threshold.
func Classify(text string, threshold float32) (string, error) {
	results, err := classify(text)
	if err != nil {
		return "", err
	}
	if results[0].Confidence < threshold {
		return "", nil
	}
	return results[0].Label, nil
}

// All labels of a text with their probabilities.
func GetLabels(text string) (map[string]float32, error) {
	results, err := classify(text)
	if err != nil {
		return nil, err
	}
	labels := make(map[string]float32, len(results[0].Probabilities))
	for _, label := range results[0].Probabilities {
		labels[label.Label] = label.Probability
	}
	return labels, nil
}

// What the model says about each text.
func ClassifyAll(texts []string) ([]experimental.ClassifierResult, error) {
	return classify(texts...)
}

func classify(texts ...string) ([]experimental.ClassifierResult, error) {
	model, err := models.GetModel[experimental.ClassificationModel]("classifier")
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
	if len(output.Predictions) != len(texts) {
		return nil, fmt.Errorf("%d predictions for %d texts", len(output.Predictions), len(texts))
	}
	return output.Predictions, nil
}
