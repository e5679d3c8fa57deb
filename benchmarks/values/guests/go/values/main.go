// What the benchmark of values moves: each function answers its argument.
package main

import "time"

type Record struct {
	Id      int64
	Name    string
	Email   string
	Active  bool
	Score   float64
	Level   int32
	Created time.Time
	City    string
	Visits  uint32
	Ratio   float32
}

func EchoText(v string) string { return v }

func EchoRecord(v Record) Record { return v }

func EchoRecords(v []Record) []Record { return v }

func EchoMap(v map[string]int32) map[string]int32 { return v }
