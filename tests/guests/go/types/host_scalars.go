package main

import (
	"unsafe"
)

//go:noescape
//go:wasmimport modus_test echoBool
func hostEchoBool(v bool) bool

func ViaHostBool(v bool) bool { return hostEchoBool(v) }

//go:noescape
//go:wasmimport modus_test echoInt
func rawEchoInt(v int32) int32

//modus:import modus_test echoInt
func hostEchoInt(v int) int { return int(rawEchoInt(int32(v))) }

func ViaHostInt(v int) int { return hostEchoInt(v) }

//go:noescape
//go:wasmimport modus_test echoInt8
func rawEchoInt8(v int32) int32

//modus:import modus_test echoInt8
func hostEchoInt8(v int8) int8 { return int8(rawEchoInt8(int32(v))) }

func ViaHostInt8(v int8) int8 { return hostEchoInt8(v) }

//go:noescape
//go:wasmimport modus_test echoInt16
func rawEchoInt16(v int32) int32

//modus:import modus_test echoInt16
func hostEchoInt16(v int16) int16 { return int16(rawEchoInt16(int32(v))) }

func ViaHostInt16(v int16) int16 { return hostEchoInt16(v) }

//go:noescape
//go:wasmimport modus_test echoInt32
func hostEchoInt32(v int32) int32

func ViaHostInt32(v int32) int32 { return hostEchoInt32(v) }

//go:noescape
//go:wasmimport modus_test echoInt64
func hostEchoInt64(v int64) int64

func ViaHostInt64(v int64) int64 { return hostEchoInt64(v) }

//go:noescape
//go:wasmimport modus_test echoUint
func rawEchoUint(v uint32) uint32

//modus:import modus_test echoUint
func hostEchoUint(v uint) uint { return uint(rawEchoUint(uint32(v))) }

func ViaHostUint(v uint) uint { return hostEchoUint(v) }

//go:noescape
//go:wasmimport modus_test echoUint8
func rawEchoUint8(v uint32) uint32

//modus:import modus_test echoUint8
func hostEchoUint8(v uint8) uint8 { return uint8(rawEchoUint8(uint32(v))) }

func ViaHostUint8(v uint8) uint8 { return hostEchoUint8(v) }

//go:noescape
//go:wasmimport modus_test echoUint16
func rawEchoUint16(v uint32) uint32

//modus:import modus_test echoUint16
func hostEchoUint16(v uint16) uint16 { return uint16(rawEchoUint16(uint32(v))) }

func ViaHostUint16(v uint16) uint16 { return hostEchoUint16(v) }

//go:noescape
//go:wasmimport modus_test echoUint32
func hostEchoUint32(v uint32) uint32

func ViaHostUint32(v uint32) uint32 { return hostEchoUint32(v) }

//go:noescape
//go:wasmimport modus_test echoUint64
func hostEchoUint64(v uint64) uint64

func ViaHostUint64(v uint64) uint64 { return hostEchoUint64(v) }

//go:noescape
//go:wasmimport modus_test echoUintptr
func hostEchoUintptr(v uintptr) uintptr

func ViaHostUintptr(v uintptr) uintptr { return hostEchoUintptr(v) }

//go:noescape
//go:wasmimport modus_test echoByte
func rawEchoByte(v uint32) uint32

//modus:import modus_test echoByte
func hostEchoByte(v byte) byte { return byte(rawEchoByte(uint32(v))) }

func ViaHostByte(v byte) byte { return hostEchoByte(v) }

//go:noescape
//go:wasmimport modus_test echoRune
func hostEchoRune(v rune) rune

func ViaHostRune(v rune) rune { return hostEchoRune(v) }

//go:noescape
//go:wasmimport modus_test echoFloat32
func hostEchoFloat32(v float32) float32

func ViaHostFloat32(v float32) float32 { return hostEchoFloat32(v) }

//go:noescape
//go:wasmimport modus_test echoFloat64
func hostEchoFloat64(v float64) float64

func ViaHostFloat64(v float64) float64 { return hostEchoFloat64(v) }

//go:noescape
//go:wasmimport modus_test echoString
func rawEchoString(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoString
func hostEchoString(v *string) *string { return (*string)(rawEchoString(unsafe.Pointer(v))) }

func ViaHostString(v string) string { return target(hostEchoString(&v)) }
