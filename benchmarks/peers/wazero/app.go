package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf16"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// app is a compiled module, with the modules that it imports.
type app struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

func newApp(ctx context.Context, config wazero.RuntimeConfig, wasm []byte) (*app, error) {
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, runtime); err != nil {
		return nil, err
	}
	module, err := runtime.CompileModule(ctx, wasm)
	if err != nil {
		return nil, err
	}
	if err := ignoreOthers(ctx, runtime, module); err != nil {
		return nil, err
	}
	return &app{runtime, module}, nil
}

// ignoreOthers defines the imports beside WASI's: they do nothing and give 0. The greeting calls none of them; without them
// there is no instance.
func ignoreOthers(ctx context.Context, runtime wazero.Runtime, module wazero.CompiledModule) error {
	builders := map[string]wazero.HostModuleBuilder{}
	for _, function := range module.ImportedFunctions() {
		from, name, _ := function.Import()
		if from == wasi_snapshot_preview1.ModuleName {
			continue
		}
		builder, ok := builders[from]
		if !ok {
			builder = runtime.NewHostModuleBuilder(from)
			builders[from] = builder
		}
		results := len(function.ResultTypes())
		ignore := api.GoFunc(func(_ context.Context, stack []uint64) {
			clear(stack[:results])
		})
		parameters := function.ParamTypes()
		builder.NewFunctionBuilder().WithGoFunction(ignore, parameters, function.ResultTypes()).Export(name)
	}
	for _, builder := range builders {
		if _, err := builder.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}

// sayHello calls the function in an instance of its own.
func (a *app) sayHello(ctx context.Context) (string, error) {
	var stdout, stderr bytes.Buffer
	config := wazero.NewModuleConfig().
		WithName(""). // several at once
		WithStartFunctions("_initialize").
		WithSysWalltime().WithSysNanotime().
		WithRandSource(rand.Reader).
		WithStdout(&stdout).WithStderr(&stderr).
		WithEnv("TZ", "UTC").WithEnv("CLAIMS", "")
	instance, err := a.runtime.InstantiateModule(ctx, a.module, config)
	if err != nil {
		return "", err
	}
	defer instance.Close(ctx)

	// An AssemblyScript app: the string is an object, whose address is the result. 0 is the name not given.
	if hello := instance.ExportedFunction("sayHello"); hello != nil && len(hello.Definition().ParamTypes()) == 1 {
		object, err := call(ctx, instance, "sayHello", 0)
		if err != nil {
			return "", err
		}
		return readObject(instance.Memory(), uint32(object))
	}
	// The string, an address and a length, is left in a block that the caller allocates; 0 is the name not given.
	block, err := call(ctx, instance, "malloc", 8)
	if err != nil {
		return "", err
	}
	if _, err := call(ctx, instance, "sayHello", block, 0); err != nil {
		return "", err
	}
	return readString(instance.Memory(), uint32(block))
}

// call gives the first result, or 0 where there is none.
func call(ctx context.Context, instance api.Module, name string, arguments ...uint64) (uint64, error) {
	function := instance.ExportedFunction(name)
	if function == nil {
		return 0, errors.New("the app does not export " + name)
	}
	results, err := function.Call(ctx, arguments...)
	if err != nil || len(results) == 0 {
		return 0, err
	}
	return results[0], nil
}

func readString(memory api.Memory, block uint32) (string, error) {
	address, ok := memory.ReadUint32Le(block)
	length, okLength := memory.ReadUint32Le(block + 4)
	text, okText := memory.Read(address, length)
	if !ok || !okLength || !okText {
		return "", errors.New("the result lies outside of the memory")
	}
	return string(text), nil
}

// readObject reads a string of AssemblyScript: UTF-16, its bytes are counted in the word in front of it.
func readObject(memory api.Memory, object uint32) (string, error) {
	length, ok := memory.ReadUint32Le(object - 4)
	bytes, okBytes := memory.Read(object, length)
	if !ok || !okBytes {
		return "", errors.New("the result lies outside of the memory")
	}
	units := make([]uint16, length/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(bytes[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

// ServeHTTP answers as GraphQL would.
func (a *app) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	// Read the body, as any server that looks at it must.
	if _, err := io.Copy(io.Discard, request.Body); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	greeting, err := a.sayHello(request.Context())
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	answer, err := json.Marshal(map[string]any{"data": map[string]string{"sayHello": greeting}})
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	response.Header().Set("Content-Type", "application/json")
	_, _ = response.Write(answer)
}
