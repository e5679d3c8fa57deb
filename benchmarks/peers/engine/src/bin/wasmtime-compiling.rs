//! Compiles the app at each start and serves it, or writes the native code for the other peer:
//!
//!     wasmtime-compiling APP.wasm PORT
//!     wasmtime-compiling --precompile APP.wasm OUT

use std::process::ExitCode;

use engine::Result;
use wasmtime::Module;

fn run(arguments: &[&str]) -> Result<()> {
    let engine = engine::engine()?;
    match arguments {
        ["--precompile", app, out] => Ok(std::fs::write(out, engine.precompile_module(&std::fs::read(app)?)?)?),
        [app, port] => engine::serve(&engine, &Module::new(&engine, std::fs::read(app)?)?, port),
        _ => Err("usage: wasmtime-compiling APP.wasm PORT | --precompile APP.wasm OUT".into()),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasmtime-compiling: {error}");
            ExitCode::FAILURE
        }
    }
}
