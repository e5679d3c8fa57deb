package main

import (
	"time"
	"unsafe"
)

//go:noescape
//go:wasmimport modus_test echoTime
func rawEchoTime(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTime
func hostEchoTime(v *time.Time) *time.Time { return (*time.Time)(rawEchoTime(unsafe.Pointer(v))) }

func ViaHostTime(v time.Time) time.Time { return target(hostEchoTime(&v)) }

//go:noescape
//go:wasmimport modus_test echoDuration
func hostEchoDuration(v time.Duration) time.Duration

func ViaHostDuration(v time.Duration) time.Duration { return hostEchoDuration(v) }

//go:noescape
//go:wasmimport modus_test echoTimes
func rawEchoTimes(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTimes
func hostEchoTimes(v *[]time.Time) *[]time.Time {
	return (*[]time.Time)(rawEchoTimes(unsafe.Pointer(v)))
}

func ViaHostTimes(v []time.Time) []time.Time { return target(hostEchoTimes(&v)) }

//go:noescape
//go:wasmimport modus_test echoTimeArray
func rawEchoTimeArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTimeArray
func hostEchoTimeArray(v *[2]time.Time) *[2]time.Time {
	return (*[2]time.Time)(rawEchoTimeArray(unsafe.Pointer(v)))
}

func ViaHostTimeArray(v [2]time.Time) [2]time.Time { return target(hostEchoTimeArray(&v)) }

//go:noescape
//go:wasmimport modus_test echoTimePointer
func rawEchoTimePointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTimePointer
func hostEchoTimePointer(v *time.Time) *time.Time {
	return (*time.Time)(rawEchoTimePointer(unsafe.Pointer(v)))
}

func ViaHostTimePointer(v *time.Time) *time.Time { return hostEchoTimePointer(v) }

//go:noescape
//go:wasmimport modus_test echoTimePointers
func rawEchoTimePointers(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTimePointers
func hostEchoTimePointers(v *[]*time.Time) *[]*time.Time {
	return (*[]*time.Time)(rawEchoTimePointers(unsafe.Pointer(v)))
}

func ViaHostTimePointers(v []*time.Time) []*time.Time { return target(hostEchoTimePointers(&v)) }

//go:noescape
//go:wasmimport modus_test echoTimeMap
func rawEchoTimeMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTimeMap
func hostEchoTimeMap(v *map[string]time.Time) *map[string]time.Time {
	return (*map[string]time.Time)(rawEchoTimeMap(unsafe.Pointer(v)))
}

func ViaHostTimeMap(v map[string]time.Time) map[string]time.Time { return target(hostEchoTimeMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoTimeKeyMap
func rawEchoTimeKeyMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTimeKeyMap
func hostEchoTimeKeyMap(v *map[time.Time]string) *map[time.Time]string {
	return (*map[time.Time]string)(rawEchoTimeKeyMap(unsafe.Pointer(v)))
}

func ViaHostTimeKeyMap(v map[time.Time]string) map[time.Time]string {
	return target(hostEchoTimeKeyMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoTimesMap
func rawEchoTimesMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoTimesMap
func hostEchoTimesMap(v *map[string][]time.Time) *map[string][]time.Time {
	return (*map[string][]time.Time)(rawEchoTimesMap(unsafe.Pointer(v)))
}

func ViaHostTimesMap(v map[string][]time.Time) map[string][]time.Time {
	return target(hostEchoTimesMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoDurations
func rawEchoDurations(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoDurations
func hostEchoDurations(v *[]time.Duration) *[]time.Duration {
	return (*[]time.Duration)(rawEchoDurations(unsafe.Pointer(v)))
}

func ViaHostDurations(v []time.Duration) []time.Duration { return target(hostEchoDurations(&v)) }

//go:noescape
//go:wasmimport modus_test echoDurationArray
func rawEchoDurationArray(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoDurationArray
func hostEchoDurationArray(v *[2]time.Duration) *[2]time.Duration {
	return (*[2]time.Duration)(rawEchoDurationArray(unsafe.Pointer(v)))
}

func ViaHostDurationArray(v [2]time.Duration) [2]time.Duration {
	return target(hostEchoDurationArray(&v))
}

//go:noescape
//go:wasmimport modus_test echoDurationPointer
func rawEchoDurationPointer(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoDurationPointer
func hostEchoDurationPointer(v *time.Duration) *time.Duration {
	return (*time.Duration)(rawEchoDurationPointer(unsafe.Pointer(v)))
}

func ViaHostDurationPointer(v *time.Duration) *time.Duration { return hostEchoDurationPointer(v) }

//go:noescape
//go:wasmimport modus_test echoDurationMap
func rawEchoDurationMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoDurationMap
func hostEchoDurationMap(v *map[string]time.Duration) *map[string]time.Duration {
	return (*map[string]time.Duration)(rawEchoDurationMap(unsafe.Pointer(v)))
}

func ViaHostDurationMap(v map[string]time.Duration) map[string]time.Duration {
	return target(hostEchoDurationMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoDurationKeyMap
func rawEchoDurationKeyMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoDurationKeyMap
func hostEchoDurationKeyMap(v *map[time.Duration]int8) *map[time.Duration]int8 {
	return (*map[time.Duration]int8)(rawEchoDurationKeyMap(unsafe.Pointer(v)))
}

func ViaHostDurationKeyMap(v map[time.Duration]int8) map[time.Duration]int8 {
	return target(hostEchoDurationKeyMap(&v))
}

//go:noescape
//go:wasmimport modus_test echoStay
func rawEchoStay(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStay
func hostEchoStay(v *Stay) *Stay { return (*Stay)(rawEchoStay(unsafe.Pointer(v))) }

func ViaHostStay(v Stay) Stay { return target(hostEchoStay(&v)) }

//go:noescape
//go:wasmimport modus_test echoStays
func rawEchoStays(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStays
func hostEchoStays(v *[]Stay) *[]Stay { return (*[]Stay)(rawEchoStays(unsafe.Pointer(v))) }

func ViaHostStays(v []Stay) []Stay { return target(hostEchoStays(&v)) }

//go:noescape
//go:wasmimport modus_test echoStayMap
func rawEchoStayMap(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoStayMap
func hostEchoStayMap(v *map[int16]Stay) *map[int16]Stay {
	return (*map[int16]Stay)(rawEchoStayMap(unsafe.Pointer(v)))
}

func ViaHostStayMap(v map[int16]Stay) map[int16]Stay { return target(hostEchoStayMap(&v)) }

//go:noescape
//go:wasmimport modus_test echoLoneTime
func rawEchoLoneTime(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echoLoneTime
func hostEchoLoneTime(v *LoneTime) *LoneTime { return (*LoneTime)(rawEchoLoneTime(unsafe.Pointer(v))) }

func ViaHostLoneTime(v LoneTime) LoneTime { return target(hostEchoLoneTime(&v)) }
