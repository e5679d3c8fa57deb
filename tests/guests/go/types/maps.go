package main

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// A comparable struct with a hole in it.
type Key struct {
	Row  int8
	Name string
}

// Maps as fields, with smaller fields around them.
type Catalogue struct {
	Open    bool
	ByName  map[string]Point
	Version int8
	ByID    map[int64]string
	Counts  map[string]map[string]int
	Keyed   map[Key]*Point
	None    map[string]bool
	Last    bool
}

func EchoStringMap(v map[string]int) map[string]int                       { return v }
func EchoIntMap(v map[int]string) map[int]string                          { return v }
func EchoBoolMap(v map[bool]string) map[bool]string                       { return v }
func EchoInt8Map(v map[int8]bool) map[int8]bool                           { return v }
func EchoInt16Map(v map[int16]int8) map[int16]int8                        { return v }
func EchoInt32Map(v map[int32]float64) map[int32]float64                  { return v }
func EchoInt64Map(v map[int64]string) map[int64]string                    { return v }
func EchoUintMap(v map[uint]uint) map[uint]uint                           { return v }
func EchoUint8Map(v map[uint8]uint16) map[uint8]uint16                    { return v }
func EchoUint16Map(v map[uint16]int64) map[uint16]int64                   { return v }
func EchoUint32Map(v map[uint32]float32) map[uint32]float32               { return v }
func EchoUint64Map(v map[uint64]uint64) map[uint64]uint64                 { return v }
func EchoRuneMap(v map[rune]int) map[rune]int                             { return v }
func EchoFloat32Map(v map[float32]int) map[float32]int                    { return v }
func EchoFloatMap(v map[float64]string) map[float64]string                { return v }
func EchoKeyMap(v map[Key]string) map[Key]string                          { return v }
func EchoArrayKeyMap(v map[[2]int32]string) map[[2]int32]string           { return v }
func EchoStringArrayKeyMap(v map[[2]string]bool) map[[2]string]bool       { return v }
func EchoBoolValueMap(v map[string]bool) map[string]bool                  { return v }
func EchoStringsMap(v map[string]string) map[string]string                { return v }
func EchoPointMap(v map[string]Point) map[string]Point                    { return v }
func EchoPaddedMap(v map[uint8]Padded) map[uint8]Padded                   { return v }
func EchoPointerMap(v map[string]*string) map[string]*string              { return v }
func EchoPointPointerMap(v map[string]*Point) map[string]*Point           { return v }
func EchoListMap(v map[string][]string) map[string][]string               { return v }
func EchoBytesMap(v map[string][]byte) map[string][]byte                  { return v }
func EchoArrayMap(v map[string][2]int16) map[string][2]int16              { return v }
func EchoNestedMap(v map[string]map[string]int) map[string]map[string]int { return v }
func EchoDeepMap(v map[int8]map[string][]map[uint16]Point) map[int8]map[string][]map[uint16]Point {
	return v
}
func EchoMapPointer(v *map[string]int) *map[string]int { return v }
func EchoMaps(v []map[string]int) []map[string]int     { return v }
func EchoMapTable(v [][]map[int]bool) [][]map[int]bool { return v }
func EchoCatalogue(v Catalogue) Catalogue              { return v }

func MakeStringMap() map[string]int   { return map[string]int{"": 0, "a": 1, "€": -2} }
func MakeIntMap() map[int]string      { return map[int]string{-1: "minus", 0: "", 10: "ten", 9: "nine"} }
func MakeBoolMap() map[bool]string    { return map[bool]string{true: "yes", false: "no"} }
func MakeInt8Map() map[int8]bool      { return map[int8]bool{-128: true, 127: false} }
func MakeInt16Map() map[int16]int8    { return map[int16]int8{-32768: -1, 32767: 1} }
func MakeInt32Map() map[int32]float64 { return map[int32]float64{-1: 0.5, 2: -0.25} }
func MakeInt64Map() map[int64]string {
	return map[int64]string{math.MinInt64: "low", math.MaxInt64: "high"}
}
func MakeUintMap() map[uint]uint        { return map[uint]uint{math.MaxUint32: 1} }
func MakeUint8Map() map[uint8]uint16    { return map[uint8]uint16{255: 65535, 0: 1} }
func MakeUint16Map() map[uint16]int64   { return map[uint16]int64{65535: math.MaxInt64} }
func MakeUint32Map() map[uint32]float32 { return map[uint32]float32{math.MaxUint32: 0.1} }
func MakeUint64Map() map[uint64]uint64 {
	return map[uint64]uint64{math.MaxUint64: math.MaxUint64, 0: 0}
}
func MakeRuneMap() map[rune]int        { return map[rune]int{'a': 1, '😀': 2} }
func MakeFloat32Map() map[float32]int  { return map[float32]int{0.1: 1, -1.5: 2} }
func MakeFloatMap() map[float64]string { return map[float64]string{0.1: "tenth", -2.5: "minus"} }
func MakeKeyMap() map[Key]string {
	return map[Key]string{{Row: 1, Name: "a"}: "first", {Row: -2, Name: "b"}: "second"}
}
func MakeArrayKeyMap() map[[2]int32]string      { return map[[2]int32]string{{1, -2}: "a", {3, 4}: "b"} }
func MakeStringArrayKeyMap() map[[2]string]bool { return map[[2]string]bool{{"a", "b"}: true} }
func MakeBoolValueMap() map[string]bool         { return map[string]bool{"no": false, "yes": true} }
func MakeStringsMap() map[string]string         { return map[string]string{"": "empty", "k": ""} }
func MakePointMap() map[string]Point            { return map[string]Point{"a": {X: 1, Y: -2}, "b": {}} }
func MakePaddedMap() map[uint8]Padded           { return map[uint8]Padded{7: MakePadded()} }
func MakePointerMap() map[string]*string {
	return map[string]*string{"nil": nil, "some": pointer("text")}
}
func MakePointPointerMap() map[string]*Point {
	return map[string]*Point{"nil": nil, "some": {X: 1, Y: 2}}
}
func MakeListMap() map[string][]string  { return map[string][]string{"empty": {}, "some": {"a", ""}} }
func MakeBytesMap() map[string][]byte   { return map[string][]byte{"b": {0, 255}} }
func MakeArrayMap() map[string][2]int16 { return map[string][2]int16{"a": {-1, 2}} }
func MakeNestedMap() map[string]map[string]int {
	return map[string]map[string]int{"a": {"x": 1, "y": -2}, "b": {}}
}
func MakeDeepMap() map[int8]map[string][]map[uint16]Point {
	return map[int8]map[string][]map[uint16]Point{-1: {"a": {{7: {X: 1, Y: 2}}, {}}}}
}
func MakeMapPointer() *map[string]int { return &map[string]int{"a": 1} }
func MakeMaps() []map[string]int      { return []map[string]int{{"a": 1}, {}, {"b": -2}} }
func MakeMapTable() [][]map[int]bool  { return [][]map[int]bool{{{1: true}}, {}} }

func IsStringMap(v map[string]int) bool        { return reflect.DeepEqual(v, MakeStringMap()) }
func IsIntMap(v map[int]string) bool           { return reflect.DeepEqual(v, MakeIntMap()) }
func IsBoolMap(v map[bool]string) bool         { return reflect.DeepEqual(v, MakeBoolMap()) }
func IsInt8Map(v map[int8]bool) bool           { return reflect.DeepEqual(v, MakeInt8Map()) }
func IsInt16Map(v map[int16]int8) bool         { return reflect.DeepEqual(v, MakeInt16Map()) }
func IsInt32Map(v map[int32]float64) bool      { return reflect.DeepEqual(v, MakeInt32Map()) }
func IsInt64Map(v map[int64]string) bool       { return reflect.DeepEqual(v, MakeInt64Map()) }
func IsUintMap(v map[uint]uint) bool           { return reflect.DeepEqual(v, MakeUintMap()) }
func IsUint8Map(v map[uint8]uint16) bool       { return reflect.DeepEqual(v, MakeUint8Map()) }
func IsUint16Map(v map[uint16]int64) bool      { return reflect.DeepEqual(v, MakeUint16Map()) }
func IsUint32Map(v map[uint32]float32) bool    { return reflect.DeepEqual(v, MakeUint32Map()) }
func IsUint64Map(v map[uint64]uint64) bool     { return reflect.DeepEqual(v, MakeUint64Map()) }
func IsRuneMap(v map[rune]int) bool            { return reflect.DeepEqual(v, MakeRuneMap()) }
func IsFloat32Map(v map[float32]int) bool      { return reflect.DeepEqual(v, MakeFloat32Map()) }
func IsFloatMap(v map[float64]string) bool     { return reflect.DeepEqual(v, MakeFloatMap()) }
func IsKeyMap(v map[Key]string) bool           { return reflect.DeepEqual(v, MakeKeyMap()) }
func IsArrayKeyMap(v map[[2]int32]string) bool { return reflect.DeepEqual(v, MakeArrayKeyMap()) }
func IsStringArrayKeyMap(v map[[2]string]bool) bool {
	return reflect.DeepEqual(v, MakeStringArrayKeyMap())
}
func IsBoolValueMap(v map[string]bool) bool        { return reflect.DeepEqual(v, MakeBoolValueMap()) }
func IsStringsMap(v map[string]string) bool        { return reflect.DeepEqual(v, MakeStringsMap()) }
func IsPointMap(v map[string]Point) bool           { return reflect.DeepEqual(v, MakePointMap()) }
func IsPaddedMap(v map[uint8]Padded) bool          { return reflect.DeepEqual(v, MakePaddedMap()) }
func IsPointerMap(v map[string]*string) bool       { return reflect.DeepEqual(v, MakePointerMap()) }
func IsPointPointerMap(v map[string]*Point) bool   { return reflect.DeepEqual(v, MakePointPointerMap()) }
func IsListMap(v map[string][]string) bool         { return reflect.DeepEqual(v, MakeListMap()) }
func IsBytesMap(v map[string][]byte) bool          { return reflect.DeepEqual(v, MakeBytesMap()) }
func IsArrayMap(v map[string][2]int16) bool        { return reflect.DeepEqual(v, MakeArrayMap()) }
func IsNestedMap(v map[string]map[string]int) bool { return reflect.DeepEqual(v, MakeNestedMap()) }
func IsDeepMap(v map[int8]map[string][]map[uint16]Point) bool {
	return reflect.DeepEqual(v, MakeDeepMap())
}
func IsMapPointer(v *map[string]int) bool { return reflect.DeepEqual(v, MakeMapPointer()) }
func IsMaps(v []map[string]int) bool      { return reflect.DeepEqual(v, MakeMaps()) }
func IsMapTable(v [][]map[int]bool) bool  { return reflect.DeepEqual(v, MakeMapTable()) }

func MakeCatalogue() Catalogue {
	return Catalogue{
		Open: true, ByName: MakePointMap(), Version: -1, ByID: MakeInt64Map(), Counts: MakeNestedMap(),
		Keyed: map[Key]*Point{{Row: 1, Name: "a"}: {X: 1}}, None: map[string]bool{}, Last: true,
	}
}

func IsCatalogue(v Catalogue) bool { return reflect.DeepEqual(v, MakeCatalogue()) }

func CountWords(v string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.Fields(v) {
		counts[word]++
	}
	return counts
}

// Reads, writes and deletes in a map of the host's making.

func MapGet(v map[string]int, key string) *int {
	if value, found := v[key]; found {
		return &value
	}
	return nil
}

func MapSet(v map[string]int, key string, value int) map[string]int {
	v[key] = value
	return v
}

func MapDelete(v map[string]int, key string) map[string]int {
	delete(v, key)
	return v
}

func CellOf(v map[Key]string, row int8, name string) string { return v[Key{Row: row, Name: name}] }

// Large enough for the guest's collector to run while the host reads it.
func NestedMaps(size int) map[string]map[string]string {
	outer := make(map[string]map[string]string, size)
	for i := range size {
		key := fmt.Sprintf("key%05d", i)
		outer[key] = map[string]string{"name": "value of " + key}
	}
	return outer
}

func LargeMap(size int) map[string]int {
	numbers := make(map[string]int, size)
	for i := range size {
		numbers["key"+strconv.Itoa(i)] = i
	}
	return numbers
}

// Whether every entry of LargeMap(size) is found under its key, and no other.
func IsLargeMap(v map[string]int, size int) bool {
	for i := range size {
		if value, found := v["key"+strconv.Itoa(i)]; !found || value != i {
			return false
		}
	}
	return len(v) == size
}

func LargeStructMap(size int) map[Key]Padded {
	cells := make(map[Key]Padded, size)
	for i := range size {
		cells[Key{Row: int8(i), Name: strconv.Itoa(i)}] = Padded{B: int64(i), I: true}
	}
	return cells
}
