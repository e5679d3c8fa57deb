package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

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

// --- the worked example of `abi-go` section 15 ---

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

// --- result blocks with holes ---

func NarrowResults(v int8) (a int8, b uint16, c int8, d int64, e uint8, f float32) {
	return v, 65535, v + v, -1, 255, 0.5
}

func TimeResults(v time.Time) (early bool, at time.Time, late bool, again time.Time, took time.Duration) {
	return true, v, true, v, -1
}

func CompositeResults() (one uint8, texts []string, counts map[string]int, bytes []byte, point *Point, two uint8) {
	return 1, []string{"a"}, map[string]int{"n": 1}, []byte{1, 2}, &Point{X: 1, Y: 2}, 2
}

func NilResults() (texts []string, counts map[string]int, point *Point, text *string) { return }

func NothingAndOne() (nothing [0]int32, one int32) { return nothing, -1 }

func TwoStructs() (a Padded, b Value) { return MakePadded(), MakeValue() }

func FailLate(v int) (text string, point *Point, err error) {
	if v < 0 {
		return "ignored", nil, errors.New("below zero")
	}
	return strconv.Itoa(v), &Point{X: float64(v)}, nil
}
