// Models by the raw JSON of their interfaces, and through the SDK's package for Anthropic's.
package main

import (
	"encoding/json"
	"errors"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/anthropic"
)

// A model whose input and output are JSON of the caller's choice.
type rawModel struct {
	models.ModelBase[json.RawMessage, json.RawMessage]
}

var errTaken = errors.New("the answer was taken as it is")

// Sends JSON to a model; its answer, whatever that is.
func Invoke(name, input string) (string, error) {
	model, err := models.GetModel[rawModel](name)
	if err != nil {
		return "", err
	}
	var answer *string
	model.Validator = func(response []byte) error {
		text := string(response)
		answer = &text
		return errTaken
	}
	message := json.RawMessage(input)
	_, err = model.Invoke(&message)
	if answer != nil {
		return *answer, nil
	}
	return "", err
}

// Asks a model with Anthropic's interface.
func AskAnthropic(prompt string) (string, error) {
	model, err := models.GetModel[anthropic.MessagesModel]("anthropic")
	if err != nil {
		return "", err
	}
	input, err := model.CreateInput(anthropic.NewUserMessage(anthropic.StringContent(prompt)))
	if err != nil {
		return "", err
	}
	output, err := model.Invoke(input)
	if err != nil {
		return "", err
	}
	if len(output.Content) == 0 || output.Content[0].Text == nil {
		return "", errors.New("the model gave no answer")
	}
	return *output.Content[0].Text, nil
}
