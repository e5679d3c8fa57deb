// What an app does with values of the host's making, while its garbage is collected.
package main

import (
	"runtime"
	"strconv"
	"time"

	_ "github.com/hypermodeinc/modus/sdk/go"
)

type Item struct {
	Id     int64
	Name   string
	Tags   []string
	Scores []float64
	Counts map[string]int32
	At     time.Time
	Inner  *Item
	Data   []byte
}

var kept []Item

// Collects garbage, and fills what has become free with something else.
func churn(collect bool) {
	if collect {
		runtime.GC()
	}
	junk := []string{}
	for i := 0; i < 500; i++ {
		junk = append(junk, "junk "+strconv.Itoa(i))
		bytes := make([]byte, i)
		for at := range bytes {
			bytes[at] = 0x5a
		}
	}
}

// Answers its argument after so many collections.
func After(items []Item, rounds int32, collect bool) []Item {
	for round := int32(0); round < rounds; round++ {
		churn(collect)
	}
	return items
}

// Changes everything that can be changed, over and over.
func Changed(items []Item, rounds int32, collect bool) []Item {
	for round := int32(0); round < rounds; round++ {
		number := strconv.Itoa(int(round))
		for i := range items {
			item := &items[i]
			item.Name += "." + number
			item.Tags = append(item.Tags, item.Name)
			item.Scores = append(item.Scores, float64(round))
			item.Counts["round "+number] = round
			if item.Inner != nil {
				item.Inner.Tags = append(item.Inner.Tags, "inner")
			}
		}
		items = append(items, items[0])
		items = items[1 : len(items)-1]
		churn(collect)
	}
	return items
}

// Keeps its argument for later calls.
func Keep(items []Item) int32 {
	kept = items
	return int32(len(items))
}

// What was kept, after a collection.
func Held(collect bool) []Item {
	churn(collect)
	return kept
}
