package main

import (
	"math"
	"reflect"
)

func EchoBoolPointer(v *bool) *bool                { return v }
func EchoIntPointer(v *int) *int                   { return v }
func EchoInt8Pointer(v *int8) *int8                { return v }
func EchoInt16Pointer(v *int16) *int16             { return v }
func EchoInt32Pointer(v *int32) *int32             { return v }
func EchoInt64Pointer(v *int64) *int64             { return v }
func EchoUintPointer(v *uint) *uint                { return v }
func EchoUint8Pointer(v *uint8) *uint8             { return v }
func EchoUint16Pointer(v *uint16) *uint16          { return v }
func EchoUint32Pointer(v *uint32) *uint32          { return v }
func EchoUint64Pointer(v *uint64) *uint64          { return v }
func EchoFloat32Pointer(v *float32) *float32       { return v }
func EchoFloat64Pointer(v *float64) *float64       { return v }
func EchoStringPointer(v *string) *string          { return v }
func EchoPointPointer(v *Point) *Point             { return v }
func EchoEventPointer(v *Event) *Event             { return v }
func EchoIntsPointer(v *[]int) *[]int              { return v }
func EchoBytesPointer(v *[]byte) *[]byte           { return v }
func EchoIntPointerPointer(v **int) **int          { return v }
func EchoStringPointerPointer(v **string) **string { return v }
func EchoPointPointerPointer(v **Point) **Point    { return v }
func EchoTripleIntPointer(v ***int) ***int         { return v }

func MakeBoolPointer() *bool             { return pointer(false) }
func MakeIntPointer() *int               { return pointer(-7) }
func MakeInt8Pointer() *int8             { return pointer(int8(-8)) }
func MakeInt16Pointer() *int16           { return pointer(int16(-1600)) }
func MakeInt32Pointer() *int32           { return pointer(int32(-320_000)) }
func MakeInt64Pointer() *int64           { return pointer(int64(math.MinInt64)) }
func MakeUintPointer() *uint             { return pointer(uint(4_000_000_000)) }
func MakeUint8Pointer() *uint8           { return pointer(uint8(200)) }
func MakeUint16Pointer() *uint16         { return pointer(uint16(60_000)) }
func MakeUint32Pointer() *uint32         { return pointer(uint32(math.MaxUint32)) }
func MakeUint64Pointer() *uint64         { return pointer(uint64(math.MaxUint64)) }
func MakeFloat32Pointer() *float32       { return pointer(float32(0.1)) }
func MakeFloat64Pointer() *float64       { return pointer(-2.5e-300) }
func MakeStringPointer() *string         { return pointer("€") }
func MakePointPointer() *Point           { return &Point{X: 1, Y: 2} }
func MakeEventPointer() *Event           { return pointer(MakeEvent()) }
func MakeIntsPointer() *[]int            { return &[]int{1, -2} }
func MakeBytesPointer() *[]byte          { return &[]byte{1, 2, 3} }
func MakeIntPointerPointer() **int       { return pointer(pointer(-7)) }
func MakeStringPointerPointer() **string { return pointer(pointer("deep")) }
func MakePointPointerPointer() **Point   { return pointer(&Point{X: 1, Y: 2}) }
func MakeTripleIntPointer() ***int       { return pointer(pointer(pointer(8))) }

func IsBoolPointer(v *bool) bool             { return reflect.DeepEqual(v, MakeBoolPointer()) }
func IsIntPointer(v *int) bool               { return reflect.DeepEqual(v, MakeIntPointer()) }
func IsInt8Pointer(v *int8) bool             { return reflect.DeepEqual(v, MakeInt8Pointer()) }
func IsInt16Pointer(v *int16) bool           { return reflect.DeepEqual(v, MakeInt16Pointer()) }
func IsInt32Pointer(v *int32) bool           { return reflect.DeepEqual(v, MakeInt32Pointer()) }
func IsInt64Pointer(v *int64) bool           { return reflect.DeepEqual(v, MakeInt64Pointer()) }
func IsUintPointer(v *uint) bool             { return reflect.DeepEqual(v, MakeUintPointer()) }
func IsUint8Pointer(v *uint8) bool           { return reflect.DeepEqual(v, MakeUint8Pointer()) }
func IsUint16Pointer(v *uint16) bool         { return reflect.DeepEqual(v, MakeUint16Pointer()) }
func IsUint32Pointer(v *uint32) bool         { return reflect.DeepEqual(v, MakeUint32Pointer()) }
func IsUint64Pointer(v *uint64) bool         { return reflect.DeepEqual(v, MakeUint64Pointer()) }
func IsFloat32Pointer(v *float32) bool       { return reflect.DeepEqual(v, MakeFloat32Pointer()) }
func IsFloat64Pointer(v *float64) bool       { return reflect.DeepEqual(v, MakeFloat64Pointer()) }
func IsStringPointer(v *string) bool         { return reflect.DeepEqual(v, MakeStringPointer()) }
func IsPointPointer(v *Point) bool           { return reflect.DeepEqual(v, MakePointPointer()) }
func IsEventPointer(v *Event) bool           { return reflect.DeepEqual(v, MakeEventPointer()) }
func IsIntsPointer(v *[]int) bool            { return reflect.DeepEqual(v, MakeIntsPointer()) }
func IsBytesPointer(v *[]byte) bool          { return reflect.DeepEqual(v, MakeBytesPointer()) }
func IsIntPointerPointer(v **int) bool       { return reflect.DeepEqual(v, MakeIntPointerPointer()) }
func IsStringPointerPointer(v **string) bool { return reflect.DeepEqual(v, MakeStringPointerPointer()) }
func IsPointPointerPointer(v **Point) bool   { return reflect.DeepEqual(v, MakePointPointerPointer()) }
func IsTripleIntPointer(v ***int) bool       { return reflect.DeepEqual(v, MakeTripleIntPointer()) }

func pointer[T any](v T) *T { return &v }

// The target of a pointer; nil has the zero value.
func target[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Pointers to nil.

func PointerToNil() **int           { return new(*int) }
func PointerToNilString() **string  { return new(*string) }
func PointerToNilMap() *map[int]int { return new(map[int]int) }
func PointersToNil() []**int        { return []**int{nil, new(*int), pointer(pointer(1))} }

// Each level of pointers as the guest sees it.
func DescribePointers(v **int) string {
	switch {
	case v == nil:
		return "nil"
	case *v == nil:
		return "pointer to nil"
	default:
		return "pointer to pointer"
	}
}

// One object behind two pointers.
func SharedPointers() []*Point {
	point := &Point{X: 1, Y: 2}
	return []*Point{point, point}
}
