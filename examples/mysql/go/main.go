// A guest book in a MySQL or MariaDB database. Values go into statements as parameters (?), never as text: so nobody can
// smuggle SQL in. Each call of Query or Execute is a transaction.
package main

import (
	"fmt"
	"strings"

	"github.com/hypermodeinc/modus/sdk/go/pkg/mysql"
)

// As modus.json calls the connection.
const connection = "guestbook"

// An entry. A row is read like JSON: the fields are called like the columns.
type Entry struct {
	Id     int
	Author string
	Text   string
	Likes  int
}

// Writes into the guest book, and answers the number of the entry.
func AddEntry(author, text string) (int, error) {
	const statement = "INSERT INTO entries (author, text) VALUES (?, ?)"
	response, err := mysql.Execute(connection, statement, strings.TrimSpace(author), strings.TrimSpace(text))
	if err != nil {
		return 0, err
	}
	// MySQL has no RETURNING. It tells the key that it gave to the new row.
	return int(response.LastInsertId), nil
}

// Gets one entry, or null.
func GetEntry(id int) (*Entry, error) {
	response, err := mysql.Query[Entry](connection, "SELECT id, author, text, likes FROM entries WHERE id = ?", id)
	if err != nil || len(response.Rows) == 0 {
		return nil, err
	}
	return &response.Rows[0], nil
}

// Lists the latest entries, the newest first.
func ListEntries(limit *int) ([]Entry, error) {
	most := 10
	if limit != nil {
		most = *limit
	}
	const statement = "SELECT id, author, text, likes FROM entries ORDER BY id DESC LIMIT ?"
	response, err := mysql.Query[Entry](connection, statement, most)
	if err != nil {
		return nil, err
	}
	return response.Rows, nil
}

// Likes an entry, and answers how many likes it has now. Counting is the database's work: so no like gets lost.
func AddLike(id int) (int, error) {
	response, err := mysql.Execute(connection, "UPDATE entries SET likes = likes + 1 WHERE id = ?", id)
	if err != nil {
		return 0, err
	}
	if response.RowsAffected == 0 {
		return 0, fmt.Errorf("there is no entry %d", id)
	}
	likes, err := mysql.QueryScalar[int](connection, "SELECT likes FROM entries WHERE id = ?", id)
	if err != nil {
		return 0, err
	}
	return likes.Value, nil
}
