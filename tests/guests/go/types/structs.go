package main

import (
	"math"
	"reflect"
	"strconv"
	"time"
)

// Two numbers of the same size: no padding.
type Point struct {
	X float64
	Y float64
}

// Fields in an order that leaves holes everywhere.
type Padded struct {
	A bool
	B int64
	C int8
	D int32
	E bool
	F uint16
	G uint8
	H float64
	I bool
}

// A time in the middle, with fields of smaller alignment behind it.
type Event struct {
	Name     string
	Priority int8
	At       time.Time
	Seen     bool
	Tags     []string
	Took     time.Duration
	Note     *string
	Ended    *time.Time
}

// Structs in structs, by value and by pointer.
type Nested struct {
	Kind   uint8
	Point  Point
	Padded Padded
	Inner  *Inner
	Inners []Inner
	Grid   [2][2]int16
	Bytes  []byte
	Digest [4]byte
	Last   bool
}

type Inner struct {
	Flag  bool
	Value Value
}

// One field.
type Value struct {
	Value int8
}

// One word however deep one looks.
type Wrapped struct {
	Value Value
}

// Refers to itself.
type Node struct {
	Name     string
	Next     *Node
	Children []*Node
	Size     int64
}

// Every nullable kind of field; all may be left out.
type Optional struct {
	Number *int
	Text   *string
	Point  *Point
	Texts  []string
	Counts map[string]int
	At     *time.Time
}

// An embedded struct is a field named after its type.
type Embedding struct {
	Value
	*Point
	Extra string
}

// Fields of no size, in front, between and at the end.
type Spaced struct {
	Before [0]int64
	Flag   bool
	Within [0]int32
	Number int16
	After  [0]string
	End    uint8
	Last   [0]int8
}

// Fields that only the guest's own package can name still take room.
type Private struct {
	Shown  int8
	hidden int64
	Last   bool
}

// A struct under another name, and an alias.
type Place Point
type Spot = Point

// Structs that refer to each other.
type Author struct {
	Name  string
	Books []Book
}

type Book struct {
	Title   string
	Author  *Author
	Related map[string]*Book
}

// One word, which is an address.
type LonePointer struct{ Text *string }

// Three words behind one field.
type LoneSlice struct{ Items []int32 }

// Every basic kind in a row.
type Wide struct {
	Bool    bool
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Uintptr uintptr
	Byte    byte
	Rune    rune
	Float32 float32
	Float64 float64
	String  string
}

func EchoPoint(v Point) Point                   { return v }
func EchoPadded(v Padded) Padded                { return v }
func EchoEvent(v Event) Event                   { return v }
func EchoEvents(v []Event) []Event              { return v }
func EchoNested(v Nested) Nested                { return v }
func EchoValue(v Value) Value                   { return v }
func EchoWrapped(v Wrapped) Wrapped             { return v }
func EchoNode(v Node) Node                      { return v }
func EchoNodePointer(v *Node) *Node             { return v }
func EchoOptional(v Optional) Optional          { return v }
func EchoEmbedding(v Embedding) Embedding       { return v }
func EchoSpaced(v Spaced) Spaced                { return v }
func EchoPrivate(v Private) Private             { return v }
func EchoPlace(v Place) Place                   { return v }
func EchoSpot(v Spot) Spot                      { return v }
func EchoAuthor(v Author) Author                { return v }
func EchoLonePointer(v LonePointer) LonePointer { return v }
func EchoLoneSlice(v LoneSlice) LoneSlice       { return v }
func EchoWide(v Wide) Wide                      { return v }

func MakePoint() Point       { return Point{X: -0.5, Y: 2} }
func MakePadded() Padded     { return Padded{A: true, B: -1, C: -2, D: 3, F: 65535, G: 6, H: 0.5, I: true} }
func MakeEvents() []Event    { return []Event{MakeEvent(), {Name: "zero"}} }
func MakeValue() Value       { return Value{Value: -8} }
func MakeWrapped() Wrapped   { return Wrapped{Value: Value{Value: -8}} }
func MakeNodePointer() *Node { return pointer(MakeNode()) }
func MakeEmbedding() Embedding {
	return Embedding{Value: Value{Value: 3}, Point: &Point{X: 1, Y: 2}, Extra: "more"}
}
func MakeSpaced() Spaced           { return Spaced{Flag: true, Number: -9, End: 7} }
func MakePrivate() Private         { return Private{Shown: 1, hidden: math.MinInt64, Last: true} }
func MakePlace() Place             { return Place{X: 1, Y: 2} }
func MakeSpot() Spot               { return Spot{X: 3, Y: 4} }
func MakeLonePointer() LonePointer { return LonePointer{Text: pointer("only")} }
func MakeLoneSlice() LoneSlice     { return LoneSlice{Items: []int32{1, -2}} }

func IsPoint(v Point) bool             { return v == MakePoint() }
func IsPadded(v Padded) bool           { return v == MakePadded() }
func IsEvents(v []Event) bool          { return reflect.DeepEqual(v, MakeEvents()) }
func IsValue(v Value) bool             { return v == MakeValue() }
func IsWrapped(v Wrapped) bool         { return v == MakeWrapped() }
func IsNodePointer(v *Node) bool       { return reflect.DeepEqual(v, MakeNodePointer()) }
func IsEmbedding(v Embedding) bool     { return reflect.DeepEqual(v, MakeEmbedding()) }
func IsSpaced(v Spaced) bool           { return v == MakeSpaced() }
func IsPrivate(v Private) bool         { return v == MakePrivate() }
func IsPlace(v Place) bool             { return v == MakePlace() }
func IsSpot(v Spot) bool               { return v == MakeSpot() }
func IsLonePointer(v LonePointer) bool { return reflect.DeepEqual(v, MakeLonePointer()) }
func IsLoneSlice(v LoneSlice) bool     { return reflect.DeepEqual(v, MakeLoneSlice()) }

func MakeEvent() Event {
	return Event{
		Name: "launch", Priority: -3, At: MakeTime(), Seen: true, Tags: []string{"a", ""}, Took: -time.Second,
		Note: pointer("hi"),
	}
}

func IsEvent(v Event) bool { return reflect.DeepEqual(v, MakeEvent()) }

func MakeNested() Nested {
	return Nested{
		Kind: 7, Point: MakePoint(), Padded: MakePadded(), Inner: &Inner{Flag: true, Value: MakeValue()},
		Inners: []Inner{{Flag: true}, {Value: MakeValue()}}, Grid: [2][2]int16{{1, -2}, {3, -4}}, Bytes: []byte{0, 255},
		Digest: [4]byte{1, 2, 3, 4}, Last: true,
	}
}

func IsNested(v Nested) bool { return reflect.DeepEqual(v, MakeNested()) }

func MakeNode() Node {
	return Node{
		Name: "root", Size: math.MaxInt64, Next: &Node{Name: "next", Children: []*Node{}},
		Children: []*Node{{Name: "child"}, nil},
	}
}

func IsNode(v Node) bool { return reflect.DeepEqual(v, MakeNode()) }

func MakeOptional() Optional {
	return Optional{
		Number: pointer(0), Text: pointer(""), Point: &Point{X: 1}, Texts: []string{}, Counts: map[string]int{"a": 1},
		At: pointer(MakeTime()),
	}
}

func IsOptional(v Optional) bool { return reflect.DeepEqual(v, MakeOptional()) }

func MakeAuthor() Author {
	return Author{Name: "Ann", Books: []Book{{
		Title: "First", Author: &Author{Name: "Ann"}, Related: map[string]*Book{"next": {Title: "Second", Related: map[string]*Book{}}},
	}}}
}

func IsAuthor(v Author) bool { return reflect.DeepEqual(v, MakeAuthor()) }

func MakeWide() Wide {
	return Wide{
		MakeBool(), MakeInt(), MakeInt8(), MakeInt16(), MakeInt32(), MakeInt64(), MakeUint(), MakeUint8(), MakeUint16(),
		MakeUint32(), MakeUint64(), MakeUintptr(), MakeByte(), MakeRune(), MakeFloat32(), MakeFloat64(), MakeString(),
	}
}

func IsWide(v Wide) bool { return reflect.DeepEqual(v, MakeWide()) }

// A node that points to itself.
func Circle() *Node {
	node := &Node{Name: "circle", Size: -1}
	node.Next = node
	return node
}

// A list of this many nodes, without a circle.
func Chain(length int) *Node {
	var first *Node
	for i := length; i > 0; i-- {
		first = &Node{Name: strconv.Itoa(i), Next: first, Size: int64(i)}
	}
	return first
}
