// People is a small company directory, and a tour of what a Go app can give to and take from GraphQL: structs and
// structs in structs, lists, optional values (pointers), times, bytes, fixed-size arrays, several results, and errors.
//
// Build it with `go tool modus-go-build .` (or scripts/build-guest.sh), then
//
//	modusc build/people.wasm -o people.cwasm
//	modus-runner people.cwasm
//
//	curl localhost:8686/graphql -H 'content-type: application/json' \
//	  -d '{"query":"{ person(id: 2) { name born home { city } email } }"}'
//
// Function names decide how they appear: GetPerson is the field `person`, ListPeople is `people`, and AddPerson is a
// mutation. Every call runs in a fresh sandbox, so nothing an app keeps in a variable outlives the call; a real
// directory would keep its people in a database.
package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hypermodeinc/modus/sdk/go/pkg/console"
)

// A person in the directory.
type Person struct {

	// Unique number of the person.
	Id int

	// Full name, given name first.
	Name string

	// Moment of birth.
	Born time.Time

	// Where the person lives.
	Home Place

	// Null when the person has not given one.
	Email *string

	// Id of the person's manager; null at the top.
	ManagerId *int

	// What the person can be asked about.
	Skills []string

	// Number on the key card.
	Badge [4]byte
}

// A place on the map.
type Place struct {
	City    string
	Country string

	// Longitude and latitude in degrees.
	Coordinates [2]float64
}

// What is needed to add a person.
type NewPerson struct {
	Name   string
	Born   time.Time
	Home   Place
	Email  *string
	Skills []string
}

// Greets the named person, or everyone.
func SayHello(name *string) string {
	if name == nil {
		return "Hello!"
	}
	return fmt.Sprintf("Hello, %s!", *name)
}

// Gets one person by id.
func GetPerson(id int) (*Person, error) {
	for _, person := range directory() {
		if person.Id == id {
			return &person, nil
		}
	}
	return nil, fmt.Errorf("no person has the id %d", id)
}

// Lists everyone, or only the people of one city.
func ListPeople(city *string) []Person {
	people := directory()
	if city == nil {
		return people
	}
	found := make([]Person, 0, len(people))
	for _, person := range people {
		if strings.EqualFold(person.Home.City, *city) {
			found = append(found, person)
		}
	}
	console.Debugf("%d of %d people live in %s", len(found), len(people), *city)
	return found
}

// Gets the manager of a person: null for the person at the top.
func GetManager(id int) (*Person, error) {
	person, err := GetPerson(id)
	if err != nil {
		return nil, err
	}
	if person.ManagerId == nil {
		return nil, nil
	}
	return GetPerson(*person.ManagerId)
}

// Gets the people of each city.
func GetCities() map[string][]string {
	cities := make(map[string][]string)
	for _, person := range directory() {
		cities[person.Home.City] = append(cities[person.Home.City], person.Name)
	}
	return cities
}

// Gets a person's entry as a vCard file.
func GetVcard(id int) ([]byte, error) {
	person, err := GetPerson(id)
	if err != nil {
		return nil, err
	}
	lines := []string{"BEGIN:VCARD", "VERSION:4.0", "FN:" + person.Name, "BDAY:" + person.Born.Format("20060102")}
	if person.Email != nil {
		lines = append(lines, "EMAIL:"+*person.Email)
	}
	lines = append(lines, "END:VCARD", "")
	return []byte(strings.Join(lines, "\r\n")), nil
}

// Adds a person and returns the new entry.
func AddPerson(person NewPerson) (*Person, error) {
	name := strings.TrimSpace(person.Name)
	if name == "" {
		return nil, errors.New("a person needs a name")
	}
	if person.Born.After(time.Now()) {
		return nil, fmt.Errorf("%s is not born yet", name)
	}
	id := len(directory()) + 1
	console.Infof("Adding %s as number %d", name, id)
	return &Person{
		Id:     id,
		Name:   name,
		Born:   person.Born,
		Home:   person.Home,
		Email:  person.Email,
		Skills: person.Skills,
		Badge:  [4]byte{0, 0, byte(id >> 8), byte(id)},
	}, nil
}

// Tells how old a person is, and when the next birthday is.
func Birthday(person Person) (age int, next time.Time) {
	now := time.Now().UTC()
	born := person.Born.UTC()
	age = now.Year() - born.Year()
	next = born.AddDate(age, 0, 0)
	if next.After(now) {
		return age - 1, next
	}
	return age, born.AddDate(age+1, 0, 0)
}

// Divides one whole number by another.
func Divide(a, b int) (int, error) {
	if b == 0 {
		return 0, errors.New("cannot divide by zero")
	}
	return a / b, nil
}

func directory() []Person {
	amsterdam := Place{City: "Amsterdam", Country: "NL", Coordinates: [2]float64{4.9, 52.37}}
	oslo := Place{City: "Oslo", Country: "NO", Coordinates: [2]float64{10.75, 59.91}}
	return []Person{
		{
			Id:     1,
			Name:   "Ada Visser",
			Born:   date(1971, time.December, 10),
			Home:   amsterdam,
			Email:  optional("ada@example.com"),
			Skills: []string{"strategy", "rowing"},
			Badge:  [4]byte{0, 0, 0, 1},
		},
		{
			Id:        2,
			Name:      "Bjørn Dahl",
			Born:      date(1988, time.February, 29),
			Home:      oslo,
			Email:     optional("bjorn@example.com"),
			ManagerId: optional(1),
			Skills:    []string{"compilers", "skiing", "bread"},
			Badge:     [4]byte{0, 0, 0, 2},
		},
		{
			Id:        3,
			Name:      "Chidi Okafor",
			Born:      date(1995, time.July, 4),
			Home:      amsterdam,
			ManagerId: optional(2),
			Badge:     [4]byte{0, 0, 0, 3},
		},
	}
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func optional[T any](value T) *T {
	return &value
}
