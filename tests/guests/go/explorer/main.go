// What a page with forms has to deal with: arguments of every kind, results of every shape, logs, and a model.
package main

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/hypermodeinc/modus/sdk/go/pkg/console"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

// A seat in the hall.
type Seat struct {

	// Row, from the stage.
	Row   int
	Label string
	Tags  []string

	// Who sits beside.
	Next *Seat
}

// How somebody feels.
type Mood string

// Says what it was given.
// One argument of each kind.
func Describe(
	text string,
	count int,
	serial uint64,
	ratio float64,
	flag bool,
	at time.Time,
	words []string,
	scores map[string]int,
	seat Seat,
	raw Mood,
	note *string,
) string {
	keys := make([]string, 0, len(scores))
	for key := range scores {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	pairs := make([]string, 0, len(scores))
	for _, key := range keys {
		pairs = append(pairs, fmt.Sprintf("%s=%d", key, scores[key]))
	}
	beside := "nobody"
	if seat.Next != nil {
		beside = seat.Next.Label
	}
	last := "null"
	if note != nil {
		last = strconv.Quote(*note)
	}
	return strings.Join([]string{
		text,
		strconv.Itoa(count),
		strconv.FormatUint(serial, 10),
		strconv.FormatFloat(ratio, 'g', -1, 64),
		strconv.FormatBool(flag),
		at.UTC().Format("2006-01-02T15:04:05.000Z"),
		strings.Join(words, ","),
		strings.Join(pairs, ","),
		fmt.Sprintf("%d %s %s beside %s", seat.Row, seat.Label, strings.Join(seat.Tags, "+"), beside),
		string(raw),
		last,
	}, "|")
}

// Greets as often as wanted.
func Greet(name string, times int, title *string) []string {
	greetings := make([]string, 0, times)
	for range times {
		if title == nil {
			greetings = append(greetings, "Hello, "+name+"!")
		} else {
			greetings = append(greetings, "Hello, "+*title+" "+name+"!")
		}
	}
	return greetings
}

// Answers a number that JavaScript cannot hold.
func EchoSerial(serial uint64) uint64 {
	return serial
}

// Adds a seat, and tells of it.
func AddSeat(seat Seat) Seat {
	console.Debug("looking")
	console.Infof("row %d", seat.Row)
	console.Warn("nearly full")
	return seat
}

// Complains, and answers all the same.
func Complain() string {
	console.Error("this went wrong")
	return "done"
}

// Asks a model.
func Ask(prompt string) (string, error) {
	model, err := models.GetModel[openai.ChatModel]("chat")
	if err != nil {
		return "", err
	}
	input, err := model.CreateInput(openai.NewSystemMessage("Be brief."), openai.NewUserMessage(prompt))
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
