// What happens before the first call, and what depends on it afterwards.
package main

import (
	"crypto/rand"
	"encoding/hex"
	mathrand "math/rand"
	"time"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

var squares = makeSquares()
var calls = 0

func makeSquares() []int {
	squares := make([]int, 100)
	for i := range squares {
		squares[i] = i * i
	}
	return squares
}

// A value that was computed at the start.
func Square(n int) int {
	return squares[n]
}

// How often this instance was called.
func Counter() int {
	calls++
	return calls
}

// A number of the default generator.
func Number() string {
	return time.Duration(mathrand.Int63()).String()
}

// Bytes for secrets.
func Token() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return hex.EncodeToString(bytes)
}

// The keys of a map in the order in which they come.
func Order() []string {
	seen := map[string]bool{}
	for _, key := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"} {
		seen[key] = true
	}
	keys := make([]string, 0, len(seen))
	for key := range seen {
		keys = append(keys, key)
	}
	return keys
}

// Milliseconds that some sleep takes, by the monotonic clock.
func Elapsed() int64 {
	start := time.Now()
	time.Sleep(20 * time.Millisecond)
	return time.Since(start).Milliseconds()
}

// The time, in seconds since 1970.
func Now() int64 {
	return time.Now().Unix()
}
