package main

import (
	"math"
	"reflect"
)

// --- slices ---

func EchoBools(v []bool) []bool                { return v }
func EchoInts(v []int) []int                   { return v }
func EchoInt8s(v []int8) []int8                { return v }
func EchoInt16s(v []int16) []int16             { return v }
func EchoInt32s(v []int32) []int32             { return v }
func EchoInt64s(v []int64) []int64             { return v }
func EchoUints(v []uint) []uint                { return v }
func EchoUint8s(v []uint8) []uint8             { return v }
func EchoUint16s(v []uint16) []uint16          { return v }
func EchoUint32s(v []uint32) []uint32          { return v }
func EchoUint64s(v []uint64) []uint64          { return v }
func EchoBytes(v []byte) []byte                { return v }
func EchoRunes(v []rune) []rune                { return v }
func EchoFloat32s(v []float32) []float32       { return v }
func EchoFloat64s(v []float64) []float64       { return v }
func EchoStrings(v []string) []string          { return v }
func EchoIntTable(v [][]int) [][]int           { return v }
func EchoStringTable(v [][]string) [][]string  { return v }
func EchoBytesList(v [][]byte) [][]byte        { return v }
func EchoPoints(v []Point) []Point             { return v }
func EchoCube(v [][][]int8) [][][]int8         { return v }
func EchoStringPointers(v []*string) []*string { return v }
func EchoIntPointers(v []*int) []*int          { return v }
func EchoPointPointers(v []*Point) []*Point    { return v }
func EchoSlicePointers(v []*[]int) []*[]int    { return v }

func MakeBools() []bool             { return []bool{true, false, true} }
func MakeInts() []int               { return []int{1, -2, math.MaxInt32, math.MinInt32} }
func MakeInt8s() []int8             { return []int8{-128, 127} }
func MakeInt16s() []int16           { return []int16{-32768, 32767} }
func MakeInt32s() []int32           { return []int32{-1, 0, 1} }
func MakeInt64s() []int64           { return []int64{math.MinInt64, math.MaxInt64} }
func MakeUints() []uint             { return []uint{0, math.MaxUint32} }
func MakeUint8s() []uint8           { return []uint8{0, 127, 255} }
func MakeUint16s() []uint16         { return []uint16{0, 65535} }
func MakeUint32s() []uint32         { return []uint32{0, math.MaxUint32} }
func MakeUint64s() []uint64         { return []uint64{0, math.MaxUint64} }
func MakeBytes() []byte             { return []byte("bytes\x00\xff") }
func MakeRunes() []rune             { return []rune("aé😀") }
func MakeFloat32s() []float32       { return []float32{0.1, -1.5} }
func MakeFloat64s() []float64       { return []float64{0.1, -2.5e-300} }
func MakeStrings() []string         { return []string{"", "b", "€😀"} }
func MakeIntTable() [][]int         { return [][]int{nil, {}, {1}, {2, -3}} }
func MakeStringTable() [][]string   { return [][]string{{"a"}, {"", "b"}} }
func MakeBytesList() [][]byte       { return [][]byte{{}, {1, 2}} }
func MakePoints() []Point           { return []Point{{X: 1, Y: -2}, {X: 0.5}} }
func MakeCube() [][][]int8          { return [][][]int8{{{1, -2}, {}}, nil} }
func MakeStringPointers() []*string { return []*string{pointer("a"), nil, pointer("")} }
func MakeIntPointers() []*int       { return []*int{pointer(-1), nil} }
func MakePointPointers() []*Point   { return []*Point{{X: 1, Y: 2}, nil} }
func MakeSlicePointers() []*[]int   { return []*[]int{{1, 2}, nil} }

func IsBools(v []bool) bool             { return reflect.DeepEqual(v, MakeBools()) }
func IsInts(v []int) bool               { return reflect.DeepEqual(v, MakeInts()) }
func IsInt8s(v []int8) bool             { return reflect.DeepEqual(v, MakeInt8s()) }
func IsInt16s(v []int16) bool           { return reflect.DeepEqual(v, MakeInt16s()) }
func IsInt32s(v []int32) bool           { return reflect.DeepEqual(v, MakeInt32s()) }
func IsInt64s(v []int64) bool           { return reflect.DeepEqual(v, MakeInt64s()) }
func IsUints(v []uint) bool             { return reflect.DeepEqual(v, MakeUints()) }
func IsUint8s(v []uint8) bool           { return reflect.DeepEqual(v, MakeUint8s()) }
func IsUint16s(v []uint16) bool         { return reflect.DeepEqual(v, MakeUint16s()) }
func IsUint32s(v []uint32) bool         { return reflect.DeepEqual(v, MakeUint32s()) }
func IsUint64s(v []uint64) bool         { return reflect.DeepEqual(v, MakeUint64s()) }
func IsBytes(v []byte) bool             { return reflect.DeepEqual(v, MakeBytes()) }
func IsRunes(v []rune) bool             { return reflect.DeepEqual(v, MakeRunes()) }
func IsFloat32s(v []float32) bool       { return reflect.DeepEqual(v, MakeFloat32s()) }
func IsFloat64s(v []float64) bool       { return reflect.DeepEqual(v, MakeFloat64s()) }
func IsStrings(v []string) bool         { return reflect.DeepEqual(v, MakeStrings()) }
func IsIntTable(v [][]int) bool         { return reflect.DeepEqual(v, MakeIntTable()) }
func IsStringTable(v [][]string) bool   { return reflect.DeepEqual(v, MakeStringTable()) }
func IsBytesList(v [][]byte) bool       { return reflect.DeepEqual(v, MakeBytesList()) }
func IsPoints(v []Point) bool           { return reflect.DeepEqual(v, MakePoints()) }
func IsCube(v [][][]int8) bool          { return reflect.DeepEqual(v, MakeCube()) }
func IsStringPointers(v []*string) bool { return reflect.DeepEqual(v, MakeStringPointers()) }
func IsIntPointers(v []*int) bool       { return reflect.DeepEqual(v, MakeIntPointers()) }
func IsPointPointers(v []*Point) bool   { return reflect.DeepEqual(v, MakePointPointers()) }
func IsSlicePointers(v []*[]int) bool   { return reflect.DeepEqual(v, MakeSlicePointers()) }

// --- arrays ---

func EchoInt32Array(v [3]int32) [3]int32                 { return v }
func EchoIntArray(v [3]int) [3]int                       { return v }
func EchoByteArray(v [4]byte) [4]byte                    { return v }
func EchoUint8Array(v [2]uint8) [2]uint8                 { return v }
func EchoBoolArray(v [3]bool) [3]bool                    { return v }
func EchoInt64Array(v [2]int64) [2]int64                 { return v }
func EchoFloat64Array(v [2]float64) [2]float64           { return v }
func EchoStringArray(v [2]string) [2]string              { return v }
func EchoPointArray(v [2]Point) [2]Point                 { return v }
func EchoPaddedArray(v [2]Padded) [2]Padded              { return v }
func EchoPointerArray(v [2]*string) [2]*string           { return v }
func EchoArrays(v [2][3]int8) [2][3]int8                 { return v }
func EchoSliceArray(v [2][]int16) [2][]int16             { return v }
func EchoMapArray(v [2]map[string]int) [2]map[string]int { return v }
func EchoArraySlice(v [][2]float64) [][2]float64         { return v }
func EchoLoneFloat(v [1]float32) [1]float32              { return v }
func EchoLoneString(v [1]string) [1]string               { return v }
func EchoNoItems(v [0]int32) [0]int32                    { return v }
func EchoIntArrayPointer(v *[3]int) *[3]int              { return v }
func EchoByteArraySlice(v [][4]byte) [][4]byte           { return v }

func MakeInt32Array() [3]int32        { return [3]int32{1, -2, 3} }
func MakeIntArray() [3]int            { return [3]int{-1, 0, 1} }
func MakeByteArray() [4]byte          { return [4]byte{0, 1, 2, 255} }
func MakeUint8Array() [2]uint8        { return [2]uint8{254, 255} }
func MakeBoolArray() [3]bool          { return [3]bool{true, false, true} }
func MakeInt64Array() [2]int64        { return [2]int64{math.MinInt64, math.MaxInt64} }
func MakeFloat64Array() [2]float64    { return [2]float64{0.1, -2.5e-300} }
func MakeStringArray() [2]string      { return [2]string{"", "€"} }
func MakePointArray() [2]Point        { return [2]Point{{X: 1, Y: 2}, {X: -1}} }
func MakePaddedArray() [2]Padded      { return [2]Padded{MakePadded(), {B: -1, I: true}} }
func MakePointerArray() [2]*string    { return [2]*string{nil, pointer("second")} }
func MakeArrays() [2][3]int8          { return [2][3]int8{{1, 2, 3}, {-4, 5, -6}} }
func MakeSliceArray() [2][]int16      { return [2][]int16{{-1, 2}, nil} }
func MakeMapArray() [2]map[string]int { return [2]map[string]int{{"a": 1}, {"b": -2, "c": 3}} }
func MakeArraySlice() [][2]float64    { return [][2]float64{{1, 2}, {-3, 0.5}} }
func MakeLoneFloat() [1]float32       { return [1]float32{0.1} }
func MakeLoneString() [1]string       { return [1]string{"one"} }
func MakeNoItems() [0]int32           { return [0]int32{} }
func MakeIntArrayPointer() *[3]int    { return &[3]int{1, -2, 3} }
func MakeByteArraySlice() [][4]byte   { return [][4]byte{{1, 2, 3, 4}, {}} }

func IsInt32Array(v [3]int32) bool        { return v == MakeInt32Array() }
func IsIntArray(v [3]int) bool            { return v == MakeIntArray() }
func IsByteArray(v [4]byte) bool          { return v == MakeByteArray() }
func IsUint8Array(v [2]uint8) bool        { return v == MakeUint8Array() }
func IsBoolArray(v [3]bool) bool          { return v == MakeBoolArray() }
func IsInt64Array(v [2]int64) bool        { return v == MakeInt64Array() }
func IsFloat64Array(v [2]float64) bool    { return v == MakeFloat64Array() }
func IsStringArray(v [2]string) bool      { return v == MakeStringArray() }
func IsPointArray(v [2]Point) bool        { return v == MakePointArray() }
func IsPaddedArray(v [2]Padded) bool      { return v == MakePaddedArray() }
func IsPointerArray(v [2]*string) bool    { return reflect.DeepEqual(v, MakePointerArray()) }
func IsArrays(v [2][3]int8) bool          { return v == MakeArrays() }
func IsSliceArray(v [2][]int16) bool      { return reflect.DeepEqual(v, MakeSliceArray()) }
func IsMapArray(v [2]map[string]int) bool { return reflect.DeepEqual(v, MakeMapArray()) }
func IsArraySlice(v [][2]float64) bool    { return reflect.DeepEqual(v, MakeArraySlice()) }
func IsLoneFloat(v [1]float32) bool       { return v == MakeLoneFloat() }
func IsLoneString(v [1]string) bool       { return v == MakeLoneString() }
func IsNoItems(v [0]int32) bool           { return v == MakeNoItems() }
func IsIntArrayPointer(v *[3]int) bool    { return reflect.DeepEqual(v, MakeIntArrayPointer()) }
func IsByteArraySlice(v [][4]byte) bool   { return reflect.DeepEqual(v, MakeByteArraySlice()) }

// A slice of the host's making grows as any other.
func AppendInt(v []int, item int) []int { return append(v, item) }

func AppendString(v []string, item string) []string { return append(v, item) }

// Begins and ends inside its array.
func Resliced() []int16 { return []int16{1, 2, 3, 4, 5}[1:3] }
