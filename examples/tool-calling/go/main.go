// A model that may call functions of the app. It cannot call them itself: it answers that it would like to, the app calls
// them, and asks again with what came out.
package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hypermodeinc/modus/sdk/go/pkg/console"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

// So many questions back are enough for a question. A model that goes on for ever would cost for ever.
const maxRounds = 5

// Answers a customer's question about orders.
func AskAboutOrders(question string) (string, error) {
	model, err := models.GetModel[openai.ChatModel]("assistant")
	if err != nil {
		return "", err
	}
	messages := []openai.RequestMessage{
		openai.NewSystemMessage("You help the customers of a bicycle shop. Look orders up; never guess."),
		openai.NewUserMessage(question),
	}
	// The description tells the model when to use a tool, and those of the parameters what to put there.
	tool := openai.NewToolForFunction("order_status", "Tells where an order is.").
		WithParameter("number", "integer", "The order's number.")
	for range maxRounds {
		input, err := model.CreateInput(messages...)
		if err != nil {
			return "", err
		}
		input.Tools = []openai.Tool{tool}
		output, err := model.Invoke(input)
		if err != nil {
			return "", err
		}
		message := output.Choices[0].Message
		if len(message.ToolCalls) == 0 {
			return strings.TrimSpace(message.Content), nil
		}
		// The model is told what it has asked for, and then what came out of each call, by the call's id.
		messages = append(messages, message.ToAssistantMessage())
		for _, call := range message.ToolCalls {
			messages = append(messages, openai.NewToolMessage(result(call), call.Id))
		}
	}
	return "", fmt.Errorf("the model had no answer after %d rounds", maxRounds)
}

// Does what the model asks for. A mistake of the model's is told to the model: it can mend it.
func result(call openai.ToolCall) string {
	console.Logf("The model calls %s with %s", call.Function.Name, call.Function.Arguments)
	if call.Function.Name != "order_status" {
		return fmt.Sprintf("There is no tool %s.", call.Function.Name)
	}
	var arguments struct {
		Number int `json:"number"`
	}
	if err := json.Unmarshal([]byte(call.Function.Arguments), &arguments); err != nil {
		return "These arguments are no JSON: " + err.Error()
	}
	return orderStatus(arguments.Number)
}

// In a real app this would ask a database.
func orderStatus(number int) string {
	switch number {
	case 17:
		return "Order 17: a blue bicycle, handed to the carrier this morning, expected on Friday."
	case 18:
		return "Order 18: two tyres, waiting for payment."
	default:
		return fmt.Sprintf("There is no order %d.", number)
	}
}
