// Reads JSON into each kind of type, for tests/tests/json_suite.rs; guests/assemblyscript/json has the same functions.
package main

import "encoding/json"

func read[T any](text string) (T, error) {
	var value T
	err := json.Unmarshal([]byte(text), &value)
	return value, err
}

func Text(text string) (string, error) { return read[string](text) }

func Optional(text string) (*string, error) { return read[*string](text) }

func Float(text string) (float64, error) { return read[float64](text) }

func Single(text string) (float32, error) { return read[float32](text) }

func Integer(text string) (int32, error) { return read[int32](text) }

func Long(text string) (int64, error) { return read[int64](text) }

func Unsigned(text string) (uint64, error) { return read[uint64](text) }

func Octet(text string) (uint8, error) { return read[uint8](text) }

func Flag(text string) (bool, error) { return read[bool](text) }

func Texts(text string) ([]string, error) { return read[[]string](text) }

func Optionals(text string) ([]*string, error) { return read[[]*string](text) }

func Floats(text string) ([]float64, error) { return read[[]float64](text) }

func Singles(text string) ([]float32, error) { return read[[]float32](text) }

func Integers(text string) ([]int32, error) { return read[[]int32](text) }

func Flags(text string) ([]bool, error) { return read[[]bool](text) }

func Table(text string) ([][]string, error) { return read[[][]string](text) }

type Part struct {
	Name string `json:"name"`
	Size int32  `json:"size"`
}

type Record struct {
	Text     string    `json:"text"`
	Optional *string   `json:"optional"`
	Number   float64   `json:"number"`
	Score    float64   `json:"score"`
	Numbers  []float64 `json:"numbers"`
	Scores   []float64 `json:"scores"`
	Count    int32     `json:"count"`
	Total    int64     `json:"total"`
	Flag     bool      `json:"flag"`
	Texts    []string  `json:"texts"`
	Part     *Part     `json:"part"`
	Parts    []Part    `json:"parts"`
	Renamed  string    `json:"renamed_field"`
	Strange  string    `json:"größe 日本"`
}

func ReadRecord(text string) (Record, error) { return read[Record](text) }

func Records(text string) ([]Record, error) { return read[[]Record](text) }

func Map(text string) (map[string]string, error) { return read[map[string]string](text) }

func Counts(text string) (map[string]int32, error) { return read[map[string]int32](text) }

// A value of any kind, written again.
func Any(text string) (string, error) {
	value, err := read[any](text)
	if err != nil {
		return "", err
	}
	return write(value)
}

// The member raw as it stands in the text.
func Raw(text string) (string, error) {
	envelope, err := read[struct {
		Raw json.RawMessage `json:"raw"`
	}](text)
	return string(envelope.Raw), err
}

// A record written again.
func Again(text string) (string, error) {
	record, err := read[Record](text)
	if err != nil {
		return "", err
	}
	return write(record)
}

// A text as JSON.
func Quoted(text string) (string, error) { return write(text) }

func write(value any) (string, error) {
	bytes, err := json.Marshal(value)
	return string(bytes), err
}
