package main

import "crypto/rand"

// The other package of the name is in main.go.
func randRead(bytes []byte) (int, error) {
	return rand.Read(bytes)
}
