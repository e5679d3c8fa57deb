//! Promise: the release archive is whole and the same each time; it lists everything that is linked in; and with nothing but it
//! and the tools of the language, a new app is made, built without a network, and served.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::runner::{Options, Runner};

/// An archive that was made and unpacked.
struct Unpacked {
    /// Its one folder.
    root: PathBuf,
    /// SHA-256 of the archive.
    checksum: String,
    _folder: TempDir,
}

static UNPACKED: LazyLock<Unpacked> = LazyLock::new(make);

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn run(command: &mut Command) -> Output {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{command:?}: {}{}", text(&output.stdout), text(&output.stderr));
    output
}

/// Makes an archive of the programs that are built, and unpacks it.
fn make() -> Unpacked {
    let folder = tempfile::tempdir().expect("a folder");
    let built = tests::binary("modusc");
    let mut package = Command::new(tests::root().join("scripts/package.sh"));
    package.arg(folder.path()).env("MODUSC_BIN_DIR", built.parent().expect("a folder"));
    // Small is not what is tested here.
    run(package.env("MODUSC_GZIP", "1"));
    let entries = std::fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a file").path());
    let files: Vec<PathBuf> = entries.collect();
    let archive = files.iter().find(|path| path.extension().is_some_and(|end| end == "gz")).expect("an archive");
    let checksums = files.iter().find(|path| path.extension().is_some_and(|end| end == "sha256")).expect("a checksum");
    run(Command::new("sha256sum").arg("-c").arg(checksums).current_dir(folder.path()));
    let checksum = std::fs::read_to_string(checksums).expect("text");
    run(Command::new("tar").arg("-xzf").arg(archive).current_dir(folder.path()));
    let name = archive.file_name().expect("a name").to_string_lossy().replace(".tar.gz", "");
    Unpacked { root: folder.path().join(name), checksum, _folder: folder }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(UNPACKED.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder, by its path from there.
fn files(folder: &Path, from: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => files(&path, from, found),
            false => drop(found.insert(path.strip_prefix(from).expect("below").to_string_lossy().into_owned())),
        }
    }
}

#[test]
fn the_archive_is_whole() {
    let root = &UNPACKED.root;
    run(Command::new("sha256sum").args(["-c", "--quiet", "SHA256SUMS"]).current_dir(root));
    let mut there = BTreeSet::new();
    files(root, root, &mut there);
    let sums = read("SHA256SUMS");
    let listed: BTreeSet<String> = sums
        .lines()
        .filter_map(|line| Some(line.split_once("./")?.1.to_owned()))
        .chain(["SHA256SUMS".to_owned()])
        .collect();
    assert_eq!(there, listed);
    for (path, part) in [
        ("README.md", "](share/doc/modusc/docs/quick-start.md)"),
        ("LICENSE", "Apache License"),
        ("share/doc/modusc/docs/quick-start.md", "# Quick start"),
        ("share/doc/modusc/SPECIFICATION.md", "# Specification"),
        ("share/bash-completion/completions/modusc", "modusc"),
        ("share/zsh/site-functions/_modusc", "#compdef modusc"),
        ("share/fish/vendor_completions.d/modusc.fish", "complete -c modusc"),
        ("share/man/man1/modusc.1", ".TH modusc 1"),
        ("share/man/man1/modusc-dev.1", "stand\\-in"),
    ] {
        assert!(read(path).contains(part), "{path}");
    }
    for name in ["modusc", "modus-runner"] {
        let said = text(&run(Command::new(root.join("bin").join(name)).arg("--version")).stdout);
        assert_eq!(said.trim_end(), format!("{name} {}", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn it_is_the_same_each_time() {
    assert_eq!(make().checksum, UNPACKED.checksum);
}

/// Name and version of each crate that is linked into a program, by cargo's own word.
fn linked(program: &str) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--locked", "--offline", "-p", program, "-e", "normal,no-proc-macro", "--prefix", "none"]);
    let output = run(tree.args(["--format", "{p}"]).current_dir(tests::root()));
    let crates = text(&output.stdout)
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once(" v")?;
            Some(format!("pkg:cargo/{name}@{}", rest.split(' ').next()?))
        })
        .collect::<BTreeSet<_>>();
    let own = format!("pkg:cargo/{program}@{}", env!("CARGO_PKG_VERSION"));
    crates.into_iter().filter(|one| *one != own).collect()
}

#[test]
fn it_lists_what_is_linked_in() {
    let sbom: Value = serde_json::from_str(&read("share/modusc/sbom.cdx.json")).expect("JSON");
    assert_eq!((&sbom["bomFormat"], &sbom["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
    let components = sbom["components"].as_array().expect("components");
    let known: BTreeMap<&str, &Value> =
        components.iter().map(|one| (one["bom-ref"].as_str().expect("a name"), one)).collect();
    assert_eq!(known.len(), components.len(), "some component stands twice");
    let parts = |whole: &str| -> BTreeSet<String> {
        let entries = sbom["dependencies"].as_array().expect("dependencies");
        let entry = entries.iter().find(|entry| entry["ref"] == whole).unwrap_or_else(|| panic!("no {whole}"));
        let names = entry["dependsOn"].as_array().expect("names").iter();
        names.map(|name| name.as_str().expect("a name").to_owned()).collect()
    };
    let lock = std::fs::read_to_string(tests::root().join("Cargo.lock")).expect("the lock file");
    for program in ["modus-runner", "modusc"] {
        let parts = parts(&format!("program:{program}"));
        assert_eq!(parts, linked(program));
        let has_compiler = parts.iter().any(|part| part.starts_with("pkg:cargo/cranelift-codegen@"));
        assert_eq!(has_compiler, program == "modusc");
        for part in &parts {
            let component = known.get(part.as_str()).unwrap_or_else(|| panic!("{part} is no component"));
            assert!(component["licenses"][0]["expression"].is_string(), "{part}: no licence");
            if let Some(checksum) = component["hashes"][0]["content"].as_str() {
                assert!(lock.contains(&format!("checksum = \"{checksum}\"")), "{part}");
            } else {
                assert!(component["purl"].is_null(), "{part} is from a registry and has no checksum");
            }
        }
    }
    let packed = parts(&format!("pkg:npm/%40modusc/sdk-as@{}", sdk_version()));
    for part in ["pkg:npm/assemblyscript@", "pkg:npm/json-as@"] {
        assert!(packed.iter().any(|name| name.starts_with(part)), "{part}: {packed:?}");
    }
}

fn sdk_version() -> String {
    let package = std::fs::read_to_string(tests::root().join("sdk/assemblyscript/package.json")).expect("text");
    serde_json::from_str::<Value>(&package).expect("JSON")["version"].as_str().expect("a version").to_owned()
}

/// Who has the archive and Node.js, and neither a network nor what npm fetched before.
#[test]
fn a_new_app_is_built_without_a_network_and_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let bin = UNPACKED.root.join("bin");
    let modusc = |arguments: &[&str]| {
        let mut command = Command::new(bin.join("modusc"));
        command.args(arguments).current_dir(folder.path()).env("npm_config_offline", "true");
        // Whatever it would fetch is refused, and nothing is kept from earlier.
        command.env("npm_config_registry", "http://127.0.0.1:9/").env("npm_config_cache", folder.path().join("npm"));
        run(&mut command)
    };
    modusc(&["new", "hello", "--lang", "as"]);
    let package = std::fs::read_to_string(folder.path().join("hello/package.json")).expect("text");
    let sdk = UNPACKED.root.join(format!("share/modusc/modusc-sdk-as-{}.tgz", sdk_version()));
    assert!(package.contains(&format!("file:{}", sdk.display())), "{package}");
    modusc(&["build", "hello"]);
    let artifact = folder.path().join("hello/build/app.cwasm");
    let mut command = Command::new(bin.join("modus-runner"));
    command.env_clear().arg(&artifact);
    let runner = Runner::start_command(command, &Options::default().env("MODUS_ENV", "dev"));
    assert_eq!(runner.query("{ sayHello(name: \"you\") }")["data"], json!({"sayHello": "Hello, you!"}));
}

/// Without the SDK beside it `modusc` says where the SDK comes from.
#[test]
fn without_the_sdk_it_comes_from_npm() {
    let folder = tempfile::tempdir().expect("a folder");
    // Not in a source tree, and not in an archive.
    let alone = folder.path().join("modusc");
    // By another process: a child that another test forks now would keep a file of ours open for writing.
    run(Command::new("cp").arg(UNPACKED.root.join("bin/modusc")).arg(&alone));
    let mut command = Command::new(&alone);
    let said = run(command.args(["new", "hello", "--lang", "as"]).current_dir(folder.path()));
    let published = format!("npm:@modusc/sdk-as@{}", sdk_version());
    assert!(text(&said.stdout).contains(&published), "{}", text(&said.stdout));
    assert!(std::fs::read_to_string(folder.path().join("hello/package.json")).expect("text").contains(&published));
}
