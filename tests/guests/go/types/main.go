// Every type that can cross between the host and a Go app, both ways. An `Echo…` function returns its argument.
package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// --- scalars ---

func EchoBool(v bool) bool                       { return v }
func EchoInt(v int) int                          { return v }
func EchoInt8(v int8) int8                       { return v }
func EchoInt16(v int16) int16                    { return v }
func EchoInt32(v int32) int32                    { return v }
func EchoInt64(v int64) int64                    { return v }
func EchoUint(v uint) uint                       { return v }
func EchoUint8(v uint8) uint8                    { return v }
func EchoUint16(v uint16) uint16                 { return v }
func EchoUint32(v uint32) uint32                 { return v }
func EchoUint64(v uint64) uint64                 { return v }
func EchoUintptr(v uintptr) uintptr              { return v }
func EchoByte(v byte) byte                       { return v }
func EchoRune(v rune) rune                       { return v }
func EchoFloat32(v float32) float32              { return v }
func EchoFloat64(v float64) float64              { return v }
func EchoString(v string) string                 { return v }
func EchoTime(v time.Time) time.Time             { return v }
func EchoDuration(v time.Duration) time.Duration { return v }

// --- slices ---

func EchoBools(v []bool) []bool                       { return v }
func EchoInts(v []int) []int                          { return v }
func EchoInt8s(v []int8) []int8                       { return v }
func EchoInt16s(v []int16) []int16                    { return v }
func EchoInt32s(v []int32) []int32                    { return v }
func EchoInt64s(v []int64) []int64                    { return v }
func EchoUints(v []uint) []uint                       { return v }
func EchoUint8s(v []uint8) []uint8                    { return v }
func EchoUint16s(v []uint16) []uint16                 { return v }
func EchoUint32s(v []uint32) []uint32                 { return v }
func EchoUint64s(v []uint64) []uint64                 { return v }
func EchoBytes(v []byte) []byte                       { return v }
func EchoFloat32s(v []float32) []float32              { return v }
func EchoFloat64s(v []float64) []float64              { return v }
func EchoStrings(v []string) []string                 { return v }
func EchoTimes(v []time.Time) []time.Time             { return v }
func EchoDurations(v []time.Duration) []time.Duration { return v }
func EchoIntTable(v [][]int) [][]int                  { return v }
func EchoStringTable(v [][]string) [][]string         { return v }
func EchoBytesList(v [][]byte) [][]byte               { return v }
func EchoPoints(v []Point) []Point                    { return v }
func EchoEvents(v []Event) []Event                    { return v }
func EchoStringPointers(v []*string) []*string        { return v }
func EchoIntPointers(v []*int) []*int                 { return v }
func EchoPointPointers(v []*Point) []*Point           { return v }

// --- arrays ---

func EchoInt32Array(v [3]int32) [3]int32         { return v }
func EchoIntArray(v [3]int) [3]int               { return v }
func EchoByteArray(v [4]byte) [4]byte            { return v }
func EchoStringArray(v [2]string) [2]string      { return v }
func EchoTimeArray(v [2]time.Time) [2]time.Time  { return v }
func EchoPointArray(v [2]Point) [2]Point         { return v }
func EchoPointerArray(v [2]*string) [2]*string   { return v }
func EchoArrays(v [2][3]int8) [2][3]int8         { return v }
func EchoArraySlice(v [][2]float64) [][2]float64 { return v }
func EchoLoneFloat(v [1]float32) [1]float32      { return v }
func EchoIntArrayPointer(v *[3]int) *[3]int      { return v }
func EchoByteArraySlice(v [][4]byte) [][4]byte   { return v }

// --- pointers ---

func EchoBoolPointer(v *bool) *bool           { return v }
func EchoIntPointer(v *int) *int              { return v }
func EchoInt8Pointer(v *int8) *int8           { return v }
func EchoInt64Pointer(v *int64) *int64        { return v }
func EchoUint32Pointer(v *uint32) *uint32     { return v }
func EchoFloat32Pointer(v *float32) *float32  { return v }
func EchoFloat64Pointer(v *float64) *float64  { return v }
func EchoStringPointer(v *string) *string     { return v }
func EchoTimePointer(v *time.Time) *time.Time { return v }
func EchoPointPointer(v *Point) *Point        { return v }
func EchoEventPointer(v *Event) *Event        { return v }
func EchoIntsPointer(v *[]int) *[]int         { return v }
func EchoBytesPointer(v *[]byte) *[]byte      { return v }

// --- structs ---

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

func EchoPoint(v Point) Point          { return v }
func EchoPadded(v Padded) Padded       { return v }
func EchoEvent(v Event) Event          { return v }
func EchoNested(v Nested) Nested       { return v }
func EchoValue(v Value) Value          { return v }
func EchoWrapped(v Wrapped) Wrapped    { return v }
func EchoNode(v Node) Node             { return v }
func EchoNodePointer(v *Node) *Node    { return v }
func EchoOptional(v Optional) Optional { return v }

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

// --- maps ---

func EchoStringMap(v map[string]int) map[string]int          { return v }
func EchoIntMap(v map[int]string) map[int]string             { return v }
func EchoPointMap(v map[string]Point) map[string]Point       { return v }
func EchoPointerMap(v map[string]*string) map[string]*string { return v }
func EchoMapPointer(v *map[string]int) *map[string]int       { return v }
func EchoMaps(v []map[string]int) []map[string]int           { return v }
func EchoBoolMap(v map[bool]string) map[bool]string          { return v }
func EchoFloatMap(v map[float64]string) map[float64]string   { return v }

func CountWords(v string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.Fields(v) {
		counts[word]++
	}
	return counts
}

// Large enough for the guest's collector to run while the host reads it.
func NestedMaps(size int) map[string]map[string]string {
	outer := make(map[string]map[string]string, size)
	for i := range size {
		key := fmt.Sprintf("key%05d", i)
		outer[key] = map[string]string{"name": "value of " + key}
	}
	return outer
}

// --- nil and empty ---

func NilInts() []int                      { return nil }
func EmptyInts() []int                    { return []int{} }
func NilBytes() []byte                    { return nil }
func EmptyBytes() []byte                  { return []byte{} }
func NilStrings() []string                { return nil }
func NilMap() map[string]int              { return nil }
func EmptyMap() map[string]int            { return map[string]int{} }
func NilPoint() *Point                    { return nil }
func NilString() *string                  { return nil }
func ZeroTime() time.Time                 { return time.Time{} }
func ZeroNested() Nested                  { return Nested{} }
func ZeroOptional() Optional              { return Optional{} }
func PointerToNilInts() *[]int            { return new([]int) }
func NilInArray() [2]*string              { text := "second"; return [2]*string{nil, &text} }
func NilInMap() map[string]*int           { return map[string]*int{"nothing": nil} }
func DescribeInts(v []int) string         { return describe(v == nil, len(v)) }
func DescribeBytes(v []byte) string       { return describe(v == nil, len(v)) }
func DescribeStrings(v []string) string   { return describe(v == nil, len(v)) }
func DescribeMap(v map[string]int) string { return describe(v == nil, len(v)) }
func DescribePoint(v *Point) string       { return describe(v == nil, 1) }

func describe(isNil bool, length int) string {
	if isNil {
		return "nil"
	}
	return strconv.Itoa(length)
}

// --- narrow results, whose upper bits are undefined ---

func SumInt8(v, w int8) int8       { return v + w }
func SumInt16(v, w int16) int16    { return v + w }
func SumUint8(v, w uint8) uint8    { return v + w }
func SumUint16(v, w uint16) uint16 { return v + w }
func SumInt(v, w int) int          { return v + w }
func SumInt64(v, w int64) int64    { return v + w }
func NarrowValue(v, w int8) Value  { return Value{Value: v + w} }
func DeepValue(v, w int8) Wrapped  { return Wrapped{Value: Value{Value: v + w}} }
func LoneByte(v, w uint8) [1]uint8 { return [1]uint8{v + w} }

// --- none, several, errors ---

var nothing string

func Nothing()             {}
func TakeNothing(v string) { nothing = v }

func TwoResults() (int, string) { return 7, "seven" }

func HalfOf(v int) (half int, odd bool) { return v / 2, v%2 != 0 }

// The results lie apart in memory: 48 bytes for 27 of data.
func SpreadResults() (a bool, b int64, c bool, d int64, e bool, f int64) {
	return true, -1, false, 2, true, -3
}

func MixedResults(v time.Time) (at time.Time, flag bool, texts []string, point Point, none *int) {
	return v, true, []string{"a", "b"}, Point{X: 1, Y: 2}, nil
}

func SwapResults(v, w string) (string, string) { return w, v }

func FailIfEmpty(v string) (string, error) {
	if v == "" {
		return "", errors.New("the text is empty")
	}
	return v, nil
}

func FailOnly(v string) error {
	if v == "" {
		return errors.New("the text is empty")
	}
	return nil
}

func FailSeveral(v int) (half int, odd bool, err error) {
	if v < 0 {
		return 0, false, fmt.Errorf("%d is negative", v)
	}
	return v / 2, v%2 != 0, nil
}

// --- variadic and many parameters ---

func SumAll(v ...int) int {
	sum := 0
	for _, n := range v {
		sum += n
	}
	return sum
}

func JoinAll(separator string, v ...string) string { return strings.Join(v, separator) }

func Mixture(a bool, b int64, c string, d []float32, e Padded, f *int, g time.Time, h [2]int16, i uint8) string {
	number := "nil"
	if f != nil {
		number = strconv.Itoa(*f)
	}
	return fmt.Sprint(a, b, c, d, e, number, g.UTC().Format(time.RFC3339Nano), h, i)
}

// --- the worked example of the Go interface specification ---

type Site struct {
	Name string
	X    int16
	Y    int16
	At   time.Time
	Tag  *string
}

func Describe(id int64, s Site, scale []float32) (text string, far bool, err error) {
	if len(scale) == 0 {
		return "", false, errors.New("scale is empty")
	}
	tag := "-"
	if s.Tag != nil {
		tag = *s.Tag
	}
	text = fmt.Sprintf("%d:%s@%d,%d/%s/%s", id, s.Name, s.X, s.Y, s.At.UTC().Format(time.RFC3339), tag)
	return text, float32(s.Y)*scale[len(scale)-1] > 20, nil
}

// --- large values ---

func RepeatText(v string, times int) string { return strings.Repeat(v, times) }

func CountUp(length int) []int {
	numbers := make([]int, length)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

func LengthOf(v string) int { return len(v) }

// --- instants as the guest makes them ---

// Has a monotonic reading, which changes how the time lies in memory.
func CurrentTime() time.Time { return time.Now() }

func FixedTime() time.Time {
	return time.Date(2025, time.March, 1, 13, 0, 0, 500_000_000, time.FixedZone("", 3600))
}
