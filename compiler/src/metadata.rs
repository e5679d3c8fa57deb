//! The metadata an SDK embeds in an app (`metadata` section 3), as data.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Custom section with the one-byte format version.
pub const VERSION_SECTION: &str = "modus_metadata_version";
/// Custom section with the JSON document.
pub const SECTION: &str = "modus_metadata";
/// The only format version.
pub const VERSION: u8 = 2;

/// The document. Unknown keys are ignored. What reads it from a module takes `null` for missing beforehand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Metadata {
    /// `name@version` or `name`.
    pub plugin: String,
    /// Go module path.
    pub module: String,
    /// `name@version` of the SDK; selects the language.
    pub sdk: String,
    /// Build id.
    pub build_id: String,
    /// Build time.
    pub build_ts: String,
    /// Source repository.
    pub git_repo: String,
    /// Source commit.
    pub git_commit: String,
    /// Exported functions by export name.
    pub fn_exports: BTreeMap<String, Function>,
    /// Imported host functions by `module.name`.
    pub fn_imports: BTreeMap<String, Function>,
    /// Type definitions by type name without nullable suffix.
    pub types: BTreeMap<String, TypeDefinition>,
}

/// A function's signature.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Function {
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Results in order.
    pub results: Vec<FunctionResult>,
    /// Documentation.
    pub docs: Option<Docs>,
}

/// A parameter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Parameter {
    /// Name.
    pub name: String,
    /// Type name.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Default; `None` = absent, `Some(null)` = a default of null.
    #[serde(deserialize_with = "present")]
    pub default: Option<serde_json::Value>,
}

/// A result.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct FunctionResult {
    /// Name, often empty.
    pub name: String,
    /// Type name.
    #[serde(rename = "type")]
    pub type_name: String,
}

/// A type definition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypeDefinition {
    /// The guest runtime's class id.
    pub id: u32,
    /// Fields in layout order.
    pub fields: Vec<Field>,
    /// Documentation.
    pub docs: Option<Docs>,
    /// What a named type without fields is made of, as a type name. The document does not say; the language may know.
    #[serde(skip)]
    pub underlying: Option<String>,
    /// The document does not have the type.
    #[serde(skip)]
    pub is_added: bool,
}

/// A field of a type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Type name.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Documentation.
    pub docs: Option<Docs>,
}

/// Documentation lines.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Docs {
    /// One per source line.
    pub lines: Vec<String>,
}

fn present<'de, D>(deserializer: D) -> Result<Option<serde_json::Value>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    serde_json::Value::deserialize(deserializer).map(Some)
}

/// Splits `name@version` at the last `@` that is not at position 0 (`metadata` section 5).
pub fn split_version(text: &str) -> (&str, &str) {
    match text.rfind('@') {
        Some(at) if at > 0 => (&text[..at], &text[at + 1..]),
        _ => (text, ""),
    }
}
