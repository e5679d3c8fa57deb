//! The manifest: findings of the shared parser as diagnostics.

use abi::manifest::{self, Finding, FindingKind, Manifest};

use crate::codes;
use crate::diagnostic::{Diagnostic, Location, Severity};

/// Reads a manifest and reports everything that is wrong with it. With an error there is no manifest.
pub fn read(text: &str, file: &str) -> (Option<Manifest>, Vec<Diagnostic>) {
    let (manifest, findings) = abi::manifest::parse(text);
    let diagnostics: Vec<_> = findings.into_iter().map(|finding| diagnostic(finding, file)).collect();
    let usable = !diagnostics.iter().any(Diagnostic::is_error);
    (manifest.filter(|_| usable), diagnostics)
}

fn diagnostic(finding: Finding, file: &str) -> Diagnostic {
    let code = match finding.kind {
        FindingKind::Syntax => codes::MANIFEST_SYNTAX,
        FindingKind::Type => codes::MANIFEST_TYPE,
        FindingKind::Schema => codes::MANIFEST_SCHEMA,
        FindingKind::ModelConnection => codes::MANIFEST_MODEL_CONNECTION,
        FindingKind::HostedModel => codes::MANIFEST_HOSTED_MODEL,
    };
    Diagnostic {
        code,
        severity: match finding.kind.severity() {
            manifest::Severity::Error => Severity::Error,
            manifest::Severity::Warning => Severity::Warning,
            manifest::Severity::Note => Severity::Note,
        },
        message: finding.message,
        location: Some(Location {
            file: file.to_owned(),
            line: finding.line,
            column: finding.column,
            pointer: Some(finding.pointer),
            span: Some(finding.span),
        }),
        help: finding.help,
    }
}
