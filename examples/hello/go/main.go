// Each exported function of this package is a field of the app's GraphQL API. The comment above it is the field's
// description, which clients and the explorer show.
package main

import (
	"errors"
	"strings"

	"github.com/hypermodeinc/modus/sdk/go/pkg/console"
)

// Greets somebody, or everybody. A pointer is a value that may be left out.
func SayHello(name *string) (string, error) {
	if name == nil {
		return "Hello, everybody!", nil
	}
	trimmed := strings.TrimSpace(*name)
	if trimmed == "" {
		// An error becomes an error of the field. The app goes on: each call has a sandbox of its own.
		return "", errors.New("a name has to have letters")
	}
	return "Hello, " + trimmed + "!", nil
}

// Greets several people. Lists go in and out as GraphQL's lists.
func GreetAll(names []string) ([]string, error) {
	// What is logged stands in the runner's log, with the call that it belongs to.
	console.Logf("Greeting %d people", len(names))
	greetings := make([]string, len(names))
	for i, name := range names {
		greeting, err := SayHello(&name)
		if err != nil {
			return nil, err
		}
		greetings[i] = greeting
	}
	return greetings, nil
}

// What stands on a name badge. A struct is an object type, and each of its fields a field.
type Badge struct {

	// The whole name.
	Name string

	// The first letter of each of its words.
	Initials string
}

// Makes a name badge. The word Get at the beginning is left out of the field's name: it is `badge`.
func GetBadge(name string) Badge {
	words := strings.Fields(name)
	initials := ""
	for _, word := range words {
		initials += string([]rune(word)[0])
	}
	return Badge{Name: strings.Join(words, " "), Initials: initials}
}
