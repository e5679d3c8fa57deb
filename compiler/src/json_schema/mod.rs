//! JSON Schemas (draft 7): of the manifest, and of what modusc prints for programs (`cli-and-dev` section 7.1). They lie in
//! `docs/schemas`.

mod manifest;
mod output;

use serde_json::{Value, json};

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";

/// What there is a schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `modus.json`.
    Manifest,
    /// Diagnostics, and what commands print with `--json`.
    Output,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Manifest, Self::Output];

    /// Name of its file in `docs/schemas`.
    pub fn file(self) -> &'static str {
        match self {
            Self::Manifest => "modus.json",
            Self::Output => "output.json",
        }
    }

    /// The schema as text, with a line end.
    pub fn text(self) -> String {
        let schema = match self {
            Self::Manifest => manifest::schema(),
            Self::Output => output::schema(),
        };
        format!("{schema:#}\n")
    }
}

/// A definition of the same schema.
fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_files_are_what_modusc_prints() {
        for subject in Subject::ALL {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas").join(subject.file());
            if std::env::var_os("BLESS").is_some() {
                std::fs::write(&path, subject.text()).expect("the file can be written");
            }
            let file = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(file, subject.text(), "BLESS=1 writes {}", path.display());
        }
    }
}
