// A to-do list in a PostgreSQL database. Values go into statements as parameters ($1, $2 …), never as text: so nobody can
// smuggle SQL in. Each call of Query or Execute is a transaction.
package main

import (
	"strings"

	"github.com/hypermodeinc/modus/sdk/go/pkg/postgresql"
)

// As modus.json calls the connection.
const connection = "todo"

// A task. A row is read like JSON: the fields are called like the columns.
type Task struct {
	Id    int
	Title string

	// From 1, urgent, to 5.
	Priority int

	// Whether it is done.
	Done bool
}

const columns = "id, title, priority, done_at IS NOT NULL AS done"

// Adds a task, and answers it as the database has it.
func AddTask(title string, priority *int) (*Task, error) {
	urgency := 3
	if priority != nil {
		urgency = *priority
	}
	const statement = "INSERT INTO tasks (title, priority) VALUES ($1, $2) RETURNING " + columns
	response, err := postgresql.Query[Task](connection, statement, strings.TrimSpace(title), urgency)
	if err != nil {
		return nil, err
	}
	return &response.Rows[0], nil
}

// Lists the tasks that are still to be done, the most urgent first.
func ListOpenTasks() ([]Task, error) {
	const statement = "SELECT " + columns + " FROM tasks WHERE done_at IS NULL ORDER BY priority, id"
	response, err := postgresql.Query[Task](connection, statement)
	if err != nil {
		return nil, err
	}
	return response.Rows, nil
}

// Marks a task as done. The answer is null where there is no such task, or it was done already.
func UpdateDone(id int) (*Task, error) {
	const statement = "UPDATE tasks SET done_at = now() WHERE id = $1 AND done_at IS NULL RETURNING " + columns
	response, err := postgresql.Query[Task](connection, statement, id)
	if err != nil || len(response.Rows) == 0 {
		return nil, err
	}
	return &response.Rows[0], nil
}

// Deletes everything that is done, and answers how many tasks that were.
func DeleteDone() (int, error) {
	response, err := postgresql.Execute(connection, "DELETE FROM tasks WHERE done_at IS NOT NULL")
	if err != nil {
		return 0, err
	}
	return int(response.RowsAffected), nil
}

// How many tasks there are of each priority that is in use, as a map.
func Priorities() (map[int]int, error) {
	type count struct{ Priority, Tasks int }
	const statement = "SELECT priority, count(*)::int AS tasks FROM tasks GROUP BY 1 ORDER BY 1"
	response, err := postgresql.Query[count](connection, statement)
	if err != nil {
		return nil, err
	}
	counts := make(map[int]int, len(response.Rows))
	for _, row := range response.Rows {
		counts[row.Priority] = row.Tasks
	}
	return counts, nil
}
