// Calls of each kind that many clients at once make: they wait, fetch, compute, take much, or only greet. It links what
// most apps link: http, models and JSON.
package main

import (
	"errors"
	"runtime"
	"time"
	"unsafe"

	"github.com/hypermodeinc/modus/sdk/go/pkg/http"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
)

// Greets by name, if there is one.
func SayHello(name *string) string {
	if name == nil {
		return "Hello!"
	}
	return "Hello, " + *name + "!"
}

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

// A quote that a server sends as JSON.
type Quote struct {
	Quote  string `json:"q"`
	Author string `json:"a"`
}

// Fetches a quote.
func Fetch(url string) (*Quote, error) {
	response, err := http.Fetch(url)
	if err != nil {
		return nil, err
	}
	var quote Quote
	if err := response.JSON(&quote); err != nil {
		return nil, err
	}
	return &quote, nil
}

var steps uint64

// Never ends.
func Loops() int {
	for {
		steps++
	}
}

// Computes until so much time has passed.
func Computes(milliseconds int64) uint64 {
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	for time.Now().Before(end) {
		for range 100_000 {
			steps++
		}
	}
	return steps
}

//go:wasmimport wasi_snapshot_preview1 random_get
func randomGet(buffer unsafe.Pointer, length uint32) uint32

// Has so many MiB filled with random bytes by one call of the host.
func FillsRandomly(mebibytes uint32) uint32 {
	block := make([]byte, mebibytes<<20)
	return randomGet(unsafe.Pointer(&block[0]), mebibytes<<20)
}

// Has the host draw one byte again and again until so much time has passed; how often.
func DrawsOften(milliseconds int64) uint64 {
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	block := make([]byte, 1)
	var count uint64
	for time.Now().Before(end) {
		for range 1000 {
			randomGet(unsafe.Pointer(&block[0]), 1)
		}
		count += 1000
	}
	return count
}

// The same with a host function that is no part of WASI.
func LooksUpOften(milliseconds int64) (uint64, error) {
	end := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	var count uint64
	for time.Now().Before(end) {
		for range 100 {
			if _, err := models.GetModel[openai.ChatModel]("chat"); err != nil {
				return count, err
			}
		}
		count += 100
	}
	return count, nil
}

//go:wasmimport wasi_snapshot_preview1 fd_write
func fdWrite(fd uint32, vectors unsafe.Pointer, count uint32, written unsafe.Pointer) uint32

// Has so many lines of a letter printed by one call of the host.
func PrintsLines(count uint32) uint32 {
	text := make([]byte, 2*count)
	for i := range text {
		text[i] = "x\n"[i%2]
	}
	vector := [2]uintptr{uintptr(unsafe.Pointer(&text[0])), uintptr(len(text))}
	var written uint32
	errno := fdWrite(1, unsafe.Pointer(&vector), 1, unsafe.Pointer(&written))
	runtime.KeepAlive(text)
	return errno
}

// A text of so many MiB.
func LargeText(mebibytes int) string {
	text := make([]byte, mebibytes<<20)
	for i := range text {
		text[i] = 'x'
	}
	return unsafe.String(&text[0], len(text))
}

// So many short texts.
func ManyTexts(count int) []string {
	texts := make([]string, count)
	for i := range texts {
		texts[i] = "x"
	}
	return texts
}
