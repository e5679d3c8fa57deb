//! What juniper finds wrong with a document.
//!
//! juniper runs all of its rules or none, and a finding is a text with places, so some findings can only be told apart by
//! their text. This is the only place where that is done. A client's own text can occur in a finding, so what is looked for
//! stands where no such text can be, or has a form that names and types alone can have.

use juniper::RuleError;
use juniper::validation::ValidatorContext;

use super::error::RequestError;
use super::scalar::Scalar;

/// Has juniper not compare the fields of a document that may be one field of the response: for each pair of them it goes
/// through all fragments below, which takes seconds for a document of 30 KB. It does so only where nothing was found, so this
/// is found. `selection`, which merges these fields anyway, says which of them cannot be one.
pub(super) fn without_overlaps(validator: &mut ValidatorContext<'_, Scalar>) {
    validator.report_error(NOTHING, &[]);
}

/// No finding of juniper is this.
const NOTHING: &str = "";

/// The findings that are right.
pub(super) fn errors(found: &[RuleError], suggestions: bool) -> Vec<RequestError> {
    let right = found.iter().filter(|finding| finding.message() != NOTHING && !is_mistaken(finding.message()));
    right
        .map(|finding| {
            let mut error = RequestError::from(finding);
            if !suggestions {
                drop_suggestion(&mut error.message);
            }
            error
        })
        .collect()
}

/// Two findings of juniper are wrong, so `selection` checks these points itself: a list or an object is a fine literal for a
/// custom scalar, and a nullable variable for a required argument that has a default.
fn is_mistaken(finding: &str) -> bool {
    // Where a literal is quoted, the name of a type follows.
    let composite = [": Input lists are not literals", "\" is not an input object"];
    let composite = finding.starts_with("Invalid ") && composite.iter().any(|end| finding.ends_with(end));
    composite || is_about_a_position(finding)
}

/// `Variable "$name" of type "Type" used in position expecting type "Type"`: names and types have no blanks.
fn is_about_a_position(finding: &str) -> bool {
    let words: Vec<&str> = finding.split(' ').collect();
    matches!(&*words, ["Variable", _, "of", "type", _, "used", "in", "position", "expecting", "type", _])
}

/// Cuts off `Did you mean "field { ... }"?`, which follows the name of a type.
fn drop_suggestion(message: &mut String) {
    let Some((kept, suggestion)) = message.rsplit_once(" Did you mean ") else { return };
    if suggestion.ends_with(" { ... }\"?") {
        message.truncate(kept.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_mistaken() {
        for finding in [
            r#"Invalid value for argument "wave", reason: Input lists are not literals"#,
            r#"Invalid value for argument "tree", reason: Error on "T" field "f": Input lists are not literals"#,
            r#"Invalid default value for argument "w", expected type "Wave", reason: Input lists are not literals"#,
            r#"Invalid value for argument "wave", reason: "Wave" is not an input object"#,
            r#"Invalid value for argument "tree", reason: Error on "T" field "f": "Wave" is not an input object"#,
            r#"Variable "b" of type "Int" used in position expecting type "Int!""#,
        ] {
            assert!(is_mistaken(finding), "{finding}");
        }
        // A client's literal says what it likes.
        for finding in [
            r#"Invalid value for argument "if", reason: Invalid value "" used in position expecting type "" for type "Boolean""#,
            r#"Invalid value for argument "if", reason: Invalid value ": Input lists are not literals" for type "Boolean""#,
            r#"Invalid value for argument "if", reason: Invalid value "" is not an input object" for type "Boolean""#,
            r#"Variable "$a" is not defined by operation "used in position expecting type""#,
        ] {
            assert!(!is_mistaken(finding), "{finding}");
        }
    }

    #[test]
    fn suggestions() {
        let check = |message: &str, expected: &str| {
            let mut message = message.to_owned();
            drop_suggestion(&mut message);
            assert_eq!(message, expected);
        };
        let finding = r#"Field "tree" of type "Tree" must have a selection of subfields."#;
        check(&format!(r#"{finding} Did you mean "tree {{ ... }}"?"#), finding);
        let quoted = r#"Invalid value " Did you mean " for type "Boolean""#;
        check(quoted, quoted);
    }
}
