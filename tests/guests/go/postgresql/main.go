// Statements on a PostgreSQL database, through the SDK's postgresql package.
package main

import (
	"encoding/json"

	"github.com/hypermodeinc/modus/sdk/go/pkg/postgresql"
)

// What a query found: each row as JSON.
type Rows struct {
	Rows     []string
	Affected uint32
}

// What a statement has done.
type Done struct {
	Affected     uint32
	LastInsertId uint64
}

// A place.
type Place struct {
	Name   string
	At     *postgresql.Point
	On     *postgresql.Location
	Visits int64
}

// Parameters given as JSON, so that a test can pass one of any kind.
func parameters(texts []string) []any {
	params := make([]any, len(texts))
	for i, text := range texts {
		params[i] = json.RawMessage(text)
	}
	return params
}

// Runs a query.
func QueryRows(connection, statement string, params []string) (*Rows, error) {
	response, err := postgresql.Query[json.RawMessage](connection, statement, parameters(params)...)
	if err != nil {
		return nil, err
	}
	result := &Rows{Rows: []string{}, Affected: response.RowsAffected}
	for _, row := range response.Rows {
		result.Rows = append(result.Rows, string(row))
	}
	return result, nil
}

// Runs a statement without rows.
func Execute(connection, statement string, params []string) (*Done, error) {
	response, err := postgresql.Execute(connection, statement, parameters(params)...)
	if err != nil {
		return nil, err
	}
	return &Done{Affected: response.RowsAffected, LastInsertId: response.LastInsertId}, nil
}

// Runs a query for a number.
func Count(connection, statement string) (int64, error) {
	response, err := postgresql.QueryScalar[int64](connection, statement)
	if err != nil {
		return 0, err
	}
	return response.Value, nil
}

// Keeps a place, with a parameter of each kind.
func AddPlace(connection, name string, x, y float64, visits int64) (uint32, error) {
	const statement = `insert into places (name, at, "on", visits) values ($1, $2, $3, $4)`
	at, on := postgresql.NewPoint(x, y), postgresql.NewLocation(x, y)
	response, err := postgresql.Execute(connection, statement, name, at, on, visits)
	if err != nil {
		return 0, err
	}
	return response.RowsAffected, nil
}

// All places in the order of their names.
func Places(connection string) ([]*Place, error) {
	response, err := postgresql.Query[*Place](connection, `select name, at, "on", visits from places order by name`)
	if err != nil {
		return nil, err
	}
	return response.Rows, nil
}

// Waits in the database.
func Wait(connection string, seconds float64) (bool, error) {
	_, err := postgresql.Execute(connection, "select pg_sleep($1)", seconds)
	return err == nil, err
}
