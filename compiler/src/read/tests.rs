//! Modules made by hand.

use crate::metadata::{SECTION, VERSION, VERSION_SECTION};

use super::*;

/// A module with its metadata, and everything that is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> (Option<Module>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let module = file(bytes, &mut found).and_then(|file| {
        let described = metadata::read(&file.sections, &mut found);
        module(file, described, &mut found)
    });
    (module, found)
}

/// A module under construction: function types as letters (`i` `I` `f` `F` `v`, results after `>`).
#[derive(Default)]
pub(crate) struct Builder {
    types: Vec<u8>,
    imports: Vec<u8>,
    functions: Vec<u8>,
    exports: Vec<u8>,
    code: Vec<u8>,
    counts: [u8; 4],
    memory: bool,
    custom: Vec<u8>,
}

impl Builder {
    /// A module with memory, `_initialize` and the metadata.
    pub(crate) fn app(metadata: &str) -> Self {
        let mut builder = Self { memory: true, ..Self::default() };
        builder.export("_initialize", ">");
        builder.section(VERSION_SECTION, &[VERSION]);
        builder.section(SECTION, metadata.as_bytes());
        builder
    }

    /// Imports a function; all imports come before all exports.
    pub(crate) fn import(&mut self, module: &str, name: &str, ty: &str) -> &mut Self {
        let index = self.ty(ty);
        text(&mut self.imports, module);
        text(&mut self.imports, name);
        self.imports.extend([0, index]);
        self.counts[1] += 1;
        self
    }

    /// Defines and exports a function.
    pub(crate) fn export(&mut self, name: &str, ty: &str) -> &mut Self {
        let index = self.ty(ty);
        self.functions.push(index);
        text(&mut self.exports, name);
        self.exports.extend([0, self.counts[2]]);
        self.counts[2] += 1;
        // No locals, unreachable, end.
        self.code.extend([3, 0, 0, 0x0b]);
        self
    }

    /// Adds a custom section.
    pub(crate) fn section(&mut self, name: &str, data: &[u8]) -> &mut Self {
        let mut payload = Vec::new();
        text(&mut payload, name);
        payload.extend(data);
        section(&mut self.custom, 0, &payload);
        self
    }

    fn ty(&mut self, ty: &str) -> u8 {
        let (parameters, results) = ty.split_once('>').expect("a function type");
        self.types.push(0x60);
        for list in [parameters, results] {
            self.types.push(list.len() as u8);
            self.types.extend(list.bytes().map(|letter| match letter {
                b'i' => 0x7f,
                b'I' => 0x7e,
                b'f' => 0x7d,
                b'F' => 0x7c,
                _ => 0x7b,
            }));
        }
        self.counts[0] += 1;
        self.counts[0] - 1
    }

    /// The bytes of the module.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        let list = |count: u8, items: &[u8]| [&[count], items].concat();
        section(&mut bytes, 1, &list(self.counts[0], &self.types));
        section(&mut bytes, 2, &list(self.counts[1], &self.imports));
        section(&mut bytes, 3, &list(self.counts[2], &self.functions));
        if self.memory {
            section(&mut bytes, 5, &[1, 0, 1]);
        }
        // Function indices begin after the imports.
        let mut exports = Vec::new();
        let mut rest = &self.exports[..];
        while let Some(length) = rest.first() {
            let (entry, next) = rest.split_at(*length as usize + 3);
            exports.extend(&entry[..entry.len() - 1]);
            exports.push(entry[entry.len() - 1] + self.counts[1]);
            rest = next;
        }
        if self.memory {
            text(&mut exports, "memory");
            exports.extend([2, 0]);
        }
        section(&mut bytes, 7, &list(self.counts[2] + u8::from(self.memory), &exports));
        section(&mut bytes, 10, &list(self.counts[2], &self.code));
        bytes.extend(&self.custom);
        bytes
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(text.len() as u8);
    bytes.extend(text.bytes());
}

fn section(bytes: &mut Vec<u8>, id: u8, payload: &[u8]) {
    bytes.push(id);
    let length = payload.len();
    bytes.extend([length as u8 & 0x7f | 0x80, (length >> 7) as u8 & 0x7f | 0x80, (length >> 14) as u8]);
    bytes.extend(payload);
}

#[track_caller]
fn check(bytes: &[u8], expected: &[(&str, &str)]) {
    let (module, found) = read(bytes);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (finding, (code, part)) in found.iter().zip(expected) {
        assert_eq!(finding.code, *code, "{finding:?}");
        assert!(finding.message.contains(part), "{finding:?}");
        assert!(!finding.message.contains("plugin"), "{finding:?}");
    }
    if !found.iter().any(Diagnostic::is_error) {
        assert!(module.is_some());
    }
}

const SDK: &str = r#"{"sdk":"modus-sdk-as@0.18.0"}"#;

#[test]
fn headers() {
    check(b"", &[(codes::NOT_WASM, "invalid wasm file")]);
    check(b"\x7fELF\x01\0\0\0", &[(codes::NOT_WASM, "invalid wasm file")]);
    check(b"\0asm\x02\0\0\0", &[(codes::NOT_WASM, "unsupported wasm version")]);
    check(b"\0asm\x0d\0\x01\0", &[(codes::COMPONENT, "component")]);
}

#[test]
fn sections() {
    let missing = (codes::METADATA_VERSION_MISSING, "failed to read the version of the app's metadata");
    let start = (codes::START_MISSING, "no WASI startup function found in");
    check(b"\0asm\x01\0\0\0", &[missing, start]);
    check(b"\0asm\x01\0\0\0\0\x05\x01ab", &[(codes::MALFORMED_SECTION, "malformed custom section"), missing]);
    check(
        b"\0asm\x01\0\0\0\0\x02\x05a",
        &[(codes::MALFORMED_SECTION, "malformed custom section at offset 0x8"), missing],
    );
    // Behind a sound section, whose name is no text; a length that does not end; one that is cut off.
    let second = (codes::MALFORMED_SECTION, "malformed custom section at offset 0xc");
    check(b"\0asm\x01\0\0\0\0\x02\x01\xff\0\x01", &[second, missing]);
    check(b"\0asm\x01\0\0\0\0\x02\x01a\0\xff\xff\xff\xff\xff\x01", &[second, missing]);
    check(b"\0asm\x01\0\0\0\0\x02\x01a\0\x80", &[second, missing]);
    check(b"\0asm\x01\0\0\0\x01\x05\x01a", &[(codes::INVALID_MODULE, "failed to compile the app: "), missing]);

    let with = |name: &str, data: &[u8]| Builder::app(SDK).section(name, data).bytes();
    check(&with("other", b"x"), &[]);
    check(&with("modus_metadata_version", b""), &[missing]);
    check(&with("modus_metadata_version", b"\x02\x02"), &[missing]);
    let unsupported = (codes::METADATA_VERSION_UNSUPPORTED, "unsupported version of the app's metadata: 3");
    check(&with("modus_metadata_version", b"\x03"), &[unsupported]);
    let mut last_wins = Builder::app("{");
    check(&last_wins.section(SECTION, SDK.as_bytes()).bytes(), &[]);

    let mut bare = Builder::default();
    let bare = bare.export("_start", ">");
    check(
        &bare.section("hypermode_version", b"\x02").bytes(),
        &[(codes::METADATA_PRE_MODUS, "failed to read the version of the app's metadata")],
    );
    check(
        &bare.section(VERSION_SECTION, b"\x02").bytes(),
        &[(codes::METADATA_MISSING, "no metadata found in the app")],
    );
}

#[test]
fn documents() {
    let json = |text: &str| Builder::app(text).bytes();
    let refused = |part| [(codes::METADATA_JSON, part)];
    check(&json("{"), &refused("failed to parse the app's metadata: EOF"));
    check(&json("null"), &refused("failed to parse the app's metadata: "));
    check(&json(r#"{"sdk":1}"#), &refused("failed to parse the app's metadata: invalid type"));
    check(&json(r#"{"types":{"T":{"id":-1}}}"#), &refused("failed to parse the app's metadata: "));
    check(&json(r#"{"types":{"T":{"id":1.5}}}"#), &refused("failed to parse the app's metadata: "));
    check(&json("{}"), &[(codes::SDK_UNSUPPORTED, "unsupported SDK: ")]);
    check(&json(r#"{"sdk":"functions-as@1"}"#), &[(codes::SDK_UNSUPPORTED, "unsupported SDK: functions-as@1")]);
    check(&json(r#"{"sdk":"x","sdk":"modus-sdk-go","types":null,"fnExports":{"f":null},"new":[1]}"#), &[]);

    let text = r#"{"sdk":"modus-sdk-as","fnExports":{"f":{"parameters":[{"name":"a","type":"i32","default":null},
        {"name":"b","type":"i32","docs":null}],"docs":null}}}"#;
    let (module, _) = read(&json(text));
    let module = module.expect("a module");
    let parameters = &module.metadata.fn_exports["f"].parameters;
    assert_eq!(parameters[0].default, Some(serde_json::Value::Null));
    assert_eq!(parameters[1].default, None);
}

#[test]
fn structure_of_a_module() {
    let mut builder = Builder::app(SDK);
    builder.import("env", "seed", ">F").import("env", "seed", ">F").export("f", "iv>I");
    let (module, found) = read(&builder.bytes());
    assert_eq!(found, []);
    let module = module.expect("a module");
    assert_eq!(module.imports.len(), 2);
    assert_eq!(module.exports["f"].params().len(), 2);
    assert!(module.exports_memory);
    assert_eq!(module.start.as_deref(), Some("_initialize"));

    let bad = Builder::default().export("_initialize", "i>").bytes();
    let (_, found) = read(&bad);
    assert!(found.iter().any(|finding| finding.code == codes::START_MISSING && finding.message.contains("parameters")));
}

#[test]
fn imported_memory() {
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    section(&mut bytes, 2, b"\x01\x03env\x06memory\x02\0\x01");
    let (_, found) = read(&bytes);
    assert!(found[0].message.contains("it imports the memory env.memory"), "{found:?}");
}

#[test]
fn refused_features() {
    // Two memories; a shared memory; a 64-bit memory.
    for memory in [&b"\x02\0\x01\0\x01"[..], b"\x01\x03\x01\x01", b"\x01\x04\x01"] {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        section(&mut bytes, 5, memory);
        let (_, found) = read(&bytes);
        assert_eq!(found[0].code, codes::INVALID_MODULE, "{found:?}");
    }
}

/// `_start` is AssemblyScript's initialisation under another name, and runs the whole of a Go program.
#[test]
fn programs() {
    let exporting = |sdk: &str, name: &str| {
        let metadata = format!(r#"{{"sdk":"{sdk}"}}"#);
        Builder::default()
            .section(VERSION_SECTION, b"\x02")
            .section(SECTION, metadata.as_bytes())
            .export(name, ">")
            .bytes()
    };
    let command = (codes::START_COMMAND, "its main function runs in each call");
    for sdk in ["modus-sdk-as", "modus-sdk-as@0.13.0", "modus-sdk-as@0.17.4"] {
        check(&exporting(sdk, "_start"), &[]);
    }
    check(&exporting("modus-sdk-go@0.16.0", "_start"), &[command]);
    check(&exporting("modus-sdk-go@0.16.0", "_initialize"), &[]);
}
