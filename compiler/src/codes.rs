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

/// How the codes begin whose messages need no explanation.
pub(crate) const PLAIN: &str = "MC06";

/// Declares the codes. Each has a page of the book, `docs/diagnostics/CODE.md`: without it, it does not compile.
macro_rules! codes {
    ($($(#[$about:meta])* $NAME:ident = $code:literal;)*) => {
        $($(#[$about])* pub const $NAME: &str = $code;)*

        /// Every code with its page, in Markdown; ascending.
        pub const ALL: &[(&str, &str)] =
            &[$(($code, include_str!(concat!("../../docs/diagnostics/", $code, ".md")))),*];
    };
}

codes! {
    /// The input is not a WebAssembly file.
    NOT_WASM = "MC0101";
    /// The input is a component, not a core module.
    COMPONENT = "MC0102";
    /// The module does not validate.
    INVALID_MODULE = "MC0103";
    /// A custom section cannot be read.
    MALFORMED_SECTION = "MC0104";
    /// The engine cannot compile the module.
    NOT_COMPILABLE = "MC0105";

    /// Section `modus_metadata_version` is missing.
    METADATA_VERSION_MISSING = "MC0201";
    /// The metadata has another version.
    METADATA_VERSION_UNSUPPORTED = "MC0202";
    /// Section `modus_metadata` is missing.
    METADATA_MISSING = "MC0203";
    /// The module was built by an SDK older than Modus.
    METADATA_PRE_MODUS = "MC0204";
    /// The metadata is not the JSON document it should be.
    METADATA_JSON = "MC0205";
    /// The SDK is not known.
    SDK_UNSUPPORTED = "MC0206";

    /// No export initialises an instance.
    START_MISSING = "MC0301";
    /// Warning: the module is a program, not a reactor, in a language where that makes a difference.
    START_COMMAND = "MC0302";
    /// A function of the metadata is not exported.
    EXPORT_MISSING = "MC0303";
    /// A function's core type does not agree with the metadata.
    SIGNATURE_MISMATCH = "MC0304";
    /// Warning: a function is served, but each call fails; or a field is served, but whoever selects it gets an error.
    FUNCTION_UNCALLABLE = "MC0305";
    /// An export that the host needs for allocation is missing.
    HELPER_MISSING = "MC0306";
    /// Warning: a host function is not available: none has this name, or the runner does not have it yet.
    IMPORT_UNKNOWN = "MC0307";
    /// Warning: the metadata does not describe a host function.
    IMPORT_NO_METADATA = "MC0308";
    /// Warning: an import's core type does not agree with the metadata.
    IMPORT_SIGNATURE = "MC0309";
    /// Warning: the metadata describes an import that the module does not have.
    IMPORT_UNUSED = "MC0310";
    /// Warning: a type has no usable class id.
    TYPE_ID = "MC0311";
    /// Warning: two names became one in GraphQL.
    NAME_COLLISION = "MC0312";
    /// Warning: a function has no GraphQL field.
    FIELD_SKIPPED = "MC0313";
    /// Warning: an embedder function is kept out of the schema.
    EMBEDDER_HIDDEN = "MC0314";
    /// Warning: a type name cannot be resolved.
    TYPE_UNKNOWN = "MC0315";
    /// Warning: an input type contains itself without an end, so one of its fields is nullable in GraphQL.
    INPUT_ENDLESS = "MC0316";
    /// The app cannot be initialised at build time: a note, or an error where it was asked for.
    PREINIT = "MC0317";
    /// Warning: a function has a name that means something else to the host.
    FUNCTION_RESERVED = "MC0318";
    // MC0319 was a note on types that were guessed.
    /// A function is imported with two types.
    IMPORT_TWOFOLD = "MC0320";

    /// The manifest is not JSON (with comments).
    MANIFEST_SYNTAX = "MC0401";
    /// A member of the manifest has the wrong type, or a required type member is missing or unknown.
    MANIFEST_TYPE = "MC0402";
    /// Warning (error with `--strict`): the manifest does not agree with its schema.
    MANIFEST_SCHEMA = "MC0403";
    /// Warning (error with `--strict`): a model's connection does not exist or is no HTTP connection.
    MANIFEST_MODEL_CONNECTION = "MC0404";

    /// Warning: there is no manifest, so the artifact serves no endpoint.
    MANIFEST_ABSENT = "MC0405";

    /// Note: a model is one of those that Hypermode hosted.
    MANIFEST_HOSTED_MODEL = "MC0406";

    /// The file is not an artifact of modusc.
    ARTIFACT_FORMAT = "MC0501";
    /// The artifact was made by another version or for another machine.
    ARTIFACT_MISMATCH = "MC0502";
    /// The artifact cannot be written.
    ARTIFACT_WRITE = "MC0503";
    /// The target or CPU is not known.
    TARGET_UNKNOWN = "MC0504";
    /// There is no runner, to make an executable with or to serve by.
    RUNNER = "MC0505";

    /// A file cannot be read.
    READ_FILE = "MC0601";
    /// A file cannot be written.
    WRITE_FILE = "MC0602";
    /// Any other failure of input or output.
    IO = "MC0603";
    /// The command line asks for something that cannot be done.
    USAGE = "MC0604";
    /// A folder holds several modules.
    SEVERAL_MODULES = "MC0605";
    /// The app could not be measured, or a query that was to be measured failed.
    BENCH = "MC0606";

    /// A folder holds no app, or one of no known language.
    APP_UNKNOWN = "MC0701";
    /// A tool that builds apps is missing, or too old.
    TOOL_MISSING = "MC0702";
    /// The language's compiler found something in the app's sources.
    SOURCE = "MC0703";
    /// A tool failed without naming a place in the sources.
    TOOL_FAILED = "MC0704";
    /// A new app cannot be made there.
    NEW_APP = "MC0705";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn codes_ascend_and_each_page_begins_with_its_own() {
        assert!(ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (code, page) in ALL {
            let title = page.lines().next().unwrap_or_default();
            assert!(title.starts_with(&format!("# {code}: ")), "{code}: {title}");
        }
    }
}
