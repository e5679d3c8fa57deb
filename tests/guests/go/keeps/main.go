// An app that keeps what it made of randomness at its start.
package main

import (
	"fmt"
	"math/rand"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

var chosen = rand.Perm(20)

// What was drawn at the start.
func Chosen() string {
	return fmt.Sprint(chosen)
}
