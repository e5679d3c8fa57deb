//! Promise: the release archive is whole and the same each time; it lists everything that is linked in; and with nothing but it
//! and the tools of the language, a new app is made, built without a network, and served; so is an example, and an app of the
//! original once its line is changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::dev::Dev;
use tests::guests::Language;
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

/// A program in a folder, for who has the archive and the tools of a language, and neither a network nor what npm fetched
/// before.
fn offline(program: impl AsRef<Path>, folder: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(folder).env("npm_config_offline", "true").env("GOPROXY", "off");
    // Whatever it would fetch is refused, and nothing is kept from earlier.
    command.env("npm_config_registry", "http://127.0.0.1:9/").env("npm_config_cache", UNPACKED.root.join("../npm"));
    command
}

/// The archive's modusc.
fn modusc(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = offline(UNPACKED.root.join("bin/modusc"), folder);
    command.args(arguments);
    command
}

/// The archive's runner, with an app that was built.
fn serve(app: &Path) -> Runner {
    let mut command = Command::new(UNPACKED.root.join("bin/modus-runner"));
    command.env_clear().arg(app.join("build/app.cwasm"));
    Runner::start_command(command, &Options::default().env("MODUS_ENV", "dev"))
}

/// The SDK's line in a package.json.
fn packed_sdk() -> String {
    format!("file:{}", UNPACKED.root.join(format!("share/modusc/modusc-sdk-as-{}.tgz", sdk_version())).display())
}

const HELLO: &str = r#"{ sayHello(name: "you") }"#;

/// The first commands of README, in its order.
#[test]
fn a_new_app_is_built_without_a_network_and_answers() {
    for language in Language::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let app = folder.join("hello");
        run(&mut modusc(folder, &["doctor"]));
        let name = if language == Language::AssemblyScript { "as" } else { "go" };
        run(&mut modusc(folder, &["new", "hello", "--lang", name]));
        match language {
            Language::AssemblyScript => {
                let package = std::fs::read_to_string(app.join("package.json")).expect("text");
                assert!(package.contains(&packed_sdk()), "{package}");
            }
            // Its modules are fetched once. Then they are there for every app.
            Language::Go => {
                run(Command::new("go").args(["list", "-deps", ".", GO_TOOL]).current_dir(&app));
                run(Command::new("go").args(["build", "-o", "/dev/null", GO_TOOL]).current_dir(&app));
            }
        }
        let mut dev = Dev::start_command(modusc(folder, &["dev", "hello", "--stand-in"]), &app);
        dev.wait_for(HELLO, &json!({"sayHello": "Hello, you!"}));
        let asked = dev.ask("{ generateText(instruction: \"Be brief.\", prompt: \"Why?\") }").expect("an answer");
        assert!(
            asked["data"]["generateText"].as_str().is_some_and(|text| text.contains("Why?")),
            "{language:?}: {asked}"
        );
        dev.signal("INT");
        assert_eq!(dev.ended(), Some(0), "{language:?}: {}", dev.log());

        std::fs::remove_dir_all(app.join("build")).expect("what dev built");
        run(&mut modusc(folder, &["build", "hello"]));
        let answer = serve(&app).query(HELLO);
        assert_eq!(answer["data"], json!({"sayHello": "Hello, you!"}), "{language:?}: {answer}");
    }
}

const GO_TOOL: &str = "github.com/hypermodeinc/modus/sdk/go/tools/modus-go-build";

#[test]
fn its_examples_take_the_packed_sdk_and_are_built() {
    let examples = "share/doc/modusc/examples";
    let root = &UNPACKED.root;
    let mut names = BTreeSet::new();
    files(&root.join(examples), root, &mut names);
    let packages: Vec<&String> = names.iter().filter(|name| name.ends_with("/package.json")).collect();
    assert!(packages.len() > 10, "{packages:?}");
    for name in packages {
        let package: Value = serde_json::from_str(&read(name)).expect("JSON");
        let sdk = package["dependencies"][SDK].as_str().and_then(|sdk| sdk.strip_prefix("file:"));
        let sdk = root.join(name).with_file_name(sdk.unwrap_or_else(|| panic!("{name}: {package}")));
        assert!(sdk.is_file(), "{name}: there is no {}", sdk.display());
    }

    // In a copy: the archive stays what it is.
    let copy = tempfile::tempdir().expect("a folder");
    run(Command::new("cp").args(["-r", "--parents", examples, "share/modusc"]).arg(copy.path()).current_dir(root));
    let folder = copy.path().join("share/doc/modusc");
    run(&mut modusc(&folder, &["build", "examples/hello/assemblyscript"]));
    let answer = serve(&folder.join("examples/hello/assemblyscript")).query("{ sayHello(name: \"Ada\") }");
    assert_eq!(answer["data"], json!({"sayHello": "Hello, Ada!"}), "{answer}");
}

/// The SDK, by the name that apps import it by.
const SDK: &str = "@hypermode/modus-sdk-as";

/// A package that looks like one of the registry, packed into a folder; with a command if it has a name. How npm wants it named.
fn packed(folder: &Path, name: &str, version: &str, command: Option<&str>) -> String {
    let package = folder.join(version).join("package");
    std::fs::create_dir_all(&package).expect("a folder");
    let mut about = json!({"name": name, "version": version});
    if let Some(command) = command {
        about["bin"] = json!({command: "command.sh"});
        std::fs::write(package.join("command.sh"), "#!/bin/sh\necho 'the original was run'\nexit 1\n")
            .expect("written");
    }
    std::fs::write(package.join("package.json"), about.to_string()).expect("written");
    let file = folder.join(format!("{}-{version}.tgz", name.replace('/', "-")));
    run(Command::new("tar").arg("-czf").arg(&file).arg("package").current_dir(folder.join(version)));
    format!("file:{}", file.display())
}

/// As the original's template makes it: with a lock file, packages that are installed, and one compiler for all of them.
#[test]
fn an_app_of_the_original_is_built_once_its_line_is_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    run(&mut modusc(folder, &["new", "app", "--lang", "as"]));
    let app = folder.join("app");
    std::fs::remove_file(app.join(".npmrc")).expect("the original's has none");
    let settings = json!({
        "extends": "./node_modules/@hypermode/modus-sdk-as/app.asconfig.json",
        "options": {"transform": ["@hypermode/modus-sdk-as/transform", "json-as/transform"]},
    });
    std::fs::write(app.join("asconfig.json"), settings.to_string()).expect("written");
    let packages = folder.join("packages");
    let [original, json_as, assemblyscript] = [
        packed(&packages, SDK, "0.17.1", Some("modus-as-build")),
        packed(&packages, "json-as", "0.9.29", None),
        packed(&packages, "assemblyscript", "0.27.32", None),
    ];
    let package = |sdk: &str| {
        let text = json!({
            "name": "app", "private": true, "type": "module", "scripts": {"build": "modus-as-build"},
            "dependencies": {SDK: sdk, "json-as": json_as},
            "devDependencies": {"assemblyscript": assemblyscript},
            "overrides": {"assemblyscript": "$assemblyscript"},
        });
        std::fs::write(app.join("package.json"), text.to_string()).expect("written");
    };
    package(&original);
    run(offline("npm", &app).args(["install", "--no-audit", "--no-fund"]));
    let lock = std::fs::read(app.join("package-lock.json")).expect("a lock file");
    // Until the line is changed, the app's own SDK is the one that builds.
    let before = modusc(folder, &["build", "app"]).output().expect("it runs");
    assert!(!before.status.success() && text(&before.stderr).contains("the original was run"), "{before:?}");

    package(&packed_sdk());
    let installed = |name: &str| -> Value {
        let file = app.join("node_modules").join(name).join("package.json");
        serde_json::from_slice(&std::fs::read(file).expect("a package")).expect("JSON")
    };
    for is_fresh in [false, true] {
        if is_fresh {
            // A clone of the app, whose lock file is still of before.
            std::fs::remove_dir_all(app.join("node_modules")).expect("packages");
            std::fs::remove_dir_all(app.join("build")).expect("what was built");
            std::fs::write(app.join("package-lock.json"), &lock).expect("written");
        }
        run(&mut modusc(folder, &["build", "app"]));
        assert_eq!(installed(SDK)["name"], "@modusc/sdk-as");
        assert_eq!(installed("assemblyscript")["version"], "0.27.32", "the app's own stays");
        let now = std::fs::read(app.join("package-lock.json")).expect("a lock file");
        assert!(text(&now).contains("@modusc/sdk-as"), "{}", text(&now));
        assert_eq!(serve(&app).query(HELLO)["data"], json!({"sayHello": "Hello, you!"}), "fresh: {is_fresh}");
    }
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
