package main

import (
	"strconv"
	"time"
)

// Nil against empty, as the guest makes them and as it sees them.

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
