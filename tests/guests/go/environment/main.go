// An app that reads the environment at its start.
package main

import (
	"os"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

var mode = os.Getenv("MODE")

// What it read.
func Mode() string {
	return mode
}
