// One row of a PostgreSQL database.
package main

import "github.com/hypermodeinc/modus/sdk/go/pkg/postgresql"

// Gets the name of a person.
func GetPersonName(id int) (string, error) {
	response, err := postgresql.QueryScalar[string]("people", "select name from people where id = $1", id)
	if err != nil {
		return "", err
	}
	return response.Value, nil
}
