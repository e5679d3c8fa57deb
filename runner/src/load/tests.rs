//! What becomes of an artifact that is changed while it is in use.

use std::fs;

use abi::artifact::{Cpu, Parts, write};
use abi::language::Language;
use abi::manifest::Manifest;
use abi::plan::App;
use abi::renewal::Renewal;
use abi::schema::{ObjectType, Schema};
use abi::table::Table;
use abi::types::Types;

use super::*;

/// An object without sections, then bytes in place of code.
fn code(byte: u8, length: usize) -> Vec<u8> {
    let mut code = vec![byte; length.max(64)];
    code[..64].fill(0);
    code[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    // As wasmtime marks its objects.
    code[7] = 200;
    code[20] = 1;
    // The number of the section with the names.
    code[62] = 1;
    code
}

/// An artifact for this machine whose objects have names of so many bytes.
fn artifact(code: &[u8], names: usize) -> Vec<u8> {
    let object = |name: String| ObjectType { name, description: None, fields: Vec::new(), is_map_pair: false };
    let objects: Vec<_> = ["a", "b", "c"].map(|name| object(name.repeat(names))).into();
    artifact_of(code, objects.into())
}

fn artifact_of(code: &[u8], objects: Table<ObjectType>) -> Vec<u8> {
    let program = Program {
        app: App::default(),
        language: Language::ALL[0],
        start: None,
        renewal: Renewal::default(),
        memory: None,
        types: Types::default(),
        functions: Vec::new().into(),
        imports: Vec::new(),
        schema: Schema { objects, ..Schema::default() },
        manifest: Manifest::default(),
    };
    let cpu = Cpu { level: "baseline".to_owned(), features: Vec::new() };
    let (target, bounds) = (abi::cpu::target(), Bounds::Guard);
    write(&Parts { source: b"", code, runner: None, program: &program, target, cpu, bounds }).expect("an artifact")
}

struct OnDisk {
    path: PathBuf,
    bytes: Vec<u8>,
    _folder: tempfile::TempDir,
}

fn on_disk(bytes: Vec<u8>) -> OnDisk {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.cwasm");
    fs::write(&path, &bytes).expect("room");
    OnDisk { path, bytes, _folder: folder }
}

/// Opens an artifact, lets something happen to it, and makes the code safe.
fn sealed_after(change: impl Fn(&OnDisk)) -> Result<CodeFile, LoadError> {
    let disk = on_disk(artifact(&code(1, 100_000), 1));
    let loaded = Loaded::open(&disk.path, false).expect("an artifact that fits");
    assert!(!loaded.code.is_copy);
    change(&disk);
    loaded.code.sealed(&loaded.program)
}

#[track_caller]
fn overwritten(change: impl Fn(&OnDisk)) {
    let refused = sealed_after(change);
    assert!(matches!(refused, Err(LoadError::Overwritten { .. })), "{refused:?}");
}

#[test]
fn code_can_be_made_safe_from_whoever_writes_later() {
    let disk = on_disk(artifact(&code(1, 100_000), 1));
    let Loaded { program, code, .. } = Loaded::open(&disk.path, false).expect("an artifact that fits");
    let code = code.sealed(&program).expect("a copy");
    assert!(code.is_copy);
    fs::write(&disk.path, "").expect("room");
    let mut bytes = vec![0; disk.bytes.len()];
    code.file.read_exact_at(&mut bytes, 0).expect("the copy");
    assert!(bytes == disk.bytes);
    assert!(Arc::ptr_eq(&code.file, &code.sealed(&program).expect("itself").file), "a copy of a copy");
}

#[test]
fn what_does_not_change_the_contents_is_no_matter() {
    assert!(sealed_after(|_| ()).expect("a copy").is_copy);
    let replaced = sealed_after(|disk| {
        let other = disk.path.with_extension("new");
        fs::write(&other, "other").expect("room");
        fs::rename(other, &disk.path).expect("another file");
    });
    assert!(replaced.expect("a copy of the old file").is_copy);
    let same = sealed_after(|disk| fs::write(&disk.path, &disk.bytes).expect("room"));
    assert!(same.expect("a copy").is_copy);
}

#[test]
fn a_file_that_was_overwritten_is_refused() {
    overwritten(|disk| fs::write(&disk.path, "").expect("room"));
    overwritten(|disk| fs::write(&disk.path, vec![7; disk.bytes.len()]).expect("room"));
    overwritten(|disk| fs::write(&disk.path, artifact(&code(2, 100_000), 1)).expect("room"));
    // One byte of the code.
    overwritten(|disk| {
        let mut bytes = disk.bytes.clone();
        bytes[50_000] ^= 1;
        fs::write(&disk.path, bytes).expect("room");
    });
}

#[test]
fn a_large_artifact_stays_where_it_is() {
    let disk = on_disk(artifact(&code(1, MOST_COPIED as usize + 1), 1));
    let loaded = Loaded::open(&disk.path, false).expect("an artifact that fits");
    assert!(!loaded.code.sealed(&loaded.program).expect("the same file").is_copy);
    assert!(Loaded::open_copy(&disk.path).expect("a copy").code.is_copy);
}

/// Writes to a file that is there, when its times tell of it.
fn write_later(disk: &OnDisk, bytes: &[u8]) {
    // The clock of file systems ticks each few milliseconds.
    std::thread::sleep(std::time::Duration::from_millis(20));
    fs::write(&disk.path, bytes).expect("room");
}

/// Its contents decide, once. What is done to it later is seen again.
#[test]
fn what_stays_where_it_is_is_looked_at_again() {
    let disk = on_disk(artifact(&code(1, 100_000), 1));
    let opened = Loaded::open(&disk.path, false).expect("an artifact that fits").code;
    let mut code = opened.looked_at().expect("nobody has touched it");
    for _ in 0..2 {
        write_later(&disk, &disk.bytes);
        assert!(!code.is_untouched());
        code = code.looked_at().expect("the same contents");
        assert!(code.is_untouched() && !code.is_fixed() && code.is_where(&opened));
    }
    write_later(&disk, &artifact(&self::code(2, 100_000), 1));
    assert!(!code.is_untouched());
    assert!(matches!(code.looked_at(), Err(LoadError::Overwritten { .. })));

    let disk = on_disk(artifact(&self::code(1, MOST_COPIED as usize + 1), 1));
    let Loaded { program, code, .. } = Loaded::open(&disk.path, false).expect("an artifact that fits");
    write_later(&disk, &disk.bytes);
    assert!(code.sealed(&program).expect("the same contents").is_untouched());
}

/// Tables are decoded when they are used, which may be after the file changed.
#[test]
fn the_program_does_not_depend_on_the_file() {
    for names in [10, LARGE] {
        let disk = on_disk(artifact(&code(1, 64), names));
        let program = Loaded::open(&disk.path, false).expect("an artifact that fits").program;
        fs::write(&disk.path, "").expect("room");
        let objects: Vec<_> = program.schema.objects.iter().map(|object| object.name.clone()).collect();
        assert!(objects == ["a", "b", "c"].map(|name| name.repeat(names)));
    }
}

#[test]
fn a_copy_is_verified() {
    let disk = on_disk(artifact(&code(1, 100_000), 1));
    let loaded = Loaded::open_copy(&disk.path).expect("an artifact that fits");
    assert!(loaded.code.is_copy);
    let mut flipped = disk.bytes.clone();
    flipped[50_000] ^= 1;
    let half = disk.bytes[..disk.bytes.len() / 2].to_vec();
    for (bytes, expected) in [(flipped, "SHA-256"), (half, "its end is missing"), (Vec::new(), "an empty file")] {
        fs::write(&disk.path, bytes).expect("room");
        let refused = Loaded::open_copy(&disk.path).expect_err("it is damaged").to_string();
        assert!(refused.contains(expected) && refused.contains("app.cwasm"), "{refused}");
    }
    let folder = Loaded::open_copy(disk.path.parent().expect("a folder")).expect_err("a folder").to_string();
    assert!(folder.contains("it is not a file"), "{folder}");
}

/// Written by another modusc than the format says: every checksum is right, and an item is none.
#[test]
fn a_damaged_program_is_found_when_the_copy_is_made_at_the_latest() {
    let mut bytes = Vec::new();
    let object =
        |name: &str| ObjectType { name: name.to_owned(), description: None, fields: vec![], is_map_pair: false };
    let extent = Table::from(vec![object("a"), object("b")]).store(&mut bytes).expect("a table");
    let last = bytes.len() - 1;
    // Neither a truth value.
    bytes[last] = 7;
    let objects = Table::stored("objects", extent, bytes.into()).expect("a table");
    let disk = on_disk(artifact_of(&code(1, 1000), objects));
    let loaded = Loaded::open(&disk.path, false).expect("nobody has asked for the item");
    let refusals = [
        loaded.code.sealed(&loaded.program).expect_err("a damaged program"),
        Loaded::open(&disk.path, true).expect_err("a damaged program"),
        Loaded::open_copy(&disk.path).expect_err("a damaged program"),
    ];
    for refused in refusals {
        assert!(matches!(refused, LoadError::Artifact { .. }), "{refused:?}");
        assert!(refused.to_string().contains("table objects, item 1: it cannot be decoded"), "{refused}");
    }
}
