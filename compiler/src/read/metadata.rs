//! The metadata in a module's custom sections (`metadata` sections 2, 3 and 6).

use abi::language::Language;

use super::Sections;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::language::{frontend, of_sdk};
use crate::metadata::{Metadata, SECTION, VERSION, VERSION_SECTION};

/// Metadata that can be used.
pub(crate) struct Described {
    /// The document.
    pub(crate) metadata: Metadata,
    /// The guest language, which it names.
    pub(crate) language: Language,
}

/// Reads the metadata and reports what is wrong with it.
pub(crate) fn read(sections: &Sections<'_>, found: &mut Vec<Diagnostic>) -> Option<Described> {
    check_version(sections, found)?;
    let Some(json) = sections.get(SECTION.as_bytes()) else {
        let help = "Metadata not found.  Please recompile using the latest version of the Modus SDK.";
        found.push(Diagnostic::error(codes::METADATA_MISSING, "no metadata found in the app").with_help(help));
        return None;
    };
    let mut metadata = match parse(json) {
        Ok(metadata) => metadata,
        Err(error) => {
            let message = format!("failed to parse the app's metadata: {error}");
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
    frontend(language)
        .complete(&mut metadata, &|name: &str| sections.get(name.as_bytes()).copied().unwrap_or_default());
    Some(Described { metadata, language })
}

fn check_version(sections: &Sections<'_>, found: &mut Vec<Diagnostic>) -> Option<()> {
    let finding = match sections.get(VERSION_SECTION.as_bytes()) {
        Some([VERSION]) => return Some(()),
        Some([version]) => Diagnostic::error(
            codes::METADATA_VERSION_UNSUPPORTED,
            format!("unsupported version of the app's metadata: {version}"),
        )
        .with_help(format!("this compiler reads version {}", VERSION)),
        Some(data) => Diagnostic::error(
            codes::METADATA_VERSION_MISSING,
            format!("failed to read the version of the app's metadata: the section has {} bytes instead of 1", data.len()),
        ),
        None if sections.keys().any(|name| name.starts_with(b"hypermode_")) => Diagnostic::error(
            codes::METADATA_PRE_MODUS,
            "failed to read the version of the app's metadata: the app was built with a pre-Modus SDK (Hypermode Functions)",
        )
        .with_help("rebuild the app with a Modus SDK, 0.13 or later"),
        None => Diagnostic::error(
            codes::METADATA_VERSION_MISSING,
            format!("failed to read the version of the app's metadata: there is no section {}", VERSION_SECTION),
        )
        .with_help("the module was not built by a Modus SDK"),
    };
    found.push(finding);
    None
}

/// Parses the document. `null` is the same as missing, an entry that is `null` an empty object, and of equal keys the
/// last one counts.
fn parse(json: &[u8]) -> serde_json::Result<Metadata> {
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
