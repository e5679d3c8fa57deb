package main

import (
	"unsafe"
)

//go:noescape
//go:wasmimport modus_test echoBools
func rawEchoBools(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBools
func hostEchoBools(v *[]bool) *[]bool { return (*[]bool)(rawEchoBools(unsafe.Pointer(v))) }

func ViaHostBools(v []bool) []bool { return target(hostEchoBools(&v)) }

//go:noescape
//go:wasmimport modus_test echoInts
func rawEchoInts(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInts
func hostEchoInts(v *[]int) *[]int { return (*[]int)(rawEchoInts(unsafe.Pointer(v))) }

func ViaHostInts(v []int) []int { return target(hostEchoInts(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt8s
func rawEchoInt8s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt8s
func hostEchoInt8s(v *[]int8) *[]int8 { return (*[]int8)(rawEchoInt8s(unsafe.Pointer(v))) }

func ViaHostInt8s(v []int8) []int8 { return target(hostEchoInt8s(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt16s
func rawEchoInt16s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt16s
func hostEchoInt16s(v *[]int16) *[]int16 { return (*[]int16)(rawEchoInt16s(unsafe.Pointer(v))) }

func ViaHostInt16s(v []int16) []int16 { return target(hostEchoInt16s(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt32s
func rawEchoInt32s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt32s
func hostEchoInt32s(v *[]int32) *[]int32 { return (*[]int32)(rawEchoInt32s(unsafe.Pointer(v))) }

func ViaHostInt32s(v []int32) []int32 { return target(hostEchoInt32s(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt64s
func rawEchoInt64s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt64s
func hostEchoInt64s(v *[]int64) *[]int64 { return (*[]int64)(rawEchoInt64s(unsafe.Pointer(v))) }

func ViaHostInt64s(v []int64) []int64 { return target(hostEchoInt64s(&v)) }

//go:noescape
//go:wasmimport modus_test echoUints
func rawEchoUints(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUints
func hostEchoUints(v *[]uint) *[]uint { return (*[]uint)(rawEchoUints(unsafe.Pointer(v))) }

func ViaHostUints(v []uint) []uint { return target(hostEchoUints(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint8s
func rawEchoUint8s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint8s
func hostEchoUint8s(v *[]uint8) *[]uint8 { return (*[]uint8)(rawEchoUint8s(unsafe.Pointer(v))) }

func ViaHostUint8s(v []uint8) []uint8 { return target(hostEchoUint8s(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint16s
func rawEchoUint16s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint16s
func hostEchoUint16s(v *[]uint16) *[]uint16 { return (*[]uint16)(rawEchoUint16s(unsafe.Pointer(v))) }

func ViaHostUint16s(v []uint16) []uint16 { return target(hostEchoUint16s(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint32s
func rawEchoUint32s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint32s
func hostEchoUint32s(v *[]uint32) *[]uint32 { return (*[]uint32)(rawEchoUint32s(unsafe.Pointer(v))) }

func ViaHostUint32s(v []uint32) []uint32 { return target(hostEchoUint32s(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint64s
func rawEchoUint64s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint64s
func hostEchoUint64s(v *[]uint64) *[]uint64 { return (*[]uint64)(rawEchoUint64s(unsafe.Pointer(v))) }

func ViaHostUint64s(v []uint64) []uint64 { return target(hostEchoUint64s(&v)) }

//go:noescape
//go:wasmimport modus_test echoBytes
func rawEchoBytes(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBytes
func hostEchoBytes(v *[]byte) *[]byte { return (*[]byte)(rawEchoBytes(unsafe.Pointer(v))) }

func ViaHostBytes(v []byte) []byte { return target(hostEchoBytes(&v)) }

//go:noescape
//go:wasmimport modus_test echoRunes
func rawEchoRunes(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoRunes
func hostEchoRunes(v *[]rune) *[]rune { return (*[]rune)(rawEchoRunes(unsafe.Pointer(v))) }

func ViaHostRunes(v []rune) []rune { return target(hostEchoRunes(&v)) }

//go:noescape
//go:wasmimport modus_test echoFloat32s
func rawEchoFloat32s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoFloat32s
func hostEchoFloat32s(v *[]float32) *[]float32 {
	return (*[]float32)(rawEchoFloat32s(unsafe.Pointer(v)))
}

func ViaHostFloat32s(v []float32) []float32 { return target(hostEchoFloat32s(&v)) }

//go:noescape
//go:wasmimport modus_test echoFloat64s
func rawEchoFloat64s(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoFloat64s
func hostEchoFloat64s(v *[]float64) *[]float64 {
	return (*[]float64)(rawEchoFloat64s(unsafe.Pointer(v)))
}

func ViaHostFloat64s(v []float64) []float64 { return target(hostEchoFloat64s(&v)) }

//go:noescape
//go:wasmimport modus_test echoStrings
func rawEchoStrings(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStrings
func hostEchoStrings(v *[]string) *[]string { return (*[]string)(rawEchoStrings(unsafe.Pointer(v))) }

func ViaHostStrings(v []string) []string { return target(hostEchoStrings(&v)) }

//go:noescape
//go:wasmimport modus_test echoIntTable
func rawEchoIntTable(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntTable
func hostEchoIntTable(v *[][]int) *[][]int { return (*[][]int)(rawEchoIntTable(unsafe.Pointer(v))) }

func ViaHostIntTable(v [][]int) [][]int { return target(hostEchoIntTable(&v)) }

//go:noescape
//go:wasmimport modus_test echoStringTable
func rawEchoStringTable(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringTable
func hostEchoStringTable(v *[][]string) *[][]string {
	return (*[][]string)(rawEchoStringTable(unsafe.Pointer(v)))
}

func ViaHostStringTable(v [][]string) [][]string { return target(hostEchoStringTable(&v)) }

//go:noescape
//go:wasmimport modus_test echoBytesList
func rawEchoBytesList(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBytesList
func hostEchoBytesList(v *[][]byte) *[][]byte {
	return (*[][]byte)(rawEchoBytesList(unsafe.Pointer(v)))
}

func ViaHostBytesList(v [][]byte) [][]byte { return target(hostEchoBytesList(&v)) }

//go:noescape
//go:wasmimport modus_test echoPoints
func rawEchoPoints(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPoints
func hostEchoPoints(v *[]Point) *[]Point { return (*[]Point)(rawEchoPoints(unsafe.Pointer(v))) }

func ViaHostPoints(v []Point) []Point { return target(hostEchoPoints(&v)) }

//go:noescape
//go:wasmimport modus_test echoCube
func rawEchoCube(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoCube
func hostEchoCube(v *[][][]int8) *[][][]int8 { return (*[][][]int8)(rawEchoCube(unsafe.Pointer(v))) }

func ViaHostCube(v [][][]int8) [][][]int8 { return target(hostEchoCube(&v)) }

//go:noescape
//go:wasmimport modus_test echoStringPointers
func rawEchoStringPointers(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringPointers
func hostEchoStringPointers(v *[]*string) *[]*string {
	return (*[]*string)(rawEchoStringPointers(unsafe.Pointer(v)))
}

func ViaHostStringPointers(v []*string) []*string { return target(hostEchoStringPointers(&v)) }

//go:noescape
//go:wasmimport modus_test echoIntPointers
func rawEchoIntPointers(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntPointers
func hostEchoIntPointers(v *[]*int) *[]*int { return (*[]*int)(rawEchoIntPointers(unsafe.Pointer(v))) }

func ViaHostIntPointers(v []*int) []*int { return target(hostEchoIntPointers(&v)) }

//go:noescape
//go:wasmimport modus_test echoPointPointers
func rawEchoPointPointers(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointPointers
func hostEchoPointPointers(v *[]*Point) *[]*Point {
	return (*[]*Point)(rawEchoPointPointers(unsafe.Pointer(v)))
}

func ViaHostPointPointers(v []*Point) []*Point { return target(hostEchoPointPointers(&v)) }

//go:noescape
//go:wasmimport modus_test echoSlicePointers
func rawEchoSlicePointers(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoSlicePointers
func hostEchoSlicePointers(v *[]*[]int) *[]*[]int {
	return (*[]*[]int)(rawEchoSlicePointers(unsafe.Pointer(v)))
}

func ViaHostSlicePointers(v []*[]int) []*[]int { return target(hostEchoSlicePointers(&v)) }
