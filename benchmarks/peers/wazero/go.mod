// With the engine of the reference runtime, in its version. newest.mod builds the same program with the newest one.
module modusc.dev/benchmarks/wazero

go 1.24

require github.com/tetratelabs/wazero v1.9.0
