package main

import "runtime"

// For tests that collect garbage before each allocation on the host's behalf.
//
//go:wasmexport __collect
func collect() { runtime.GC() }
