// Functions that go wrong, never end, or look outside: for the tests of the sandbox.
package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"time"
	"unsafe"

	"github.com/hypermodeinc/modus/sdk/go/pkg/console"
)

// --- ends of a call ---

func Panics() string {
	panic("this function always panics")
}

func PanicsInLines() string {
	panic("the first line\nthe second line\nthe third line")
}

// Reads beyond the end of memory: a trap without any message.
func Traps() int {
	return int(*(*byte)(unsafe.Pointer(outside)))
}

// A variable, so that the compiler cannot reason about the address.
var outside uintptr = 0xffff_fff0

func DividesByZero(v int) int {
	return v / zero
}

var zero int

func IndexesOutOfRange(v []int) int {
	return v[len(v)+zero]
}

func DereferencesNil(v *int) int {
	return *v
}

// Writes a line to stdout, then exits with the given code.
func Exits(code int) {
	fmt.Println("about to exit")
	os.Exit(code)
}

func Fails(message string) (string, error) {
	return "not to be seen", fmt.Errorf("failed: %s", message)
}

// --- limits ---

var steps uint64

func Loops() int {
	for {
		steps++
	}
}

var hoard [][]byte

// Allocates, and keeps, memory until there is no more.
func MemoryBomb() int {
	for {
		hoard = append(hoard, make([]byte, 1<<20))
	}
}

// Allocates this many MiB at once and returns how many there are.
func Allocates(mebibytes int) int {
	block := make([]byte, mebibytes<<20)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	hoard = append(hoard, block)
	return len(block) >> 20
}

// Recurses to the given depth on the engine's stack.
func DeepRecursion(depth int) int {
	return recurse(depth)
}

//go:noinline
func recurse(depth int) int {
	if depth <= 0 {
		return 1
	}
	return (recurse(depth-1)*31 + depth) % 1_000_003
}

// Recurses to the given depth with 1 KiB a level on the guest's own stack in memory, which has 64 KiB.
func DeepStack(depth int) int {
	var frame [1024]byte
	return fill(&frame, depth)
}

//go:noinline
func fill(above *[1024]byte, depth int) int {
	var frame [1024]byte
	frame[depth%len(frame)] = above[0] + 1
	if depth <= 0 {
		return int(frame[0])
	}
	return fill(&frame, depth-1) + int(frame[1])
}

// Logs this many lines of 1 KiB.
func LogsALot(lines int) int {
	line := make([]byte, 1024)
	for i := range line {
		line[i] = 'x'
	}
	for range lines {
		console.Info(string(line))
	}
	return lines
}

// Returns a text of this many bytes.
func ReturnsText(bytes int) string {
	text := make([]byte, bytes)
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	return string(text)
}

// Waits for the host.
func Sleeps(ms int) int64 {
	start := time.Now()
	time.Sleep(time.Duration(ms) * time.Millisecond)
	return time.Since(start).Milliseconds()
}

// --- results ---

type Reading struct {
	Label string
	Value float64
	At    time.Time
	Next  *Reading
	Near  []*Reading
}

// A reading at a time that no calendar shows, of a value that is no number.
func BrokenReading() Reading {
	nan := math.NaN()
	return Reading{Label: "broken", Value: nan, At: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func BrokenReadings() map[string]Reading {
	return map[string]Reading{"b": BrokenReading(), "a": BrokenReading()}
}

func BrokenReadingAnd(v string) (Reading, string) {
	return BrokenReading(), v
}

// A reading that comes after itself.
func Ring() *Reading {
	reading := &Reading{Label: "ring"}
	reading.Next = reading
	return reading
}

// So many readings, all of them near all.
func Mesh(size int) []*Reading {
	all := make([]*Reading, size)
	for i := range all {
		all[i] = &Reading{Label: "mesh", Near: all}
	}
	return all
}

// A slice whose header says that it has so many elements.
func AbsurdSlice(length uint32) []int32 {
	items := []int32{1, 2, 3}
	header := (*[3]uintptr)(unsafe.Pointer(&items))
	header[1], header[2] = uintptr(length), uintptr(length)
	return items
}

func EmptyTexts(count int) []string {
	return make([]string, count)
}

// --- output ---

// Writes to the console at each level, to stdout and to stderr.
func Logs() string {
	console.Log("a log message")
	console.Debug("a debug message")
	console.Info("an info message")
	console.Warn("a warning message")
	console.Error("an error message")
	console.Info("a message\nof two lines")
	fmt.Println("a line on stdout")
	fmt.Println("Error: a line on stdout that looks like an error")
	fmt.Fprintln(os.Stderr, "a line on stderr")
	fmt.Print("an unfinished line")
	return "done"
}

// A failed assertion of the console is an error, and the call goes on.
func Asserts(v bool) string {
	console.Assert(v, "the assertion failed")
	return "done"
}

// --- the world outside ---

func Env(name string) string {
	return os.Getenv(name)
}

func Environment() []string {
	return os.Environ()
}

// Nanoseconds since 1970.
func Now() int64 {
	return time.Now().UnixNano()
}

func Random() uint64 {
	return rand.Uint64()
}

func ReadsFile(path string) (string, error) {
	content, err := os.ReadFile(path)
	return string(content), err
}

// --- freshness ---

var count int

// 1 in every call, because every call has an instance of its own.
func Counter() int {
	count++
	return count
}

var started = time.Now()

// Nanoseconds since 1970 when this instance was initialised.
func StartedAt() int64 {
	return started.UnixNano()
}

// --- imports ---

//go:wasmimport modus_nowhere answer
func answerFromNowhere(question int32) int32

// Calls a host function that no host has, for a number.
func AsksNowhere(question int32) int32 {
	return answerFromNowhere(question)
}

//go:noescape
//go:wasmimport modus_nowhere find
func _hostFindNowhere(question *string) unsafe.Pointer

//modus:import modus_nowhere find
func hostFindNowhere(question *string) *string {
	found := _hostFindNowhere(question)
	if found == nil {
		return nil
	}
	return (*string)(found)
}

// The same, for what may be nil.
func FindsNowhere(v string) (string, error) {
	found := hostFindNowhere(&v)
	if found == nil {
		return "", errors.New("nobody could be asked")
	}
	return *found, nil
}

//go:wasmimport modus_nowhere tell
func tellNowhere(question int32)

// The same, for nothing.
func TellsNowhere(v string) string {
	tellNowhere(int32(len(v)))
	return "told"
}

//go:wasmimport wasi_snapshot_preview1 fd_write
func fdWrite(fd uint32, vectors unsafe.Pointer, count uint32, written unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 poll_oneoff
func pollOneoff(subscriptions, events unsafe.Pointer, count uint32, reported unsafe.Pointer) uint32

//go:wasmimport wasi_snapshot_preview1 path_unlink_file
func pathUnlinkFile(fd uint32, path unsafe.Pointer, length uint32) uint32

func zeros(length uint32) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(make([]byte, length)))
}

// What WASI answers to so many empty vectors at once.
func WritesVectors(count uint32) uint32 {
	return fdWrite(1, zeros(count*8), count, zeros(4))
}

// The same, to so many clocks that show their time.
func PollsClocks(count uint32) uint32 {
	return pollOneoff(zeros(count*48), zeros(count*32), count, zeros(4))
}

// The same, to a path of so many bytes.
func UnlinksPath(length uint32) uint32 {
	return pathUnlinkFile(1, zeros(length), length)
}
