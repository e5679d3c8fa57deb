// Types that the metadata does not describe, or that cannot cross to the host. The functions that use the latter are
// to be left out; all others must work.
package main

import "fmt"

func Fine(v string) string { return v }

// Named types that are not structs: the metadata has their names, and not what they are.

type Color int

type Ratio float64

type Label string

type Labels []string

func EchoColor(v Color) Color { return v }

func EchoRatio(v Ratio) Ratio { return v }

func EchoLabel(v Label) Label { return v }

func EchoLabels(v Labels) Labels { return v }

// Structs without fields, or with fields that take no room.

type Empty struct{}

type WithEmpty struct {
	Nothing Empty
	Value   int32
}

func EchoEmpty(v Empty) Empty { return v }

func EchoWithEmpty(v WithEmpty) WithEmpty { return v }

func EchoNoItems(v [0]int32) [0]int32 { return v }

func OneThatCounts() (Empty, int32) { return Empty{}, 7 }

// Pointers to pointers, and struct keys.

type Key struct {
	Row    int32
	Column int32
}

func EchoPointerPointer(v **int) **int { return v }

func InnerNil() **int { return new(*int) }

func Cells() map[Key]string { return map[Key]string{{Row: 1, Column: 2}: "a cell"} }

// Kinds that no host can read.

func EchoAny(v any) any { return v }

func EchoUnnamed(v struct{ Text string }) string { return v.Text }

func EchoComplex(v complex128) complex128 { return v }

func EchoFunction(v func() string) string { return fmt.Sprint(v == nil) }

func MakeChannel() chan int { return make(chan int) }
