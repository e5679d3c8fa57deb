// A chat model, through the SDK's OpenAI interface.
package main

import (
	"errors"
	"strings"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

const modelName = "text-generator"

// Asks the model one question.
func Ask(instruction, prompt string) (string, error) {
	return ask(modelName, instruction, prompt, false)
}

// The same with the SDK's debug output.
func AskLoudly(instruction, prompt string) (string, error) {
	return ask(modelName, instruction, prompt, true)
}

// The same with a model of the caller's choice.
func AskModel(model, prompt string) (string, error) {
	return ask(model, "You are helpful.", prompt, false)
}

// Asks one question after the other, with the earlier answers in the conversation.
func Converse(prompts []string) ([]string, error) {
	model, err := models.GetModel[openai.ChatModel](modelName)
	if err != nil {
		return nil, err
	}
	messages := []openai.RequestMessage{openai.NewSystemMessage("You are brief.")}
	answers := make([]string, 0, len(prompts))
	for _, prompt := range prompts {
		messages = append(messages, openai.NewUserMessage(prompt))
		answer, err := invoke(model, messages)
		if err != nil {
			return nil, err
		}
		messages = append(messages, openai.NewAssistantMessage(answer))
		answers = append(answers, answer)
	}
	return answers, nil
}

// What the host knows about a model.
func GetModelInfo(name string) (*models.ModelInfo, error) {
	model, err := models.GetModel[openai.ChatModel](name)
	if err != nil {
		return nil, err
	}
	return model.Info(), nil
}

func ask(name, instruction, prompt string, debug bool) (string, error) {
	model, err := models.GetModel[openai.ChatModel](name)
	if err != nil {
		return "", err
	}
	model.Debug = debug
	return invoke(model, []openai.RequestMessage{
		openai.NewSystemMessage(instruction),
		openai.NewUserMessage(prompt),
	})
}

func invoke(model *openai.ChatModel, messages []openai.RequestMessage) (string, error) {
	input, err := model.CreateInput(messages...)
	if err != nil {
		return "", err
	}
	input.Temperature = 0.7
	output, err := model.Invoke(input)
	if err != nil {
		return "", err
	}
	if len(output.Choices) == 0 {
		return "", errors.New("the model gave no answer")
	}
	return strings.TrimSpace(output.Choices[0].Message.Content), nil
}
