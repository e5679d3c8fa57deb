// A peer of the benchmarks: one function of a Modus app, in wazero as the reference runtime sets it up.
//
//	wazero [-interruptible=false] APP.wasm PORT    answers POST /graphql
//	wazero [-interruptible=false] -compile APP.wasm    only compiles
//
// There is no GraphQL here: every request calls sayHello without arguments. The module is compiled at start, without
// a cache; each request has an instance of its own, whose start function runs.
package main

import (
	"context"
	"flag"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/tetratelabs/wazero"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("wazero: ")
	interruptible := flag.Bool("interruptible", true, "whether a call ends when its request is cancelled")
	compile := flag.Bool("compile", false, "compile the app and end")
	flag.Parse()
	if flag.NArg() < 1 || (flag.NArg() < 2 && !*compile) {
		log.Fatal("usage: wazero [-interruptible=false] [-compile] APP.wasm [PORT]")
	}

	wasm, err := os.ReadFile(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	config := wazero.NewRuntimeConfig().WithCloseOnContextDone(*interruptible)
	app, err := newApp(context.Background(), config, wasm)
	if err != nil {
		log.Fatal(err)
	}
	if *compile {
		return
	}

	listener, err := net.Listen("tcp", "127.0.0.1:"+flag.Arg(1))
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(listener, app))
}
