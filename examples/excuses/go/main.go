// Text from a model. The app says what it wants; which model that is, where it is and with which key it is asked stand in
// modus.json.
package main

import (
	"fmt"
	"strings"

	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

// Invents an excuse for not attending an event.
func GenerateExcuses(event string) (string, error) {
	model, err := models.GetModel[openai.ChatModel]("text-generator")
	if err != nil {
		return "", err
	}
	input, err := model.CreateInput(
		openai.NewSystemMessage("You help people out of invitations. Answer with one short, polite and slightly absurd excuse."),
		openai.NewUserMessage(fmt.Sprintf("Give me an excuse for not going to this event: %s", event)),
	)
	if err != nil {
		return "", err
	}
	// Everything else about the request has its usual value until it is set.
	input.Temperature = 0.7
	output, err := model.Invoke(input)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(output.Choices[0].Message.Content), nil
}
