// Asking another GraphQL server. This one is the example `people`, which runs beside this app.
package main

import (
	"errors"
	"slices"

	"github.com/hypermodeinc/modus/sdk/go/pkg/graphql"
)

// As modus.json calls the connection.
const connection = "people"

// The shapes of the answers: what the operations select. They stand here and not within the functions, because TinyGo takes
// local types of the same name for one.
type peopleAnswer struct {
	People []struct {
		Name   string   `json:"name"`
		Skills []string `json:"skills"`
	} `json:"people"`
}

type managerAnswer struct {
	Manager *struct {
		Name string `json:"name"`
	} `json:"manager"`
}

// Lists the names of those in a city who know about something.
func Experts(city, skill string) ([]string, error) {
	const statement = "query ($city: String) { people(city: $city) { name skills } }"
	// Values go in as variables, and never as parts of the text.
	response, err := graphql.Execute[peopleAnswer](connection, statement, map[string]any{"city": city})
	if err != nil {
		return nil, err
	}
	// The server's errors were logged. They are errors of our field, too; here the field has no value then.
	if response.Data == nil {
		return nil, errors.New("the server has no answer")
	}
	names := []string{}
	for _, person := range response.Data.People {
		if slices.Contains(person.Skills, skill) {
			names = append(names, person.Name)
		}
	}
	return names, nil
}

// The name of somebody's manager, or null for who has none.
func ManagerOf(id int) (*string, error) {
	const statement = "query ($id: Int!) { manager(id: $id) { name } }"
	response, err := graphql.Execute[managerAnswer](connection, statement, map[string]any{"id": id})
	if err != nil || response.Data == nil || response.Data.Manager == nil {
		return nil, err
	}
	return &response.Data.Manager.Name, nil
}
