// Cypher queries, through the SDK's neo4j package.
package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/hypermodeinc/modus/sdk/go/pkg/neo4j"
)

// What a query answers: the JSON of all values.
type Table struct {
	Keys    []string
	Records [][]string
}

func execute(connection, query, database string, parameters map[string]any) (*neo4j.EagerResult, error) {
	result, err := neo4j.ExecuteQuery(connection, query, parameters, neo4j.WithDbName(database))
	if err == nil && result == nil {
		err = errors.New("the query failed")
	}
	return result, err
}

// Runs a query without parameters.
func Rows(connection, query, database string) (*Table, error) {
	result, err := execute(connection, query, database, nil)
	if err != nil {
		return nil, err
	}
	table := &Table{Keys: result.Keys, Records: [][]string{}}
	for _, record := range result.Records {
		table.Records = append(table.Records, record.Values)
	}
	return table, nil
}

// Sends a parameter of each kind, and answers what the server takes them for.
func Kinds(connection string) ([]string, error) {
	parameters := map[string]any{
		"integer": int64(9007199254740993),
		"float":   0.5,
		"whole":   5.0,
		"flag":    true,
		"text":    "\"Ann\" \U0001F600",
		"nothing": nil,
		"list":    []any{1, 2.5, "x"},
		"map":     map[string]any{"inner": map[string]any{"n": 7}},
	}
	query := `UNWIND [$integer, $float, $whole, $flag, $text, $nothing, $list, $map] AS value
		RETURN valueType(value) AS kind, value`
	result, err := execute(connection, query, "neo4j", parameters)
	if err != nil {
		return nil, err
	}
	kinds := []string{}
	for _, record := range result.Records {
		kind, err := neo4j.GetRecordValue[string](record, "kind")
		if err != nil {
			return nil, err
		}
		value, _ := record.Get("value")
		kinds = append(kinds, kind+": "+value)
	}
	return kinds, nil
}

func column[T neo4j.RecordValue](record *neo4j.Record, key string, failure *error) T {
	value, err := neo4j.GetRecordValue[T](record, key)
	if err != nil && *failure == nil {
		*failure = fmt.Errorf("%s: %w", key, err)
	}
	return value
}

func property[T neo4j.PropertyValue](entity neo4j.Entity, key string, failure *error) T {
	value, err := neo4j.GetProperty[T](entity, key)
	if err != nil && *failure == nil {
		*failure = fmt.Errorf("%s: %w", key, err)
	}
	return value
}

// Reads the columns of a query's only record by their types.
func Typed(connection, query string) ([]string, error) {
	result, err := execute(connection, query, "neo4j", nil)
	if err != nil {
		return nil, err
	}
	record := result.Records[0]
	person := column[neo4j.Node](record, "person", &err)
	knows := column[neo4j.Relationship](record, "knows", &err)
	path := column[neo4j.Path](record, "path", &err)
	point := column[neo4j.Point2D](record, "point", &err)
	space := column[neo4j.Point3D](record, "space", &err)
	lines := []string{
		fmt.Sprintf("flag %t", column[bool](record, "flag", &err)),
		fmt.Sprintf("count %d", column[int64](record, "count", &err)),
		fmt.Sprintf("ratio %g", column[float64](record, "ratio", &err)),
		"text " + column[string](record, "text", &err),
		fmt.Sprintf("time %d", column[time.Time](record, "time", &err).UnixMilli()),
		fmt.Sprintf("list %d", len(column[[]any](record, "list", &err))),
		fmt.Sprintf("map %d", len(column[map[string]any](record, "map", &err))),
		fmt.Sprintf("person %s %s %d", person.Labels[0], property[string](&person, "name", &err), property[int64](&person, "age", &err)),
		fmt.Sprintf("knows %s %d %t", knows.Type, property[int64](&knows, "since", &err), knows.StartElementId == person.ElementId),
		fmt.Sprintf("path %d %d", len(path.Nodes), len(path.Relationships)),
		fmt.Sprintf("point %g %g %d", point.X, point.Y, point.SpatialRefId),
		fmt.Sprintf("space %g %g %g %d", space.X, space.Y, space.Z, space.SpatialRefId),
	}
	return lines, err
}
