// Operations on a GraphQL server, through the SDK's graphql package.
package main

import (
	"strings"

	"github.com/hypermodeinc/modus/sdk/go/pkg/graphql"
)

// A book.
type Book struct {
	Title string
	Pages int
}

type data struct {
	Books []*Book `json:"books"`
}

// What a server answered about books, with its errors as texts.
type Answer struct {
	Books  []*Book
	Errors []string
}

// Asks for books by an author.
func Books(connection, statement, author string, limit int) (*Answer, error) {
	variables := map[string]any{"author": author, "limit": limit}
	response, err := graphql.Execute[data](connection, statement, variables)
	if err != nil {
		return nil, err
	}
	answer := &Answer{Books: []*Book{}, Errors: []string{}}
	if response.Data != nil {
		answer.Books = response.Data.Books
	}
	for _, each := range response.Errors {
		answer.Errors = append(answer.Errors, each.Message+" at "+strings.Join(each.Path, "."))
	}
	return answer, nil
}

// Sends an operation without variables.
func Ping(connection string) (string, error) {
	response, err := graphql.Execute[struct{ Pong string }](connection, "{ pong }", nil)
	if err != nil {
		return "", err
	}
	return response.Data.Pong, nil
}
