// Functions that wait, that compute, and that do both in turns.
package main

import (
	"errors"
	"time"

	"github.com/hypermodeinc/modus/sdk/go/pkg/localtime"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

func ask(prompt string) (string, error) {
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

// Asks the model so often; the last answer.
func Asks(prompt string, times int) (string, error) {
	answer := ""
	for range times {
		var err error
		if answer, err = ask(prompt); err != nil {
			return "", err
		}
	}
	return answer, nil
}

var steps uint64

// Takes a part of a turn.
func compute() {
	for range 100_000 {
		steps++
	}
}

// Computes until so much time has passed.
func Computes(milliseconds int64) uint64 {
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	for time.Now().Before(end) {
		compute()
	}
	return steps
}

// Never ends, and leaves the guest for nothing.
func Loops() int {
	for {
		steps++
	}
}

// Never ends. Between what it computes it waits for the model each time.
func LoopsWithWaits(prompt string) (int, error) {
	for {
		compute()
		if _, err := ask(prompt); err != nil {
			return 0, err
		}
	}
}

// Never ends. Between what it computes it calls the host each time, which answers at once.
func LoopsWithCalls() int {
	for {
		compute()
		localtime.GetTimeZone()
		localtime.NowInZone("Europe/Paris")
	}
}

// Never ends. Between what it computes it sleeps each time, for hardly any time.
func LoopsWithSleeps() int {
	for {
		compute()
		time.Sleep(time.Microsecond)
	}
}
