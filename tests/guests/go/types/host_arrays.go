package main

import (
	"unsafe"
)

//go:noescape
//go:wasmimport modus_test echoInt32Array
func rawEchoInt32Array(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt32Array
func hostEchoInt32Array(v *[3]int32) *[3]int32 {
	return (*[3]int32)(rawEchoInt32Array(unsafe.Pointer(v)))
}

func ViaHostInt32Array(v [3]int32) [3]int32 { return target(hostEchoInt32Array(&v)) }

//go:noescape
//go:wasmimport modus_test echoIntArray
func rawEchoIntArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntArray
func hostEchoIntArray(v *[3]int) *[3]int { return (*[3]int)(rawEchoIntArray(unsafe.Pointer(v))) }

func ViaHostIntArray(v [3]int) [3]int { return target(hostEchoIntArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoByteArray
func rawEchoByteArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoByteArray
func hostEchoByteArray(v *[4]byte) *[4]byte { return (*[4]byte)(rawEchoByteArray(unsafe.Pointer(v))) }

func ViaHostByteArray(v [4]byte) [4]byte { return target(hostEchoByteArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint8Array
func rawEchoUint8Array(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint8Array
func hostEchoUint8Array(v *[2]uint8) *[2]uint8 {
	return (*[2]uint8)(rawEchoUint8Array(unsafe.Pointer(v)))
}

func ViaHostUint8Array(v [2]uint8) [2]uint8 { return target(hostEchoUint8Array(&v)) }

//go:noescape
//go:wasmimport modus_test echoBoolArray
func rawEchoBoolArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBoolArray
func hostEchoBoolArray(v *[3]bool) *[3]bool { return (*[3]bool)(rawEchoBoolArray(unsafe.Pointer(v))) }

func ViaHostBoolArray(v [3]bool) [3]bool { return target(hostEchoBoolArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt64Array
func rawEchoInt64Array(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt64Array
func hostEchoInt64Array(v *[2]int64) *[2]int64 {
	return (*[2]int64)(rawEchoInt64Array(unsafe.Pointer(v)))
}

func ViaHostInt64Array(v [2]int64) [2]int64 { return target(hostEchoInt64Array(&v)) }

//go:noescape
//go:wasmimport modus_test echoFloat64Array
func rawEchoFloat64Array(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoFloat64Array
func hostEchoFloat64Array(v *[2]float64) *[2]float64 {
	return (*[2]float64)(rawEchoFloat64Array(unsafe.Pointer(v)))
}

func ViaHostFloat64Array(v [2]float64) [2]float64 { return target(hostEchoFloat64Array(&v)) }

//go:noescape
//go:wasmimport modus_test echoStringArray
func rawEchoStringArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringArray
func hostEchoStringArray(v *[2]string) *[2]string {
	return (*[2]string)(rawEchoStringArray(unsafe.Pointer(v)))
}

func ViaHostStringArray(v [2]string) [2]string { return target(hostEchoStringArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoPointArray
func rawEchoPointArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointArray
func hostEchoPointArray(v *[2]Point) *[2]Point {
	return (*[2]Point)(rawEchoPointArray(unsafe.Pointer(v)))
}

func ViaHostPointArray(v [2]Point) [2]Point { return target(hostEchoPointArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoPaddedArray
func rawEchoPaddedArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPaddedArray
func hostEchoPaddedArray(v *[2]Padded) *[2]Padded {
	return (*[2]Padded)(rawEchoPaddedArray(unsafe.Pointer(v)))
}

func ViaHostPaddedArray(v [2]Padded) [2]Padded { return target(hostEchoPaddedArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoPointerArray
func rawEchoPointerArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointerArray
func hostEchoPointerArray(v *[2]*string) *[2]*string {
	return (*[2]*string)(rawEchoPointerArray(unsafe.Pointer(v)))
}

func ViaHostPointerArray(v [2]*string) [2]*string { return target(hostEchoPointerArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoArrays
func rawEchoArrays(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoArrays
func hostEchoArrays(v *[2][3]int8) *[2][3]int8 {
	return (*[2][3]int8)(rawEchoArrays(unsafe.Pointer(v)))
}

func ViaHostArrays(v [2][3]int8) [2][3]int8 { return target(hostEchoArrays(&v)) }

//go:noescape
//go:wasmimport modus_test echoSliceArray
func rawEchoSliceArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoSliceArray
func hostEchoSliceArray(v *[2][]int16) *[2][]int16 {
	return (*[2][]int16)(rawEchoSliceArray(unsafe.Pointer(v)))
}

func ViaHostSliceArray(v [2][]int16) [2][]int16 { return target(hostEchoSliceArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoMapArray
func rawEchoMapArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoMapArray
func hostEchoMapArray(v *[2]map[string]int) *[2]map[string]int {
	return (*[2]map[string]int)(rawEchoMapArray(unsafe.Pointer(v)))
}

func ViaHostMapArray(v [2]map[string]int) [2]map[string]int { return target(hostEchoMapArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoArraySlice
func rawEchoArraySlice(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoArraySlice
func hostEchoArraySlice(v *[][2]float64) *[][2]float64 {
	return (*[][2]float64)(rawEchoArraySlice(unsafe.Pointer(v)))
}

func ViaHostArraySlice(v [][2]float64) [][2]float64 { return target(hostEchoArraySlice(&v)) }

//go:noescape
//go:wasmimport modus_test echoLoneFloat
func rawEchoLoneFloat(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoLoneFloat
func hostEchoLoneFloat(v *[1]float32) *[1]float32 {
	return (*[1]float32)(rawEchoLoneFloat(unsafe.Pointer(v)))
}

func ViaHostLoneFloat(v [1]float32) [1]float32 { return target(hostEchoLoneFloat(&v)) }

//go:noescape
//go:wasmimport modus_test echoLoneString
func rawEchoLoneString(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoLoneString
func hostEchoLoneString(v *[1]string) *[1]string {
	return (*[1]string)(rawEchoLoneString(unsafe.Pointer(v)))
}

func ViaHostLoneString(v [1]string) [1]string { return target(hostEchoLoneString(&v)) }

//go:noescape
//go:wasmimport modus_test echoNoItems
func rawEchoNoItems(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoNoItems
func hostEchoNoItems(v *[0]int32) *[0]int32 { return (*[0]int32)(rawEchoNoItems(unsafe.Pointer(v))) }

func ViaHostNoItems(v [0]int32) [0]int32 { return target(hostEchoNoItems(&v)) }

//go:noescape
//go:wasmimport modus_test echoIntArrayPointer
func rawEchoIntArrayPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntArrayPointer
func hostEchoIntArrayPointer(v *[3]int) *[3]int {
	return (*[3]int)(rawEchoIntArrayPointer(unsafe.Pointer(v)))
}

func ViaHostIntArrayPointer(v *[3]int) *[3]int { return hostEchoIntArrayPointer(v) }

//go:noescape
//go:wasmimport modus_test echoByteArraySlice
func rawEchoByteArraySlice(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoByteArraySlice
func hostEchoByteArraySlice(v *[][4]byte) *[][4]byte {
	return (*[][4]byte)(rawEchoByteArraySlice(unsafe.Pointer(v)))
}

func ViaHostByteArraySlice(v [][4]byte) [][4]byte { return target(hostEchoByteArraySlice(&v)) }
