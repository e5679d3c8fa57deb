package main

import (
	"unsafe"
)

//go:noescape
//go:wasmimport modus_test echoPoint
func rawEchoPoint(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPoint
func hostEchoPoint(v *Point) *Point { return (*Point)(rawEchoPoint(unsafe.Pointer(v))) }

func ViaHostPoint(v Point) Point { return target(hostEchoPoint(&v)) }

//go:noescape
//go:wasmimport modus_test echoPadded
func rawEchoPadded(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPadded
func hostEchoPadded(v *Padded) *Padded { return (*Padded)(rawEchoPadded(unsafe.Pointer(v))) }

func ViaHostPadded(v Padded) Padded { return target(hostEchoPadded(&v)) }

//go:noescape
//go:wasmimport modus_test echoEvent
func rawEchoEvent(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoEvent
func hostEchoEvent(v *Event) *Event { return (*Event)(rawEchoEvent(unsafe.Pointer(v))) }

func ViaHostEvent(v Event) Event { return target(hostEchoEvent(&v)) }

//go:noescape
//go:wasmimport modus_test echoEvents
func rawEchoEvents(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoEvents
func hostEchoEvents(v *[]Event) *[]Event { return (*[]Event)(rawEchoEvents(unsafe.Pointer(v))) }

func ViaHostEvents(v []Event) []Event { return target(hostEchoEvents(&v)) }

//go:noescape
//go:wasmimport modus_test echoNested
func rawEchoNested(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoNested
func hostEchoNested(v *Nested) *Nested { return (*Nested)(rawEchoNested(unsafe.Pointer(v))) }

func ViaHostNested(v Nested) Nested { return target(hostEchoNested(&v)) }

//go:noescape
//go:wasmimport modus_test echoValue
func rawEchoValue(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoValue
func hostEchoValue(v *Value) *Value { return (*Value)(rawEchoValue(unsafe.Pointer(v))) }

func ViaHostValue(v Value) Value { return target(hostEchoValue(&v)) }

//go:noescape
//go:wasmimport modus_test echoWrapped
func rawEchoWrapped(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoWrapped
func hostEchoWrapped(v *Wrapped) *Wrapped { return (*Wrapped)(rawEchoWrapped(unsafe.Pointer(v))) }

func ViaHostWrapped(v Wrapped) Wrapped { return target(hostEchoWrapped(&v)) }

//go:noescape
//go:wasmimport modus_test echoNode
func rawEchoNode(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoNode
func hostEchoNode(v *Node) *Node { return (*Node)(rawEchoNode(unsafe.Pointer(v))) }

func ViaHostNode(v Node) Node { return target(hostEchoNode(&v)) }

//go:noescape
//go:wasmimport modus_test echoNodePointer
func rawEchoNodePointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoNodePointer
func hostEchoNodePointer(v *Node) *Node { return (*Node)(rawEchoNodePointer(unsafe.Pointer(v))) }

func ViaHostNodePointer(v *Node) *Node { return hostEchoNodePointer(v) }

//go:noescape
//go:wasmimport modus_test echoOptional
func rawEchoOptional(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoOptional
func hostEchoOptional(v *Optional) *Optional { return (*Optional)(rawEchoOptional(unsafe.Pointer(v))) }

func ViaHostOptional(v Optional) Optional { return target(hostEchoOptional(&v)) }

//go:noescape
//go:wasmimport modus_test echoEmbedding
func rawEchoEmbedding(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoEmbedding
func hostEchoEmbedding(v *Embedding) *Embedding {
	return (*Embedding)(rawEchoEmbedding(unsafe.Pointer(v)))
}

func ViaHostEmbedding(v Embedding) Embedding { return target(hostEchoEmbedding(&v)) }

//go:noescape
//go:wasmimport modus_test echoSpaced
func rawEchoSpaced(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoSpaced
func hostEchoSpaced(v *Spaced) *Spaced { return (*Spaced)(rawEchoSpaced(unsafe.Pointer(v))) }

func ViaHostSpaced(v Spaced) Spaced { return target(hostEchoSpaced(&v)) }

//go:noescape
//go:wasmimport modus_test echoPrivate
func rawEchoPrivate(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPrivate
func hostEchoPrivate(v *Private) *Private { return (*Private)(rawEchoPrivate(unsafe.Pointer(v))) }

func ViaHostPrivate(v Private) Private { return target(hostEchoPrivate(&v)) }

//go:noescape
//go:wasmimport modus_test echoPlace
func rawEchoPlace(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoPlace
func hostEchoPlace(v *Place) *Place { return (*Place)(rawEchoPlace(unsafe.Pointer(v))) }

func ViaHostPlace(v Place) Place { return target(hostEchoPlace(&v)) }

//go:noescape
//go:wasmimport modus_test echoSpot
func rawEchoSpot(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoSpot
func hostEchoSpot(v *Spot) *Spot { return (*Spot)(rawEchoSpot(unsafe.Pointer(v))) }

func ViaHostSpot(v Spot) Spot { return target(hostEchoSpot(&v)) }

//go:noescape
//go:wasmimport modus_test echoAuthor
func rawEchoAuthor(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoAuthor
func hostEchoAuthor(v *Author) *Author { return (*Author)(rawEchoAuthor(unsafe.Pointer(v))) }

func ViaHostAuthor(v Author) Author { return target(hostEchoAuthor(&v)) }

//go:noescape
//go:wasmimport modus_test echoLonePointer
func rawEchoLonePointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoLonePointer
func hostEchoLonePointer(v *LonePointer) *LonePointer {
	return (*LonePointer)(rawEchoLonePointer(unsafe.Pointer(v)))
}

func ViaHostLonePointer(v LonePointer) LonePointer { return target(hostEchoLonePointer(&v)) }

//go:noescape
//go:wasmimport modus_test echoLoneSlice
func rawEchoLoneSlice(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoLoneSlice
func hostEchoLoneSlice(v *LoneSlice) *LoneSlice {
	return (*LoneSlice)(rawEchoLoneSlice(unsafe.Pointer(v)))
}

func ViaHostLoneSlice(v LoneSlice) LoneSlice { return target(hostEchoLoneSlice(&v)) }

//go:noescape
//go:wasmimport modus_test echoWide
func rawEchoWide(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoWide
func hostEchoWide(v *Wide) *Wide { return (*Wide)(rawEchoWide(unsafe.Pointer(v))) }

func ViaHostWide(v Wide) Wide { return target(hostEchoWide(&v)) }
