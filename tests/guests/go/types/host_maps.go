package main

import (
	"unsafe"
)

//go:noescape
//go:wasmimport modus_test echoStringMap
func rawEchoStringMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringMap
func hostEchoStringMap(v *map[string]int) *map[string]int {
	return (*map[string]int)(rawEchoStringMap(unsafe.Pointer(v)))
}

func ViaHostStringMap(v map[string]int) map[string]int { return target(hostEchoStringMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoIntMap
func rawEchoIntMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoIntMap
func hostEchoIntMap(v *map[int]string) *map[int]string {
	return (*map[int]string)(rawEchoIntMap(unsafe.Pointer(v)))
}

func ViaHostIntMap(v map[int]string) map[int]string { return target(hostEchoIntMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoBoolMap
func rawEchoBoolMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBoolMap
func hostEchoBoolMap(v *map[bool]string) *map[bool]string {
	return (*map[bool]string)(rawEchoBoolMap(unsafe.Pointer(v)))
}

func ViaHostBoolMap(v map[bool]string) map[bool]string { return target(hostEchoBoolMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt8Map
func rawEchoInt8Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt8Map
func hostEchoInt8Map(v *map[int8]bool) *map[int8]bool {
	return (*map[int8]bool)(rawEchoInt8Map(unsafe.Pointer(v)))
}

func ViaHostInt8Map(v map[int8]bool) map[int8]bool { return target(hostEchoInt8Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt16Map
func rawEchoInt16Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt16Map
func hostEchoInt16Map(v *map[int16]int8) *map[int16]int8 {
	return (*map[int16]int8)(rawEchoInt16Map(unsafe.Pointer(v)))
}

func ViaHostInt16Map(v map[int16]int8) map[int16]int8 { return target(hostEchoInt16Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt32Map
func rawEchoInt32Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt32Map
func hostEchoInt32Map(v *map[int32]float64) *map[int32]float64 {
	return (*map[int32]float64)(rawEchoInt32Map(unsafe.Pointer(v)))
}

func ViaHostInt32Map(v map[int32]float64) map[int32]float64 { return target(hostEchoInt32Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoInt64Map
func rawEchoInt64Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoInt64Map
func hostEchoInt64Map(v *map[int64]string) *map[int64]string {
	return (*map[int64]string)(rawEchoInt64Map(unsafe.Pointer(v)))
}

func ViaHostInt64Map(v map[int64]string) map[int64]string { return target(hostEchoInt64Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoUintMap
func rawEchoUintMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUintMap
func hostEchoUintMap(v *map[uint]uint) *map[uint]uint {
	return (*map[uint]uint)(rawEchoUintMap(unsafe.Pointer(v)))
}

func ViaHostUintMap(v map[uint]uint) map[uint]uint { return target(hostEchoUintMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint8Map
func rawEchoUint8Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint8Map
func hostEchoUint8Map(v *map[uint8]uint16) *map[uint8]uint16 {
	return (*map[uint8]uint16)(rawEchoUint8Map(unsafe.Pointer(v)))
}

func ViaHostUint8Map(v map[uint8]uint16) map[uint8]uint16 { return target(hostEchoUint8Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint16Map
func rawEchoUint16Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint16Map
func hostEchoUint16Map(v *map[uint16]int64) *map[uint16]int64 {
	return (*map[uint16]int64)(rawEchoUint16Map(unsafe.Pointer(v)))
}

func ViaHostUint16Map(v map[uint16]int64) map[uint16]int64 { return target(hostEchoUint16Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint32Map
func rawEchoUint32Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint32Map
func hostEchoUint32Map(v *map[uint32]float32) *map[uint32]float32 {
	return (*map[uint32]float32)(rawEchoUint32Map(unsafe.Pointer(v)))
}

func ViaHostUint32Map(v map[uint32]float32) map[uint32]float32 { return target(hostEchoUint32Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoUint64Map
func rawEchoUint64Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoUint64Map
func hostEchoUint64Map(v *map[uint64]uint64) *map[uint64]uint64 {
	return (*map[uint64]uint64)(rawEchoUint64Map(unsafe.Pointer(v)))
}

func ViaHostUint64Map(v map[uint64]uint64) map[uint64]uint64 { return target(hostEchoUint64Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoRuneMap
func rawEchoRuneMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoRuneMap
func hostEchoRuneMap(v *map[rune]int) *map[rune]int {
	return (*map[rune]int)(rawEchoRuneMap(unsafe.Pointer(v)))
}

func ViaHostRuneMap(v map[rune]int) map[rune]int { return target(hostEchoRuneMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoFloat32Map
func rawEchoFloat32Map(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoFloat32Map
func hostEchoFloat32Map(v *map[float32]int) *map[float32]int {
	return (*map[float32]int)(rawEchoFloat32Map(unsafe.Pointer(v)))
}

func ViaHostFloat32Map(v map[float32]int) map[float32]int { return target(hostEchoFloat32Map(&v)) }

//go:noescape
//go:wasmimport modus_test echoFloatMap
func rawEchoFloatMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoFloatMap
func hostEchoFloatMap(v *map[float64]string) *map[float64]string {
	return (*map[float64]string)(rawEchoFloatMap(unsafe.Pointer(v)))
}

func ViaHostFloatMap(v map[float64]string) map[float64]string { return target(hostEchoFloatMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoKeyMap
func rawEchoKeyMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoKeyMap
func hostEchoKeyMap(v *map[Key]string) *map[Key]string {
	return (*map[Key]string)(rawEchoKeyMap(unsafe.Pointer(v)))
}

func ViaHostKeyMap(v map[Key]string) map[Key]string { return target(hostEchoKeyMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoArrayKeyMap
func rawEchoArrayKeyMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoArrayKeyMap
func hostEchoArrayKeyMap(v *map[[2]int32]string) *map[[2]int32]string {
	return (*map[[2]int32]string)(rawEchoArrayKeyMap(unsafe.Pointer(v)))
}

func ViaHostArrayKeyMap(v map[[2]int32]string) map[[2]int32]string {
	return target(hostEchoArrayKeyMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoStringArrayKeyMap
func rawEchoStringArrayKeyMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringArrayKeyMap
func hostEchoStringArrayKeyMap(v *map[[2]string]bool) *map[[2]string]bool {
	return (*map[[2]string]bool)(rawEchoStringArrayKeyMap(unsafe.Pointer(v)))
}

func ViaHostStringArrayKeyMap(v map[[2]string]bool) map[[2]string]bool {
	return target(hostEchoStringArrayKeyMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoBoolValueMap
func rawEchoBoolValueMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBoolValueMap
func hostEchoBoolValueMap(v *map[string]bool) *map[string]bool {
	return (*map[string]bool)(rawEchoBoolValueMap(unsafe.Pointer(v)))
}

func ViaHostBoolValueMap(v map[string]bool) map[string]bool { return target(hostEchoBoolValueMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoStringsMap
func rawEchoStringsMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStringsMap
func hostEchoStringsMap(v *map[string]string) *map[string]string {
	return (*map[string]string)(rawEchoStringsMap(unsafe.Pointer(v)))
}

func ViaHostStringsMap(v map[string]string) map[string]string { return target(hostEchoStringsMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoPointMap
func rawEchoPointMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointMap
func hostEchoPointMap(v *map[string]Point) *map[string]Point {
	return (*map[string]Point)(rawEchoPointMap(unsafe.Pointer(v)))
}

func ViaHostPointMap(v map[string]Point) map[string]Point { return target(hostEchoPointMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoPaddedMap
func rawEchoPaddedMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPaddedMap
func hostEchoPaddedMap(v *map[uint8]Padded) *map[uint8]Padded {
	return (*map[uint8]Padded)(rawEchoPaddedMap(unsafe.Pointer(v)))
}

func ViaHostPaddedMap(v map[uint8]Padded) map[uint8]Padded { return target(hostEchoPaddedMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoPointerMap
func rawEchoPointerMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointerMap
func hostEchoPointerMap(v *map[string]*string) *map[string]*string {
	return (*map[string]*string)(rawEchoPointerMap(unsafe.Pointer(v)))
}

func ViaHostPointerMap(v map[string]*string) map[string]*string {
	return target(hostEchoPointerMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoPointPointerMap
func rawEchoPointPointerMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPointPointerMap
func hostEchoPointPointerMap(v *map[string]*Point) *map[string]*Point {
	return (*map[string]*Point)(rawEchoPointPointerMap(unsafe.Pointer(v)))
}

func ViaHostPointPointerMap(v map[string]*Point) map[string]*Point {
	return target(hostEchoPointPointerMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoListMap
func rawEchoListMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoListMap
func hostEchoListMap(v *map[string][]string) *map[string][]string {
	return (*map[string][]string)(rawEchoListMap(unsafe.Pointer(v)))
}

func ViaHostListMap(v map[string][]string) map[string][]string { return target(hostEchoListMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoBytesMap
func rawEchoBytesMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoBytesMap
func hostEchoBytesMap(v *map[string][]byte) *map[string][]byte {
	return (*map[string][]byte)(rawEchoBytesMap(unsafe.Pointer(v)))
}

func ViaHostBytesMap(v map[string][]byte) map[string][]byte { return target(hostEchoBytesMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoArrayMap
func rawEchoArrayMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoArrayMap
func hostEchoArrayMap(v *map[string][2]int16) *map[string][2]int16 {
	return (*map[string][2]int16)(rawEchoArrayMap(unsafe.Pointer(v)))
}

func ViaHostArrayMap(v map[string][2]int16) map[string][2]int16 { return target(hostEchoArrayMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoNestedMap
func rawEchoNestedMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoNestedMap
func hostEchoNestedMap(v *map[string]map[string]int) *map[string]map[string]int {
	return (*map[string]map[string]int)(rawEchoNestedMap(unsafe.Pointer(v)))
}

func ViaHostNestedMap(v map[string]map[string]int) map[string]map[string]int {
	return target(hostEchoNestedMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoDeepMap
func rawEchoDeepMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoDeepMap
func hostEchoDeepMap(v *map[int8]map[string][]map[uint16]Point) *map[int8]map[string][]map[uint16]Point {
	return (*map[int8]map[string][]map[uint16]Point)(rawEchoDeepMap(unsafe.Pointer(v)))
}

func ViaHostDeepMap(v map[int8]map[string][]map[uint16]Point) map[int8]map[string][]map[uint16]Point {
	return target(hostEchoDeepMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoMapPointer
func rawEchoMapPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoMapPointer
func hostEchoMapPointer(v *map[string]int) *map[string]int {
	return (*map[string]int)(rawEchoMapPointer(unsafe.Pointer(v)))
}

func ViaHostMapPointer(v *map[string]int) *map[string]int { return hostEchoMapPointer(v) }

//go:noescape
//go:wasmimport modus_test echoMaps
func rawEchoMaps(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoMaps
func hostEchoMaps(v *[]map[string]int) *[]map[string]int {
	return (*[]map[string]int)(rawEchoMaps(unsafe.Pointer(v)))
}

func ViaHostMaps(v []map[string]int) []map[string]int { return target(hostEchoMaps(&v)) }

//go:noescape
//go:wasmimport modus_test echoMapTable
func rawEchoMapTable(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoMapTable
func hostEchoMapTable(v *[][]map[int]bool) *[][]map[int]bool {
	return (*[][]map[int]bool)(rawEchoMapTable(unsafe.Pointer(v)))
}

func ViaHostMapTable(v [][]map[int]bool) [][]map[int]bool { return target(hostEchoMapTable(&v)) }

//go:noescape
//go:wasmimport modus_test echoCatalogue
func rawEchoCatalogue(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoCatalogue
func hostEchoCatalogue(v *Catalogue) *Catalogue {
	return (*Catalogue)(rawEchoCatalogue(unsafe.Pointer(v)))
}

func ViaHostCatalogue(v Catalogue) Catalogue { return target(hostEchoCatalogue(&v)) }
