// Named types. The metadata has their names alone; what they are is in the debug information, or in a table of the
// standard library.
package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"sort"
	"time"
)

// Types of the app's own.

type Role string

type Level int8

type Count uint32

type Amount uint64

type Share float32

type Flag bool

type Tags []string

type Digest [4]byte

type Steps [3]Level

type Nothing struct{}

// Sailor is mentioned by Crew alone, so that the metadata has no definition of it.
type Sailor struct {
	Name string
	Rank Role
}

type Crew []Sailor

type Alias = Role

func EchoRole(v Role) Role { return v }

func EchoLevel(v Level) Level { return v }

// What a narrow result has above its own bits is left over from the sum.
func LevelSum(a Level, b Level) Level { return a + b }

func EchoCount(v Count) Count { return v }

func EchoAmount(v Amount) Amount { return v }

func EchoShare(v Share) Share { return v }

func EchoFlag(v Flag) Flag { return v }

func EchoTags(v Tags) Tags { return v }

func EchoDigest(v Digest) Digest { return v }

func EchoSteps(v Steps) Steps { return v }

func EchoNothing(v Nothing) Nothing { return v }

func EchoAlias(v Alias) Alias { return v }

func EchoRoles(v []Role) []Role { return v }

func EchoRolePointer(v *Role) *Role { return v }

func EchoRoleMap(v map[Role]Level) map[Role]Level { return v }

func CrewOf(names []string) Crew {
	crew := make(Crew, 0)
	for _, name := range names {
		crew = append(crew, Sailor{Name: name, Rank: "mate"})
	}
	return crew
}

func CrewSize(v Crew) string {
	text := ""
	for _, sailor := range v {
		text += sailor.Name + "/" + string(sailor.Rank) + " "
	}
	return text
}

// Types of the standard library.

func EchoRaw(v json.RawMessage) json.RawMessage { return v }

func RawText(v json.RawMessage) string { return fmt.Sprintf("%s nil=%t", string(v), v == nil) }

func MakeRaw(text string) json.RawMessage { return json.RawMessage(text) }

func EchoRaws(v []json.RawMessage) []json.RawMessage { return v }

func EchoRawPointer(v *json.RawMessage) *json.RawMessage { return v }

func EchoRawMap(v map[string]json.RawMessage) map[string]json.RawMessage { return v }

func EchoNumber(v json.Number) json.Number { return v }

func MakeNumber(text string) json.Number { return json.Number(text) }

func EchoNumbers(v []json.Number) []json.Number { return v }

func EchoMonth(v time.Month) time.Month { return v }

func MonthName(v time.Month) string { return v.String() }

func EchoWeekdays(v []time.Weekday) map[time.Weekday]*time.Month {
	months := make(map[time.Weekday]*time.Month)
	for _, day := range v {
		month := time.Month(day + 1)
		months[day] = &month
	}
	return months
}

func EchoSorted(v sort.IntSlice) sort.IntSlice {
	sort.Sort(v)
	return v
}

// In Go a reflect.Kind is an uint, in TinyGo a byte.
type Kinds struct {
	Before uint8
	Kind   reflect.Kind
	After  uint8
}

func KindsOf() Kinds { return Kinds{Before: 1, Kind: reflect.String, After: 3} }

// A map can be read because the app has a helper for what it is made of.
func EchoValues(v url.Values) url.Values { return v }

func CountValues(v map[string][]string) int { return len(v) }

func EchoAddress(v url.URL) url.URL { return v }

// Structs with fields that no host can read or write.

type Labels map[string]string

type Shape interface{ Area() float64 }

type Square struct{ Side float64 }

func (s Square) Area() float64 { return s.Side * s.Side }

type Callback func() string

type User struct {
	Name     string
	Role     Role
	Level    Level
	Tags     Tags
	Raw      json.RawMessage
	Month    time.Month
	Labels   Labels
	Shape    Shape
	Callback Callback
	Any      any
	Anys     map[string]any
	Channel  chan int
	Complex  complex128
	Age      int64
}

func user(name string) User {
	return User{
		Name:     name,
		Role:     "admin",
		Level:    -3,
		Tags:     Tags{"a", "b"},
		Raw:      json.RawMessage(`{"n": 1.5}`),
		Month:    time.May,
		Labels:   Labels{"k": "v"},
		Shape:    Square{2},
		Callback: func() string { return "called" },
		Any:      1,
		Anys:     map[string]any{"k": 1},
		Complex:  2i,
		Age:      41,
	}
}

func OneUser() User { return user("one") }

func UserPointer() *User {
	found := user("pointer")
	return &found
}

func AllUsers() []User { return []User{user("first"), user("second")} }

func UsersByName() map[string]User { return map[string]User{"x": user("x")} }

func Describe(v User) string {
	return fmt.Sprint(v.Name, " ", v.Role, " ", int(v.Level), " ", v.Tags, " ", string(v.Raw), " ", v.Month, " ",
		v.Labels == nil, v.Shape == nil, v.Callback == nil, v.Any == nil, v.Anys == nil, v.Channel == nil, v.Complex == 0,
		" ", v.Age)
}

func DescribeAll(v []User, p *User) string {
	text := Describe(*p)
	for _, user := range v {
		text += "; " + Describe(user)
	}
	return text
}

// Types that cannot be passed as a whole.

func EchoLabels(v Labels) Labels { return v }

func EchoShape(v Shape) Shape { return v }
