// An app that keeps what the date of its start decides.
package main

import (
	"time"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

var (
	year = time.Now().Year()
	live = time.Now().After(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	old  = time.Now().Before(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
)

// The year of the start.
func Year() int {
	return year
}

// Whether it was after 2024.
func Live() bool {
	return live
}

// Whether it was before 2000.
func Old() bool {
	return old
}
