// Looks for what a guest must not find: in its memory, its environment, and what failing calls of host functions tell it.
package main

import (
	"os"
	"unsafe"

	"github.com/hypermodeinc/modus/sdk/go/pkg/dgraph"
	"github.com/hypermodeinc/modus/sdk/go/pkg/graphql"
	"github.com/hypermodeinc/modus/sdk/go/pkg/http"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models"
	"github.com/hypermodeinc/modus/sdk/go/pkg/models/openai"
	"github.com/hypermodeinc/modus/sdk/go/pkg/mysql"
	"github.com/hypermodeinc/modus/sdk/go/pkg/neo4j"
	"github.com/hypermodeinc/modus/sdk/go/pkg/postgresql"
)

// The instruction of this name.
//
//export llvm.wasm.memory.size.i32
func memorySize(index int32) int32

// Uses every connection, and answers what went wrong.
func reach(url string) []string {
	errors := []string{}
	note := func(err error) {
		if err != nil {
			errors = append(errors, err.Error())
		}
	}
	_, err := http.Fetch(url)
	note(err)
	_, err = graphql.Execute[map[string]any]("graphql", "{ a }", nil)
	note(err)
	for _, name := range []string{"postgres", "postgres-wrong"} {
		_, err = postgresql.Execute(name, "SELECT 1")
		note(err)
	}
	for _, name := range []string{"mysql", "mysql-wrong"} {
		_, err = mysql.Execute(name, "SELECT 1")
		note(err)
	}
	for _, name := range []string{"dgraph", "dgraph-token", "dgraph-key", "dgraph-wrong"} {
		_, err = dgraph.ExecuteQuery(name, dgraph.NewQuery("{ q(func: uid(1)) { uid } }"))
		note(err)
	}
	for _, name := range []string{"neo4j", "neo4j-wrong"} {
		_, err = neo4j.ExecuteQuery(name, "RETURN 1", nil)
		note(err)
	}
	for _, name := range []string{"model", "hosted"} {
		model, err := models.GetModel[openai.ChatModel](name)
		note(err)
		if err != nil {
			continue
		}
		input, err := model.CreateInput(openai.NewUserMessage("hello"))
		note(err)
		_, err = model.Invoke(input)
		note(err)
	}
	return errors
}

// Uses every connection, then looks for texts, each byte of which is given with its lowest bit turned, so that looking for
// one does not bring it here. Answers those that are found, as they were given, and what went wrong before.
func Search(url string, turned []string) (found []string, errors []string) {
	errors = reach(url)
	found = []string{}
	surroundings := ""
	for _, text := range append(os.Environ(), os.Args...) {
		surroundings += text + "\n"
	}
	memory := unsafe.Slice((*byte)(unsafe.Pointer(uintptr(1))), int(memorySize(0))*65536-1)
	for _, text := range turned {
		if contains(memory, text) || contains([]byte(surroundings), text) {
			found = append(found, text)
		}
	}
	return found, errors
}

func contains(place []byte, turned string) bool {
	first := turned[0] ^ 1
	for start := 0; start+len(turned) <= len(place); start++ {
		if place[start] != first {
			continue
		}
		length := 1
		for length < len(turned) && place[start+length] == turned[length]^1 {
			length++
		}
		if length == len(turned) {
			return true
		}
	}
	return false
}
