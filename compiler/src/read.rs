//! Reads an app module: validation, custom sections, imports, exports and start function (`metadata` sections 1, 2, 7).

#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::arithmetic_side_effects)
)]

pub(crate) mod metadata;

use std::collections::BTreeMap;

use abi::language::Language;
use wasmparser::{BinaryReader, ExternalKind, FuncType, Parser, Payload, TypeRef, Validator, WasmFeatures};

use self::metadata::Described;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::frontend;
use crate::metadata::Metadata;

/// A WebAssembly file, whose metadata nobody has looked at.
pub(crate) struct File<'b> {
    /// Its custom sections.
    pub(crate) sections: Sections<'b>,
    /// Its functions, if it is a valid module.
    structure: Option<Structure>,
}

/// An app module whose metadata can be used.
#[derive(Clone, Debug)]
pub struct Module {
    /// The metadata.
    pub metadata: Metadata,
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

/// Reads a file and reports everything that is wrong with it as a module. It is absent only where nothing further can be
/// said about it.
pub(crate) fn file<'b>(bytes: &'b [u8], found: &mut Vec<Diagnostic>) -> Option<File<'b>> {
    if let Some(finding) = header_problem(bytes) {
        found.push(finding);
        return None;
    }
    let (sections, malformed) = custom_sections(bytes);
    let structure = match malformed {
        Some(offset) => {
            let message = format!("malformed custom section at offset {offset:#x}");
            let help = "the file is damaged or was cut off; build the app again";
            found.push(Diagnostic::error(codes::MALFORMED_SECTION, message).with_help(help));
            None
        }
        None => structure(bytes, found),
    };
    Some(File { sections, structure })
}

/// The module of a file with its metadata. Findings that are errors forbid an artifact in any case.
pub(crate) fn module(file: File<'_>, described: Option<Described>, found: &mut Vec<Diagnostic>) -> Option<Module> {
    let language = described.as_ref().map(|described| described.language);
    let start = file.structure.as_ref().and_then(|structure| start_function(structure, language, found));
    let Structure { imports, exports, exports_memory } = file.structure?;
    let Described { metadata, language } = described?;
    Some(Module { metadata, language, imports, exports, exports_memory, start })
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

/// Bytes of a module in front of its first section.
const HEADER: usize = 8;
/// Number of the sections that are custom.
const CUSTOM: u8 = 0;

/// Custom sections by name; of several with one name the last.
pub(crate) type Sections<'b> = BTreeMap<&'b [u8], &'b [u8]>;

/// All custom sections up to the end or the first malformed section, with its offset if it is a custom one. Other
/// sections are the validator's business.
fn custom_sections(bytes: &[u8]) -> (Sections<'_>, Option<usize>) {
    let mut sections = Sections::new();
    let mut reader = BinaryReader::new(bytes.get(HEADER..).unwrap_or_default(), HEADER);
    while !reader.eof() {
        let offset = reader.original_position();
        let Ok(id) = reader.read_u8() else { break };
        let section = reader.read_reader().and_then(|section| match id {
            CUSTOM => custom_section(section).map(Some),
            _ => Ok(None),
        });
        match section {
            Ok(custom) => sections.extend(custom),
            Err(_) => return (sections, (id == CUSTOM).then_some(offset)),
        }
    }
    (sections, None)
}

/// Name and contents.
fn custom_section(mut section: BinaryReader<'_>) -> wasmparser::Result<(&[u8], &[u8])> {
    let mut name = section.read_reader()?;
    let name = name.read_bytes(name.bytes_remaining())?;
    Ok((name, section.read_bytes(section.bytes_remaining())?))
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
            let message = format!("failed to compile the app: {} (at offset {:#x})", error.message(), error.offset());
            found.push(Diagnostic::error(codes::INVALID_MODULE, message));
            return None;
        }
    };
    for (kind, name) in foreign {
        let message =
            format!("failed to compile the app: it imports the {kind} {name}, and the host provides functions only");
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
fn start_function(structure: &Structure, language: Option<Language>, found: &mut Vec<Diagnostic>) -> Option<String> {
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
        found.extend(language.and_then(|language| frontend(language).command()));
    }
    Some(name.to_owned())
}

#[cfg(test)]
pub(crate) mod tests;
