package main

import (
	"math"
	"reflect"
	"time"
)

// Times and durations among fields of every alignment.
type Stay struct {
	Early  bool
	From   time.Time
	Rooms  int8
	To     *time.Time
	Took   time.Duration
	Paid   bool
	Span   *time.Duration
	Visits []time.Time
	Named  map[string]time.Time
	Pauses []time.Duration
	Pair   [2]time.Time
	Last   uint16
}

// Three words behind one field.
type LoneTime struct{ At time.Time }

func EchoTime(v time.Time) time.Time                                      { return v }
func EchoDuration(v time.Duration) time.Duration                          { return v }
func EchoTimes(v []time.Time) []time.Time                                 { return v }
func EchoTimeArray(v [2]time.Time) [2]time.Time                           { return v }
func EchoTimePointer(v *time.Time) *time.Time                             { return v }
func EchoTimePointers(v []*time.Time) []*time.Time                        { return v }
func EchoTimeMap(v map[string]time.Time) map[string]time.Time             { return v }
func EchoTimeKeyMap(v map[time.Time]string) map[time.Time]string          { return v }
func EchoTimesMap(v map[string][]time.Time) map[string][]time.Time        { return v }
func EchoDurations(v []time.Duration) []time.Duration                     { return v }
func EchoDurationArray(v [2]time.Duration) [2]time.Duration               { return v }
func EchoDurationPointer(v *time.Duration) *time.Duration                 { return v }
func EchoDurationMap(v map[string]time.Duration) map[string]time.Duration { return v }
func EchoDurationKeyMap(v map[time.Duration]int8) map[time.Duration]int8  { return v }
func EchoStay(v Stay) Stay                                                { return v }
func EchoStays(v []Stay) []Stay                                           { return v }
func EchoStayMap(v map[int16]Stay) map[int16]Stay                         { return v }
func EchoLoneTime(v LoneTime) LoneTime                                    { return v }

func MakeTime() time.Time         { return time.Date(2025, time.March, 1, 12, 0, 0, 123_456_789, time.UTC) }
func MakeDuration() time.Duration { return -90*time.Minute + 1 }
func MakeTimes() []time.Time {
	return []time.Time{MakeTime(), {}, time.Date(1969, time.July, 20, 20, 17, 40, 1, time.UTC)}
}
func MakeTimeArray() [2]time.Time       { return [2]time.Time{MakeTime(), {}} }
func MakeTimePointer() *time.Time       { return pointer(MakeTime()) }
func MakeTimePointers() []*time.Time    { return []*time.Time{nil, pointer(MakeTime())} }
func MakeTimeMap() map[string]time.Time { return map[string]time.Time{"now": MakeTime(), "zero": {}} }
func MakeTimeKeyMap() map[time.Time]string {
	return map[time.Time]string{MakeTime(): "now", {}: "zero"}
}
func MakeTimesMap() map[string][]time.Time { return map[string][]time.Time{"all": {MakeTime(), {}}} }
func MakeDurations() []time.Duration {
	return []time.Duration{0, time.Nanosecond, math.MinInt64, math.MaxInt64}
}
func MakeDurationArray() [2]time.Duration { return [2]time.Duration{-time.Second, time.Hour} }
func MakeDurationPointer() *time.Duration { return pointer(-time.Millisecond) }
func MakeDurationMap() map[string]time.Duration {
	return map[string]time.Duration{"short": 1, "long": math.MaxInt64}
}
func MakeDurationKeyMap() map[time.Duration]int8 {
	return map[time.Duration]int8{-time.Hour: -1, time.Hour: 1}
}
func MakeStays() []Stay           { return []Stay{MakeStay(), {Named: map[string]time.Time{}}} }
func MakeStayMap() map[int16]Stay { return map[int16]Stay{-1: MakeStay()} }
func MakeLoneTime() LoneTime      { return LoneTime{At: MakeTime()} }

func IsTime(v time.Time) bool                       { return v.Equal(MakeTime()) }
func IsDuration(v time.Duration) bool               { return v == MakeDuration() }
func IsTimes(v []time.Time) bool                    { return reflect.DeepEqual(v, MakeTimes()) }
func IsTimeArray(v [2]time.Time) bool               { return reflect.DeepEqual(v, MakeTimeArray()) }
func IsTimePointer(v *time.Time) bool               { return reflect.DeepEqual(v, MakeTimePointer()) }
func IsTimePointers(v []*time.Time) bool            { return reflect.DeepEqual(v, MakeTimePointers()) }
func IsTimeMap(v map[string]time.Time) bool         { return reflect.DeepEqual(v, MakeTimeMap()) }
func IsTimeKeyMap(v map[time.Time]string) bool      { return reflect.DeepEqual(v, MakeTimeKeyMap()) }
func IsTimesMap(v map[string][]time.Time) bool      { return reflect.DeepEqual(v, MakeTimesMap()) }
func IsDurations(v []time.Duration) bool            { return reflect.DeepEqual(v, MakeDurations()) }
func IsDurationArray(v [2]time.Duration) bool       { return v == MakeDurationArray() }
func IsDurationPointer(v *time.Duration) bool       { return reflect.DeepEqual(v, MakeDurationPointer()) }
func IsDurationMap(v map[string]time.Duration) bool { return reflect.DeepEqual(v, MakeDurationMap()) }
func IsDurationKeyMap(v map[time.Duration]int8) bool {
	return reflect.DeepEqual(v, MakeDurationKeyMap())
}
func IsStays(v []Stay) bool           { return reflect.DeepEqual(v, MakeStays()) }
func IsStayMap(v map[int16]Stay) bool { return reflect.DeepEqual(v, MakeStayMap()) }
func IsLoneTime(v LoneTime) bool      { return reflect.DeepEqual(v, MakeLoneTime()) }

func MakeStay() Stay {
	return Stay{
		Early: true, From: MakeTime(), Rooms: -2, To: pointer(MakeTime()), Took: -1, Paid: true, Span: pointer(time.Hour),
		Visits: MakeTimes(), Named: MakeTimeMap(), Pauses: MakeDurations(), Pair: MakeTimeArray(), Last: 65535,
	}
}

func IsStay(v Stay) bool { return reflect.DeepEqual(v, MakeStay()) }

// The same instant with a monotonic reading, which changes how it lies in memory.
func monotonic(v time.Time) time.Time {
	now := time.Now()
	return now.Add(v.Sub(now))
}

func MonotonicTime() time.Time           { return monotonic(MakeTime()) }
func MonotonicPointer() *time.Time       { return pointer(monotonic(MakeTime())) }
func MonotonicTimes() []time.Time        { return []time.Time{MakeTime(), monotonic(MakeTime())} }
func MonotonicMap() map[string]time.Time { return map[string]time.Time{"now": monotonic(MakeTime())} }
func MonotonicKeyMap() map[time.Time]string {
	return map[time.Time]string{monotonic(MakeTime()): "now"}
}

func MonotonicStay() Stay {
	now := monotonic(MakeTime())
	return Stay{From: now, To: &now, Pair: [2]time.Time{{}, now}, Last: 7}
}

// Has a monotonic reading, which changes how the time lies in memory.
func CurrentTime() time.Time { return time.Now() }

func FixedTime() time.Time {
	return time.Date(2025, time.March, 1, 13, 0, 0, 500_000_000, time.FixedZone("", 3600))
}

// The last and the first instant of the years that JSON can write, and the ones beyond.
func LastTime() time.Time {
	return time.Date(9999, time.December, 31, 23, 59, 59, 999_999_999, time.UTC)
}
func FirstTime() time.Time   { return time.Date(0, time.January, 1, 0, 0, 0, 0, time.UTC) }
func BeyondTime() time.Time  { return time.Date(10_000, time.January, 1, 0, 0, 0, 0, time.UTC) }
func BeforeTime() *time.Time { return pointer(time.Date(-1, time.December, 31, 0, 0, 0, 0, time.UTC)) }

// The parts of an instant as the guest sees them.
func TimeParts(v time.Time) []int {
	return []int{v.Year(), int(v.Month()), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond()}
}

func UnixNanoseconds(v time.Time) int64 { return v.UnixNano() }
