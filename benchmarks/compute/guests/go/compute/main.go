// The compute-heavy functions as a Go app has them: with slices, crypto/sha256 and encoding/json.
package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"strconv"
	"strings"
)

const size = 256

var left, right [][]float64

func filled(row, column, modulus int) [][]float64 {
	matrix := make([][]float64, size)
	for i := range matrix {
		matrix[i] = make([]float64, size)
		for j := range matrix[i] {
			matrix[i][j] = float64((i*row + j*column) % modulus)
		}
	}
	return matrix
}

// Matrix answers the trace of the product of two matrices.
func Matrix() int32 {
	if left == nil {
		left, right = filled(7, 3, 11), filled(5, 2, 13)
	}
	trace := 0.0
	row := make([]float64, size)
	for i := range left {
		for j := range row {
			sum := 0.0
			for k, value := range left[i] {
				sum += value * right[k][j]
			}
			row[j] = sum
		}
		trace += row[i]
	}
	return int32(trace)
}

var message []byte

// Sha256 answers the first word of the hash of a MiB.
func Sha256() int32 {
	if message == nil {
		message = make([]byte, 1<<20)
		for i := range message {
			message[i] = byte(i*31 + i>>8)
		}
	}
	hash := sha256.Sum256(message)
	return int32(binary.BigEndian.Uint32(hash[:]))
}

var document []byte

func writeDocument() []byte {
	var out strings.Builder
	out.WriteString("[")
	for i := 0; i < 6500; i++ {
		if i > 0 {
			out.WriteString(",")
		}
		number := strconv.Itoa(i)
		out.WriteString(`{"id":` + strconv.Itoa(1000000+i) + `,"name":"Person Number ` + number)
		out.WriteString(`","email":"person.` + number + `@example.com","active":` + strconv.FormatBool(i%2 == 1))
		out.WriteString(`,"score":` + strconv.Itoa(i%100) + "." + strconv.Itoa(i%7) + `25,"city":"M\u00e1laga\n"`)
		out.WriteString(`,"tags":["alpha","beta","gamma"],"parent":null}`)
	}
	out.WriteString("]")
	return []byte(out.String())
}

func count(value any) int32 {
	sum := int32(1)
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			sum += count(element)
		}
	case map[string]any:
		for _, member := range value {
			sum += count(member)
		}
	}
	return sum
}

// Json answers how many values there are in a document of about a MB.
func Json() int32 {
	if document == nil {
		document = writeDocument()
	}
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		panic(err)
	}
	return count(value)
}
