// Every type that can cross between the host and a Go app, both ways, in a file for each kind.
package main

import (
	"strings"
)

// --- large values ---

func RepeatText(v string, times int) string { return strings.Repeat(v, times) }

func CountUp(length int) []int {
	numbers := make([]int, length)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

func LengthOf(v string) int { return len(v) }
