// Sorting texts with a small model that is made for it: faster and cheaper than a chat model, and sure of how sure it is.
package main

import (
	"errors"
	"sort"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/experimental"
)

// A customer's message, and what the model makes of it.
type Review struct {
	Text string

	// `POSITIVE` or `NEGATIVE`: the labels are the model's.
	Label string

	// How sure the model is, from 0 to 1.
	Confidence float32
}

// Tells the mood of a text: one of the model's labels, or `unsure` where it is less sure than the threshold.
func Mood(text string, threshold *float32) (string, error) {
	limit := float32(0.7)
	if threshold != nil {
		limit = *threshold
	}
	predictions, err := classify(text)
	if err != nil {
		return "", err
	}
	if predictions[0].Confidence < limit {
		return "unsure", nil
	}
	return predictions[0].Label, nil
}

// Sorts messages, the worst first. All of them are one request to the model.
func Triage(messages []string) ([]Review, error) {
	predictions, err := classify(messages...)
	if err != nil {
		return nil, err
	}
	reviews := make([]Review, len(messages))
	for i, prediction := range predictions {
		reviews[i] = Review{Text: messages[i], Label: prediction.Label, Confidence: prediction.Confidence}
	}
	sort.SliceStable(reviews, func(i, j int) bool { return score(reviews[i]) < score(reviews[j]) })
	return reviews, nil
}

// From -1 for surely negative to 1 for surely positive.
func score(review Review) float32 {
	if review.Label == "NEGATIVE" {
		return -review.Confidence
	}
	return review.Confidence
}

func classify(texts ...string) ([]experimental.ClassifierResult, error) {
	model, err := models.GetModel[experimental.ClassificationModel]("sentiment")
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
		return nil, errors.New("the model did not answer for each text")
	}
	return output.Predictions, nil
}
