// Statements on a MySQL database, through the SDK's mysql package.
package main

import (
	"encoding/json"

	"github.com/hypermodeinc/modus/sdk/go/pkg/mysql"
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
	Name    string
	At      *mysql.Point
	On      *mysql.Location
	Visits  int64
	Rating  *float64
	Comment *string
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
	response, err := mysql.Query[json.RawMessage](connection, statement, parameters(params)...)
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
	response, err := mysql.Execute(connection, statement, parameters(params)...)
	if err != nil {
		return nil, err
	}
	return &Done{Affected: response.RowsAffected, LastInsertId: response.LastInsertId}, nil
}

// Runs a query for a number.
func Count(connection, statement string) (int64, error) {
	response, err := mysql.QueryScalar[int64](connection, statement)
	if err != nil {
		return 0, err
	}
	return response.Value, nil
}

// Keeps a place, with a parameter of each kind.
func AddPlace(connection, name string, x, y float64, visits int64) (uint64, error) {
	const point = "ST_GeomFromText(CONCAT('POINT', REPLACE(?, ',', ' ')))"
	const statement = "INSERT INTO places (name, at, `on`, visits, rating) VALUES (?, " + point + ", " + point + ", ?, ?)"
	at, on := mysql.NewPoint(x, y), mysql.NewLocation(x, y)
	response, err := mysql.Execute(connection, statement, name, at, on, visits, x+y)
	if err != nil {
		return 0, err
	}
	return response.LastInsertId, nil
}

// All places in the order of their names.
func Places(connection string) ([]*Place, error) {
	const statement = "SELECT name, at, `on`, visits, rating, comment FROM places ORDER BY name"
	response, err := mysql.Query[*Place](connection, statement)
	if err != nil {
		return nil, err
	}
	return response.Rows, nil
}

// Waits in the database.
func Wait(connection string, seconds float64) (bool, error) {
	_, err := mysql.Execute(connection, "SELECT SLEEP(?)", seconds)
	return err == nil, err
}
