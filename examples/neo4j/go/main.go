// A metro in Neo4j: stations are nodes, and lines between them relationships. The database finds the way.
package main

import (
	"errors"

	"github.com/hypermodeinc/modus/sdk/go/pkg/neo4j"
)

// As modus.json calls the connection.
const db = "metro"

// A line from one station to the next.
type Line struct {
	From    string `json:"from"`
	To      string `json:"to"`
	Minutes int    `json:"minutes"`
}

// Builds the metro, in place of the one that was there, and answers how many stations it has.
func CreateMetro(lines []Line) (int, error) {
	if _, err := records("MATCH (station:Station) DETACH DELETE station", nil); err != nil {
		return 0, err
	}
	// A parameter may be anything that has a JSON form: here it is a list of maps.
	_, err := records(`
		UNWIND $lines AS line
		MERGE (from:Station {name: line.from})
		MERGE (to:Station {name: line.to})
		MERGE (from)-[:LINE {minutes: line.minutes}]->(to)`, map[string]any{"lines": lines})
	if err != nil {
		return 0, err
	}
	found, err := records("MATCH (station:Station) RETURN count(station) AS stations", nil)
	if err != nil {
		return 0, err
	}
	stations, err := neo4j.GetRecordValue[int64](found[0], "stations")
	return int(stations), err
}

// A way through the metro.
type Route struct {
	Stations []string
	Minutes  int
}

// Finds the way with the fewest stations, or null where there is none.
func GetRoute(from, to string) (*Route, error) {
	found, err := records(`
		MATCH route = shortestPath((:Station {name: $from})-[:LINE*]-(:Station {name: $to}))
		RETURN [station IN nodes(route) | station.name] AS stations,
		       reduce(sum = 0, line IN relationships(route) | sum + line.minutes) AS minutes`,
		map[string]any{"from": from, "to": to})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	names, err := neo4j.GetRecordValue[[]any](found[0], "stations")
	if err != nil {
		return nil, err
	}
	minutes, err := neo4j.GetRecordValue[int64](found[0], "minutes")
	if err != nil {
		return nil, err
	}
	route := &Route{Minutes: int(minutes)}
	for _, name := range names {
		route.Stations = append(route.Stations, name.(string))
	}
	return route, nil
}

// Lists the stations that are one stop away. Whole nodes come back too, with their labels and properties.
func Neighbours(station string) ([]string, error) {
	const query = "MATCH (:Station {name: $name})--(next:Station) RETURN next ORDER BY next.name"
	found, err := records(query, map[string]any{"name": station})
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, record := range found {
		next, err := neo4j.GetRecordValue[neo4j.Node](record, "next")
		if err != nil {
			return nil, err
		}
		name, err := neo4j.GetProperty[string](&next, "name")
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// Runs a query. Where it fails the SDK answers nothing, and the runner's log says why.
func records(query string, parameters map[string]any) ([]*neo4j.Record, error) {
	result, err := neo4j.ExecuteQuery(db, query, parameters)
	if err != nil {
		return nil, err
	}
	if result == nil {
		return nil, errors.New("the query failed")
	}
	return result.Records, nil
}
