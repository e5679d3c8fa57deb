// An app that keeps what it made of randomness at its start.
package main

import (
	cryptorand "crypto/rand"
	"encoding/hex"
	"fmt"
	"math/rand"
	"strconv"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

var chosen = rand.Perm(20)

// What was drawn at the start.
func Chosen() string {
	return fmt.Sprint(chosen)
}

// Bytes for secrets, drawn now.
func Token() string {
	bytes := make([]byte, 16)
	if _, err := cryptorand.Read(bytes); err != nil {
		panic(err)
	}
	return hex.EncodeToString(bytes)
}

// A number of the default generator, drawn now.
func Drawn() string {
	return strconv.FormatInt(rand.Int63(), 16)
}

// The keys of a map that is made now, in the order in which they come.
func Order() string {
	numbers := map[int]bool{}
	for number := range 16 {
		numbers[number] = true
	}
	order := ""
	for number := range numbers {
		order += strconv.Itoa(number) + " "
	}
	return order
}
