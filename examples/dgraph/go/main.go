// Films and who made them, in Dgraph. What a query needs goes in as variables, and what is stored as JSON.
package main

import (
	"encoding/json"

	"github.com/hypermodeinc/modus/sdk/go/pkg/dgraph"
)

// As modus.json calls the connection.
const db = "films"

// A film. Dgraph's names are those of the predicates, here `film.title`.
type Film struct {
	Title string `json:"film.title"`
	Year  int    `json:"film.year"`
}

// Tells Dgraph which predicates there are, and by which it has to find nodes. It does no harm to do it again.
func CreateSchema() (string, error) {
	err := dgraph.AlterSchema(db, `
		film.title: string @index(exact) .
		film.year: int .
		director.name: string @index(exact) @upsert .
		director.films: [uid] .`)
	if err != nil {
		return "", err
	}
	return "success", nil
}

// Adds a film, and its director where there is none of that name. Query and mutation are one transaction: two of these at
// once make no director twice. A film that is there already is not added again.
func AddFilm(title string, year int, director string) (bool, error) {
	query := dgraph.NewQuery(`query find($title: string, $director: string) {
		director as var(func: eq(director.name, $director))
		film as var(func: eq(film.title, $title))
	}`).WithVariable("$title", title).WithVariable("$director", director)
	directed, err := json.Marshal(map[string]any{
		// The node that the query found, or a new one where it found none.
		"uid":            "uid(director)",
		"director.name":  director,
		"director.films": []any{map[string]any{"uid": "_:film", "film.title": title, "film.year": year}},
	})
	if err != nil {
		return false, err
	}
	mutation := dgraph.NewMutation().WithSetJson(string(directed)).WithCondition("@if(eq(len(film), 0))")
	response, err := dgraph.ExecuteQuery(db, query, mutation)
	if err != nil {
		return false, err
	}
	// The new nodes by the names that the mutation gives them: none where the condition did not hold.
	_, isNew := response.Uids["film"]
	return isNew, nil
}

// Lists a director's films, the oldest first.
func FilmsBy(director string) ([]Film, error) {
	query := dgraph.NewQuery(`query films($director: string) {
		directors(func: eq(director.name, $director)) {
			director.films (orderasc: film.year) { film.title film.year }
		}
	}`).WithVariable("$director", director)
	response, err := dgraph.ExecuteQuery(db, query)
	if err != nil {
		return nil, err
	}
	var found struct {
		Directors []struct {
			Films []Film `json:"director.films"`
		} `json:"directors"`
	}
	if err := json.Unmarshal([]byte(response.Json), &found); err != nil || len(found.Directors) == 0 {
		return []Film{}, err
	}
	return found.Directors[0].Films, nil
}
