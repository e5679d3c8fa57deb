// Queries, mutations and schemas of Dgraph, through the SDK's dgraph package.
package main

import (
	"github.com/hypermodeinc/modus/sdk/go/pkg/dgraph"
)

// What the server answered.
type Answer struct {
	Json string
	Uids map[string]string
}

func answer(response *dgraph.Response, err error) (*Answer, error) {
	if err != nil {
		return nil, err
	}
	return &Answer{Json: response.Json, Uids: response.Uids}, nil
}

func queryOf(text string, names, values []string) *dgraph.Query {
	query := dgraph.NewQuery(text)
	for i, name := range names {
		query.WithVariable(name, values[i])
	}
	return query
}

func succeeded(err error) (string, error) {
	if err != nil {
		return "", err
	}
	return "success", nil
}

// Adds to the schema.
func Schema(connection, schema string) (string, error) {
	return succeeded(dgraph.AlterSchema(connection, schema))
}

// Drops a predicate.
func DropAttr(connection, attr string) (string, error) {
	return succeeded(dgraph.DropAttr(connection, attr))
}

// Drops everything.
func DropAll(connection string) (string, error) {
	return succeeded(dgraph.DropAll(connection))
}

// Runs a query with variables that are texts.
func Query(connection, query string, names, values []string) (*Answer, error) {
	return answer(dgraph.ExecuteQuery(connection, queryOf(query, names, values)))
}

// Runs a query with a variable of each type.
func Typed(connection, query string) (*Answer, error) {
	q := dgraph.NewQuery(query)
	q.WithVariable("$text", `Ann "A"`).WithVariable("$integer", int64(-7)).WithVariable("$float", 1.5)
	q.WithVariable("$flag", true).WithVariable("$vector", []float32{0.5, -1, 2})
	return answer(dgraph.ExecuteQuery(connection, q))
}

// Runs one mutation.
func Write(connection, setJson, delJson, setNquads, delNquads string) (*Answer, error) {
	mutation := &dgraph.Mutation{SetJson: setJson, DelJson: delJson, SetNquads: setNquads, DelNquads: delNquads}
	return answer(dgraph.ExecuteMutations(connection, mutation))
}

// Runs two mutations as one transaction.
func Pair(connection, first, second string) (*Answer, error) {
	one, two := dgraph.NewMutation().WithSetNquads(first), dgraph.NewMutation().WithSetNquads(second)
	return answer(dgraph.ExecuteMutations(connection, one, two))
}

// Runs a query and a mutation that depends on it.
func Both(
	connection, query string, names, values []string, setNquads, delNquads, condition string,
) (*Answer, error) {
	mutation := dgraph.NewMutation().WithSetNquads(setNquads).WithDelNquads(delNquads).WithCondition(condition)
	return answer(dgraph.ExecuteQuery(connection, queryOf(query, names, values), mutation))
}

// The same by the call of older SDKs, with JSON.
func Older(connection, query, setJson, delJson string) (*Answer, error) {
	request := &dgraph.Request{}
	if query != "" {
		request.Query = dgraph.NewQuery(query)
	}
	if setJson != "" || delJson != "" {
		request.Mutations = append(request.Mutations, dgraph.NewMutation().WithSetJson(setJson).WithDelJson(delJson))
	}
	return answer(dgraph.Execute(connection, request))
}

// Escapes a text for RDF.
func Escape(text string) string {
	return dgraph.EscapeRDF(text)
}
