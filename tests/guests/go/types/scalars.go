// An `Echo…` function returns its argument, `Make…` answers a fixed value, `Is…` compares its argument with that value,
// and `ViaHost…` passes its argument through a host function that answers it.
package main

import (
	"math"
)

func EchoBool(v bool) bool          { return v }
func EchoInt(v int) int             { return v }
func EchoInt8(v int8) int8          { return v }
func EchoInt16(v int16) int16       { return v }
func EchoInt32(v int32) int32       { return v }
func EchoInt64(v int64) int64       { return v }
func EchoUint(v uint) uint          { return v }
func EchoUint8(v uint8) uint8       { return v }
func EchoUint16(v uint16) uint16    { return v }
func EchoUint32(v uint32) uint32    { return v }
func EchoUint64(v uint64) uint64    { return v }
func EchoUintptr(v uintptr) uintptr { return v }
func EchoByte(v byte) byte          { return v }
func EchoRune(v rune) rune          { return v }
func EchoFloat32(v float32) float32 { return v }
func EchoFloat64(v float64) float64 { return v }
func EchoString(v string) string    { return v }

func MakeBool() bool       { return true }
func MakeInt() int         { return -2_000_000_001 }
func MakeInt8() int8       { return -8 }
func MakeInt16() int16     { return -1600 }
func MakeInt32() int32     { return -320_000 }
func MakeInt64() int64     { return math.MinInt64 }
func MakeUint() uint       { return 4_000_000_000 }
func MakeUint8() uint8     { return 200 }
func MakeUint16() uint16   { return 60_000 }
func MakeUint32() uint32   { return math.MaxUint32 }
func MakeUint64() uint64   { return math.MaxUint64 }
func MakeUintptr() uintptr { return 0xdead_beef }
func MakeByte() byte       { return 0xbe }
func MakeRune() rune       { return '😀' }
func MakeFloat32() float32 { return 0.1 }
func MakeFloat64() float64 { return -2.5e-300 }
func MakeString() string   { return "Zoë €😀\x00 <&>" }

func IsBool(v bool) bool       { return v == MakeBool() }
func IsInt(v int) bool         { return v == MakeInt() }
func IsInt8(v int8) bool       { return v == MakeInt8() }
func IsInt16(v int16) bool     { return v == MakeInt16() }
func IsInt32(v int32) bool     { return v == MakeInt32() }
func IsInt64(v int64) bool     { return v == MakeInt64() }
func IsUint(v uint) bool       { return v == MakeUint() }
func IsUint8(v uint8) bool     { return v == MakeUint8() }
func IsUint16(v uint16) bool   { return v == MakeUint16() }
func IsUint32(v uint32) bool   { return v == MakeUint32() }
func IsUint64(v uint64) bool   { return v == MakeUint64() }
func IsUintptr(v uintptr) bool { return v == MakeUintptr() }
func IsByte(v byte) bool       { return v == MakeByte() }
func IsRune(v rune) bool       { return v == MakeRune() }
func IsFloat32(v float32) bool { return v == MakeFloat32() }
func IsFloat64(v float64) bool { return v == MakeFloat64() }
func IsString(v string) bool   { return v == MakeString() }

// Floats that JSON cannot write, or that look like another one.

func NotANumber() float64       { return math.NaN() }
func Infinity() float32         { return float32(math.Inf(1)) }
func NegativeInfinity() float64 { return math.Inf(-1) }
func NegativeZero() float64     { return math.Copysign(0, -1) }

func IsNegativeZero(v float64) bool   { return v == 0 && math.Signbit(v) }
func IsNegativeZero32(v float32) bool { return v == 0 && math.Signbit(float64(v)) }

func SomeNaNs() []float64 { return []float64{1, math.NaN()} }

// Not UTF-8.
func InvalidText() string { return "a\xffb" }
