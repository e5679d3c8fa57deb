//! Serves native code that was compiled before: wasmtime-on-demand FILE PORT

use std::process::ExitCode;

use engine::Result;
use wasmtime::Module;

fn run(arguments: &[String]) -> Result<()> {
    let [file, port] = arguments else { return Err("usage: wasmtime-on-demand FILE PORT".into()) };
    let engine = engine::engine()?;
    #[expect(unsafe_code, reason = "native code has to be loaded")]
    // SAFETY: the benchmark itself wrote the file, with the other program of this crate.
    let module = unsafe { Module::deserialize_file(&engine, file) }?;
    engine::serve(&engine, &module, port)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasmtime-on-demand: {error}");
            ExitCode::FAILURE
        }
    }
}
