//! Reads an app module: validation, metadata, imports, exports and start function (`metadata` sections 1, 2, 7).

use std::collections::BTreeMap;

use abi::language::Language;
use wasmparser::{ExternalKind, FuncType, Parser, Payload, TypeRef, Validator, WasmFeatures};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::{frontend, of_sdk};
use crate::metadata::{self, Metadata};

/// An app module whose metadata can be used.
#[derive(Clone, Debug)]
pub struct Module {
    /// The metadata.
    pub metadata: Metadata,
    /// The metadata's JSON text as embedded.
    pub metadata_json: Vec<u8>,
    /// The guest language.
    pub language: Language,
    /// Imported functions in module order, duplicates included.
    pub imports: Vec<Import>,
    /// Exported functions.
    pub exports: BTreeMap<String, FuncType>,
    /// Whether a linear memory is exported as `memory`.
    pub exports_memory: bool,
    /// The export that initialises an instance.
    pub start: Option<String>,
}

/// An imported function.
#[derive(Clone, Debug)]
pub struct Import {
    /// Import module.
    pub module: String,
    /// Import name.
    pub name: String,
    /// Core type.
    pub ty: FuncType,
}

/// The features a guest may use; the engine accepts no other.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM2;

/// The functions that initialise an instance, in the order in which they are looked for.
pub(crate) const START: [&str; 2] = ["_initialize", "_start"];

/// Reads a module and reports everything that is wrong with it.
///
/// The module is absent only where nothing further can be said about it; findings that are errors forbid an artifact
/// in any case.
pub fn read(bytes: &[u8]) -> (Option<Module>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    if let Some(finding) = header_problem(bytes) {
        return (None, vec![finding]);
    }
    let (sections, truncated) = custom_sections(bytes);
    let structure = match truncated {
        Some(finding) => {
            found.push(finding);
            None
        }
        None => structure(bytes, &mut found),
    };
    let metadata = read_metadata(&sections, &mut found);
    let start = structure.as_ref().and_then(|structure| start_function(structure, &mut found));
    let (Some(structure), Some((metadata, metadata_json, language))) = (structure, metadata) else {
        return (None, found);
    };
    let Structure { imports, exports, exports_memory } = structure;
    (Some(Module { metadata, metadata_json, language, imports, exports, exports_memory, start }), found)
}

/// What is wrong with the first eight bytes.
fn header_problem(bytes: &[u8]) -> Option<Diagnostic> {
    let header: Option<&[u8; 8]> = bytes.first_chunk();
    Some(match header {
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => return None,
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => {
            Diagnostic::error(codes::COMPONENT, "the file is a WebAssembly component, not a core module")
                .with_help("Modus SDKs build core modules for WASI preview 1")
        }
        Some([0, b'a', b's', b'm', version @ ..]) => {
            let version = u32::from_le_bytes(*version);
            Diagnostic::error(codes::NOT_WASM, format!("unsupported wasm version: {version}"))
        }
        _ => Diagnostic::error(codes::NOT_WASM, "invalid wasm file: it does not begin with the WebAssembly magic"),
    })
}

/// Custom sections by name; of several with one name the last.
type Sections<'b> = BTreeMap<&'b [u8], &'b [u8]>;

/// All custom sections up to the end or the first malformed one.
fn custom_sections(bytes: &[u8]) -> (Sections<'_>, Option<Diagnostic>) {
    let mut sections = Sections::new();
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((&id, after)) = rest.split_first() {
        let Some((payload, next)) = prefixed(after) else {
            // Other sections are the validator's business.
            return (sections, (id == 0).then(|| malformed(bytes.len() - rest.len())));
        };
        if id == 0 {
            let Some((name, data)) = prefixed(payload) else {
                return (sections, Some(malformed(bytes.len() - rest.len())));
            };
            sections.insert(name, data);
        }
        rest = next;
    }
    (sections, None)
}

fn malformed(offset: usize) -> Diagnostic {
    Diagnostic::error(codes::MALFORMED_SECTION, format!("malformed custom section at offset {offset:#x}"))
        .with_help("the file is damaged or was cut off; build the app again")
}

/// Splits off the bytes whose number stands in front of them as unsigned LEB128.
fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        length |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return bytes.get(index + 1..)?.split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

struct Structure {
    imports: Vec<Import>,
    exports: BTreeMap<String, FuncType>,
    exports_memory: bool,
}

/// Validates the module and takes its imports and exports.
fn structure(bytes: &[u8], found: &mut Vec<Diagnostic>) -> Option<Structure> {
    let checked = Validator::new_with_features(FEATURES).validate_all(bytes).map(|_| ());
    let (structure, foreign) = match checked.and_then(|()| collect(bytes)) {
        Ok(collected) => collected,
        Err(error) => {
            let message =
                format!("failed to compile the plugin: {} (at offset {:#x})", error.message(), error.offset());
            found.push(Diagnostic::error(codes::INVALID_MODULE, message));
            return None;
        }
    };
    for (kind, name) in foreign {
        let message =
            format!("failed to compile the plugin: it imports the {kind} {name}, and the host provides functions only");
        let help = match kind {
            "memory" => "build the app so that it defines and exports its own memory",
            _ => "build the app without this import",
        };
        found.push(Diagnostic::error(codes::INVALID_MODULE, message).with_help(help));
    }
    Some(structure)
}

/// The functions of a valid module, and the imports that are none.
fn collect(bytes: &[u8]) -> wasmparser::Result<(Structure, Vec<(&'static str, String)>)> {
    let mut structure = Structure { imports: Vec::new(), exports: BTreeMap::new(), exports_memory: false };
    let (mut types, mut functions, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
    let type_at = |types: &[FuncType], index: u32| types.get(index as usize).cloned();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::TypeSection(section) => {
                types = section.into_iter_err_on_gc_types().collect::<wasmparser::Result<_>>()?;
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let kind = match import.ty {
                        TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                            functions.push(index);
                            let (module, name) = (import.module.to_owned(), import.name.to_owned());
                            structure.imports.extend(type_at(&types, index).map(|ty| Import { module, name, ty }));
                            continue;
                        }
                        TypeRef::Memory(_) => "memory",
                        TypeRef::Table(_) => "table",
                        TypeRef::Global(_) => "global",
                        TypeRef::Tag(_) => "tag",
                    };
                    foreign.push((kind, format!("{}.{}", import.module, import.name)));
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    functions.push(index?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    match export.kind {
                        ExternalKind::Func | ExternalKind::FuncExact => {
                            let ty = functions.get(export.index as usize).and_then(|index| type_at(&types, *index));
                            structure.exports.extend(ty.map(|ty| (export.name.to_owned(), ty)));
                        }
                        ExternalKind::Memory => structure.exports_memory |= export.name == "memory",
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok((structure, foreign))
}

/// The function that initialises an instance.
fn start_function(structure: &Structure, found: &mut Vec<Diagnostic>) -> Option<String> {
    let Some((name, ty)) = START.into_iter().find_map(|name| Some((name, structure.exports.get(name)?))) else {
        let message = "no WASI startup function found in the module: it exports neither _initialize nor _start";
        found.push(Diagnostic::error(codes::START_MISSING, message).with_help("build the app as a WASI reactor"));
        return None;
    };
    if !ty.params().is_empty() || !ty.results().is_empty() {
        let message = format!("no WASI startup function found in the module: {name} has parameters or results");
        found.push(Diagnostic::error(codes::START_MISSING, message));
        return None;
    }
    if name == "_start" {
        let message = "the module is not correctly configured as a WASI reactor module: it exports _start only";
        found.push(
            Diagnostic::warning(codes::START_COMMAND, message)
                .with_help("rebuild the app with TinyGo 0.35 or later, or Modus SDK 0.18 or later"),
        );
    }
    Some(name.to_owned())
}

/// The metadata, its text and the language.
fn read_metadata(sections: &Sections<'_>, found: &mut Vec<Diagnostic>) -> Option<(Metadata, Vec<u8>, Language)> {
    check_version(sections, found)?;
    let Some(json) = sections.get(metadata::SECTION.as_bytes()) else {
        let help = "Metadata not found.  Please recompile using the latest version of the Modus SDK.";
        found.push(Diagnostic::error(codes::METADATA_MISSING, "no metadata found in plugin").with_help(help));
        return None;
    };
    let metadata = match parse_metadata(json) {
        Ok(metadata) => metadata,
        Err(error) => {
            let message = format!("failed to parse plugin metadata: {error}");
            found.push(Diagnostic::error(codes::METADATA_JSON, message));
            return None;
        }
    };
    let Some(language) = of_sdk(&metadata.sdk) else {
        let message = format!("unsupported SDK: {}", metadata.sdk);
        let known = Language::ALL.map(|language| frontend(language).sdk()).join(", ");
        found.push(Diagnostic::error(codes::SDK_UNSUPPORTED, message).with_help(format!("supported are: {known}")));
        return None;
    };
    Some((metadata, json.to_vec(), language))
}

fn check_version(sections: &Sections<'_>, found: &mut Vec<Diagnostic>) -> Option<()> {
    let finding = match sections.get(metadata::VERSION_SECTION.as_bytes()) {
        Some([metadata::VERSION]) => return Some(()),
        Some([version]) => Diagnostic::error(
            codes::METADATA_VERSION_UNSUPPORTED,
            format!("unsupported plugin metadata version: {version}"),
        )
        .with_help(format!("this compiler reads version {}", metadata::VERSION)),
        Some(data) => Diagnostic::error(
            codes::METADATA_VERSION_MISSING,
            format!("failed to parse plugin metadata version: the section has {} bytes instead of 1", data.len()),
        ),
        None if sections.keys().any(|name| name.starts_with(b"hypermode_")) => Diagnostic::error(
            codes::METADATA_PRE_MODUS,
            "failed to parse plugin metadata version: the app was built with a pre-Modus SDK (Hypermode Functions)",
        )
        .with_help("rebuild the app with a Modus SDK, 0.13 or later"),
        None => Diagnostic::error(
            codes::METADATA_VERSION_MISSING,
            format!("failed to parse plugin metadata version: there is no section {}", metadata::VERSION_SECTION),
        )
        .with_help("the module was not built by a Modus SDK"),
    };
    found.push(finding);
    None
}

/// Parses the document. `null` is the same as missing, an entry that is `null` an empty object, and of equal keys the
/// last one counts.
fn parse_metadata(json: &[u8]) -> serde_json::Result<Metadata> {
    let mut document: serde_json::Value = serde_json::from_slice(json)?;
    for member in ["fnExports", "fnImports", "types"] {
        let entries = document.get_mut(member).and_then(serde_json::Value::as_object_mut);
        for entry in entries.into_iter().flat_map(|entries| entries.values_mut()) {
            if entry.is_null() {
                *entry = serde_json::Value::Object(serde_json::Map::new());
            }
        }
    }
    drop_nulls(&mut document);
    serde_json::from_value(document)
}

fn drop_nulls(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::Object(entries) => {
            // A parameter's default may be null, and that means something.
            entries.retain(|key, value| !value.is_null() || key == "default");
            entries.values_mut().for_each(drop_nulls);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[cfg(test)]
pub(crate) mod tests;
