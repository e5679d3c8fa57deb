// A function that waits for a model, and one that waits for nothing.
package main

import (
	"errors"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

// Asks the model.
func Ask(prompt string) (string, error) {
	model, err := models.GetModel[openai.ChatModel]("chat")
	if err != nil {
		return "", err
	}
	input, err := model.CreateInput(openai.NewUserMessage(prompt))
	if err != nil {
		return "", err
	}
	output, err := model.Invoke(input)
	if err != nil {
		return "", err
	}
	if len(output.Choices) == 0 {
		return "", errors.New("the model gave no answer")
	}
	return output.Choices[0].Message.Content, nil
}

// Answers at once.
func SayHello() string {
	return "Hello!"
}
