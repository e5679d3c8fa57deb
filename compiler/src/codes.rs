//! The table of diagnostic codes. A code's meaning never changes; a retired code is not used again.
//!
//! | range | subject |
//! |---|---|
//! | `MC01xx` | the WebAssembly module |
//! | `MC02xx` | the metadata in it |
//! | `MC03xx` | its functions, imports and types |
//! | `MC04xx` | the manifest |
//! | `MC05xx` | the artifact |
//! | `MC06xx` | input, output and usage |
//! | `MC07xx` | building an app from its sources |

/// The input is not a WebAssembly file.
pub const NOT_WASM: &str = "MC0101";
/// The input is a component, not a core module.
pub const COMPONENT: &str = "MC0102";
/// The module does not validate.
pub const INVALID_MODULE: &str = "MC0103";
/// A custom section cannot be read.
pub const MALFORMED_SECTION: &str = "MC0104";
/// The engine cannot compile the module.
pub const NOT_COMPILABLE: &str = "MC0105";

/// Section `modus_metadata_version` is missing.
pub const METADATA_VERSION_MISSING: &str = "MC0201";
/// The metadata has another version.
pub const METADATA_VERSION_UNSUPPORTED: &str = "MC0202";
/// Section `modus_metadata` is missing.
pub const METADATA_MISSING: &str = "MC0203";
/// The module was built by an SDK older than Modus.
pub const METADATA_PRE_MODUS: &str = "MC0204";
/// The metadata is not the JSON document it should be.
pub const METADATA_JSON: &str = "MC0205";
/// The SDK is not known.
pub const SDK_UNSUPPORTED: &str = "MC0206";

/// No export initialises an instance.
pub const START_MISSING: &str = "MC0301";
/// Warning: the module is a program, not a reactor, in a language where that makes a difference.
pub const START_COMMAND: &str = "MC0302";
/// A function of the metadata is not exported.
pub const EXPORT_MISSING: &str = "MC0303";
/// A function's core type does not agree with the metadata.
pub const SIGNATURE_MISMATCH: &str = "MC0304";
/// Warning: a function is served, but each call fails; or a field is served, but whoever selects it gets an error.
pub const FUNCTION_UNCALLABLE: &str = "MC0305";
/// An export that the host needs for allocation is missing.
pub const HELPER_MISSING: &str = "MC0306";
/// Warning: a host function is not available: none has this name, or the runner does not have it yet.
pub const IMPORT_UNKNOWN: &str = "MC0307";
/// Warning: the metadata does not describe a host function.
pub const IMPORT_NO_METADATA: &str = "MC0308";
/// Warning: an import's core type does not agree with the metadata.
pub const IMPORT_SIGNATURE: &str = "MC0309";
/// Warning: the metadata describes an import that the module does not have.
pub const IMPORT_UNUSED: &str = "MC0310";
/// Warning: a type has no usable class id.
pub const TYPE_ID: &str = "MC0311";
/// Warning: two names became one in GraphQL.
pub const NAME_COLLISION: &str = "MC0312";
/// Warning: a function has no GraphQL field.
pub const FIELD_SKIPPED: &str = "MC0313";
/// Warning: an embedder function is kept out of the schema.
pub const EMBEDDER_HIDDEN: &str = "MC0314";
/// Warning: a type name cannot be resolved.
pub const TYPE_UNKNOWN: &str = "MC0315";
/// Warning: an input type contains itself without an end, so one of its fields is nullable in GraphQL.
pub const INPUT_ENDLESS: &str = "MC0316";
/// The app cannot be initialised at build time: a note, or an error where it was asked for.
pub const PREINIT: &str = "MC0317";
/// Warning: a function has a name that means something else to the host.
pub const FUNCTION_RESERVED: &str = "MC0318";
// MC0319 was a note on types that were guessed.

/// The manifest is not JSON (with comments).
pub const MANIFEST_SYNTAX: &str = "MC0401";
/// A member of the manifest has the wrong type, or a required type member is missing or unknown.
pub const MANIFEST_TYPE: &str = "MC0402";
/// Warning (error with `--strict`): the manifest does not agree with its schema.
pub const MANIFEST_SCHEMA: &str = "MC0403";
/// Warning (error with `--strict`): a model's connection does not exist or is no HTTP connection.
pub const MANIFEST_MODEL_CONNECTION: &str = "MC0404";

/// Warning: there is no manifest, so the artifact serves no endpoint.
pub const MANIFEST_ABSENT: &str = "MC0405";

/// Note: a model is one of those that Hypermode hosted.
pub const MANIFEST_HOSTED_MODEL: &str = "MC0406";

/// The file is not an artifact of modusc.
pub const ARTIFACT_FORMAT: &str = "MC0501";
/// The artifact was made by another version or for another machine.
pub const ARTIFACT_MISMATCH: &str = "MC0502";
/// The artifact cannot be written.
pub const ARTIFACT_WRITE: &str = "MC0503";
/// There is no runner to make an executable with.
pub const RUNNER: &str = "MC0505";
/// The target or CPU is not known.
pub const TARGET_UNKNOWN: &str = "MC0504";

/// A file cannot be read.
pub const READ_FILE: &str = "MC0601";
/// A file cannot be written.
pub const WRITE_FILE: &str = "MC0602";
/// Any other failure of input or output.
pub const IO: &str = "MC0603";
/// The command line asks for something that cannot be done.
pub const USAGE: &str = "MC0604";
/// A folder holds several modules.
pub const SEVERAL_MODULES: &str = "MC0605";
/// The app could not be measured, or a query that was to be measured failed.
pub const BENCH: &str = "MC0606";

/// A folder holds no app, or one of no known language.
pub const APP_UNKNOWN: &str = "MC0701";
/// A tool that builds apps is missing, or too old.
pub const TOOL_MISSING: &str = "MC0702";
/// The language's compiler found something in the app's sources.
pub const SOURCE: &str = "MC0703";
/// A tool failed without naming a place in the sources.
pub const TOOL_FAILED: &str = "MC0704";
/// A new app cannot be made there.
pub const NEW_APP: &str = "MC0705";
