// An app that keeps randomness from its start.
package main

import (
	"math/rand"
	"strconv"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

var chosen = rand.Int63()

// What was drawn at the start.
func Chosen() string {
	return strconv.FormatInt(chosen, 10)
}
