//! Promise: the same input gives the same bytes, and an artifact that does not fit is refused with a sentence that says
//! what it is and what was expected.

use std::process::Output;

use tests::app::{self, App};
use tests::{guests, runner};

fn app() -> App {
    app::compile(&guests::build("examples/people"), app::OPEN)
}

/// Starts a runner on these bytes, which must refuse them.
fn refused(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.cwasm");
    std::fs::write(&path, bytes).unwrap();
    let Output { status, stderr, .. } = runner::command(&path).args(["--port", "0"]).output().unwrap();
    let text = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!(status.code(), Some(1), "{text}");
    text
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert!(std::fs::read(app().artifact).unwrap() == std::fs::read(app().artifact).unwrap());
}

#[test]
fn other_files_are_named_for_what_they_are() {
    for (bytes, text) in [
        (&b""[..], "an empty file"),
        (b"\0asm\x01\0\0\0", "a WebAssembly module"),
        (b"#!/bin/sh\n", "another kind of file"),
        (&std::fs::read("/proc/self/exe").unwrap(), "another ELF file"),
    ] {
        let message = refused(bytes);
        assert!(message.contains(text) && message.contains("modusc"), "{message}");
    }
}

#[test]
fn truncation_and_flipped_bits_are_noticed() {
    let bytes = std::fs::read(app().artifact).unwrap();
    for length in [64, bytes.len() / 2, bytes.len() - 48, bytes.len() - 1] {
        let message = refused(&bytes[..length]);
        assert!(message.contains("truncated or damaged"), "{length}: {message}");
    }
    // In the trailer, the header and the program; the code has its own check, `--verify`.
    for from_end in [4, 40, 60, 200, 2000] {
        let mut flipped = bytes.clone();
        let at = flipped.len() - from_end;
        flipped[at] ^= 1;
        let message = refused(&flipped);
        assert!(message.contains("damaged"), "{from_end} from the end: {message}");
    }
}

#[test]
fn artifacts_for_other_machines_are_refused() {
    let wasm = guests::build("examples/people");
    let folder = tempfile::tempdir().unwrap();
    let artifact = folder.path().join("app.cwasm");
    let output = app::modusc(&[
        wasm.as_os_str(),
        "-o".as_ref(),
        artifact.as_os_str(),
        "--target".as_ref(),
        "aarch64-unknown-linux-gnu".as_ref(),
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let message = refused(&std::fs::read(&artifact).unwrap());
    assert!(message.contains("aarch64-unknown-linux-gnu") && message.contains("x86_64-unknown-linux-gnu"), "{message}");
}

#[test]
fn the_runner_holds_no_compiler() {
    let bytes = std::fs::read(tests::binary("modus-runner")).unwrap();
    for name in [&b"cranelift_codegen"[..], b"wasmtime_internal_cranelift"] {
        assert!(!bytes.windows(name.len()).any(|window| window == name), "Cranelift is in the runner");
    }
    let compiler = std::fs::read(tests::binary("modusc")).unwrap();
    let name = b"cranelift_codegen";
    assert!(compiler.windows(name.len()).any(|window| window == name), "the check itself does not work");
}
