package main

import (
	"unsafe"
)

//go:noescape
//go:wasmimport modus_test echoBoolPointer
func rawEchoBoolPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBoolPointer
func hostEchoBoolPointer(v *bool) *bool { return (*bool)(rawEchoBoolPointer(unsafe.Pointer(v))) }

func ViaHostBoolPointer(v *bool) *bool { return hostEchoBoolPointer(v) }

//go:noescape
//go:wasmimport modus_test echoIntPointer
func rawEchoIntPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntPointer
func hostEchoIntPointer(v *int) *int { return (*int)(rawEchoIntPointer(unsafe.Pointer(v))) }

func ViaHostIntPointer(v *int) *int { return hostEchoIntPointer(v) }

//go:noescape
//go:wasmimport modus_test echoInt8Pointer
func rawEchoInt8Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt8Pointer
func hostEchoInt8Pointer(v *int8) *int8 { return (*int8)(rawEchoInt8Pointer(unsafe.Pointer(v))) }

func ViaHostInt8Pointer(v *int8) *int8 { return hostEchoInt8Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoInt16Pointer
func rawEchoInt16Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt16Pointer
func hostEchoInt16Pointer(v *int16) *int16 { return (*int16)(rawEchoInt16Pointer(unsafe.Pointer(v))) }

func ViaHostInt16Pointer(v *int16) *int16 { return hostEchoInt16Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoInt32Pointer
func rawEchoInt32Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt32Pointer
func hostEchoInt32Pointer(v *int32) *int32 { return (*int32)(rawEchoInt32Pointer(unsafe.Pointer(v))) }

func ViaHostInt32Pointer(v *int32) *int32 { return hostEchoInt32Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoInt64Pointer
func rawEchoInt64Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt64Pointer
func hostEchoInt64Pointer(v *int64) *int64 { return (*int64)(rawEchoInt64Pointer(unsafe.Pointer(v))) }

func ViaHostInt64Pointer(v *int64) *int64 { return hostEchoInt64Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoUintPointer
func rawEchoUintPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUintPointer
func hostEchoUintPointer(v *uint) *uint { return (*uint)(rawEchoUintPointer(unsafe.Pointer(v))) }

func ViaHostUintPointer(v *uint) *uint { return hostEchoUintPointer(v) }

//go:noescape
//go:wasmimport modus_test echoUint8Pointer
func rawEchoUint8Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint8Pointer
func hostEchoUint8Pointer(v *uint8) *uint8 { return (*uint8)(rawEchoUint8Pointer(unsafe.Pointer(v))) }

func ViaHostUint8Pointer(v *uint8) *uint8 { return hostEchoUint8Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoUint16Pointer
func rawEchoUint16Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint16Pointer
func hostEchoUint16Pointer(v *uint16) *uint16 {
	return (*uint16)(rawEchoUint16Pointer(unsafe.Pointer(v)))
}

func ViaHostUint16Pointer(v *uint16) *uint16 { return hostEchoUint16Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoUint32Pointer
func rawEchoUint32Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint32Pointer
func hostEchoUint32Pointer(v *uint32) *uint32 {
	return (*uint32)(rawEchoUint32Pointer(unsafe.Pointer(v)))
}

func ViaHostUint32Pointer(v *uint32) *uint32 { return hostEchoUint32Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoUint64Pointer
func rawEchoUint64Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint64Pointer
func hostEchoUint64Pointer(v *uint64) *uint64 {
	return (*uint64)(rawEchoUint64Pointer(unsafe.Pointer(v)))
}

func ViaHostUint64Pointer(v *uint64) *uint64 { return hostEchoUint64Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoFloat32Pointer
func rawEchoFloat32Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoFloat32Pointer
func hostEchoFloat32Pointer(v *float32) *float32 {
	return (*float32)(rawEchoFloat32Pointer(unsafe.Pointer(v)))
}

func ViaHostFloat32Pointer(v *float32) *float32 { return hostEchoFloat32Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoFloat64Pointer
func rawEchoFloat64Pointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoFloat64Pointer
func hostEchoFloat64Pointer(v *float64) *float64 {
	return (*float64)(rawEchoFloat64Pointer(unsafe.Pointer(v)))
}

func ViaHostFloat64Pointer(v *float64) *float64 { return hostEchoFloat64Pointer(v) }

//go:noescape
//go:wasmimport modus_test echoStringPointer
func rawEchoStringPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringPointer
func hostEchoStringPointer(v *string) *string {
	return (*string)(rawEchoStringPointer(unsafe.Pointer(v)))
}

func ViaHostStringPointer(v *string) *string { return hostEchoStringPointer(v) }

//go:noescape
//go:wasmimport modus_test echoPointPointer
func rawEchoPointPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointPointer
func hostEchoPointPointer(v *Point) *Point { return (*Point)(rawEchoPointPointer(unsafe.Pointer(v))) }

func ViaHostPointPointer(v *Point) *Point { return hostEchoPointPointer(v) }

//go:noescape
//go:wasmimport modus_test echoEventPointer
func rawEchoEventPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoEventPointer
func hostEchoEventPointer(v *Event) *Event { return (*Event)(rawEchoEventPointer(unsafe.Pointer(v))) }

func ViaHostEventPointer(v *Event) *Event { return hostEchoEventPointer(v) }

//go:noescape
//go:wasmimport modus_test echoIntsPointer
func rawEchoIntsPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntsPointer
func hostEchoIntsPointer(v *[]int) *[]int { return (*[]int)(rawEchoIntsPointer(unsafe.Pointer(v))) }

func ViaHostIntsPointer(v *[]int) *[]int { return hostEchoIntsPointer(v) }

//go:noescape
//go:wasmimport modus_test echoBytesPointer
func rawEchoBytesPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBytesPointer
func hostEchoBytesPointer(v *[]byte) *[]byte {
	return (*[]byte)(rawEchoBytesPointer(unsafe.Pointer(v)))
}

func ViaHostBytesPointer(v *[]byte) *[]byte { return hostEchoBytesPointer(v) }

//go:noescape
//go:wasmimport modus_test echoIntPointerPointer
func rawEchoIntPointerPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntPointerPointer
func hostEchoIntPointerPointer(v **int) **int {
	return (**int)(rawEchoIntPointerPointer(unsafe.Pointer(v)))
}

func ViaHostIntPointerPointer(v **int) **int { return hostEchoIntPointerPointer(v) }

//go:noescape
//go:wasmimport modus_test echoStringPointerPointer
func rawEchoStringPointerPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringPointerPointer
func hostEchoStringPointerPointer(v **string) **string {
	return (**string)(rawEchoStringPointerPointer(unsafe.Pointer(v)))
}

func ViaHostStringPointerPointer(v **string) **string { return hostEchoStringPointerPointer(v) }

//go:noescape
//go:wasmimport modus_test echoPointPointerPointer
func rawEchoPointPointerPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointPointerPointer
func hostEchoPointPointerPointer(v **Point) **Point {
	return (**Point)(rawEchoPointPointerPointer(unsafe.Pointer(v)))
}

func ViaHostPointPointerPointer(v **Point) **Point { return hostEchoPointPointerPointer(v) }

//go:noescape
//go:wasmimport modus_test echoTripleIntPointer
func rawEchoTripleIntPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTripleIntPointer
func hostEchoTripleIntPointer(v ***int) ***int {
	return (***int)(rawEchoTripleIntPointer(unsafe.Pointer(v)))
}

func ViaHostTripleIntPointer(v ***int) ***int { return hostEchoTripleIntPointer(v) }
