//! What is asked: queries of the command line, or calls of the app's fields.

use abi::host_functions;
use abi::plan::{ImportPlan, Program};
use serde_json::{Map, Value, json};

use super::arguments::Bench;
use super::example::example;
use crate::codes;
use crate::diagnostic::Diagnostic;

/// Longest label of a query.
const MAX_LABEL: usize = 40;

/// Something to measure.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// For people.
    pub(super) label: String,
    /// The document.
    pub(super) query: String,
    /// Its variables.
    pub(super) variables: Map<String, Value>,
    /// Whether the command line has its text.
    pub(super) given: bool,
}

/// All that is to be measured, and what is not.
#[derive(Debug, Default)]
pub(super) struct Questions {
    pub(super) asked: Vec<Question>,
    /// Fields that are not called, each with the reason.
    pub(super) skipped: Vec<(String, String)>,
    /// What the user should know about the choice.
    pub(super) note: Option<String>,
}

impl Question {
    /// The least that can be asked: no function is called.
    pub(super) fn typename() -> Self {
        let query = "{ __typename }".to_owned();
        Self { label: query.clone(), query, variables: Map::new(), given: false }
    }

    /// The body of a request.
    pub(super) fn body(&self) -> String {
        json!({ "query": self.query, "variables": self.variables }).to_string()
    }
}

/// Chooses by the command line.
///
/// # Errors
/// A file that cannot be read, variables that are no JSON object, an unknown field.
pub(super) fn choose(arguments: &Bench, program: &Program) -> Result<Questions, Diagnostic> {
    let mut questions = Questions::default();
    let variables = variables(arguments.variables.as_deref())?;
    for text in &arguments.query {
        let query = text_or_file(text)?;
        let (label, variables) = (label(&query), variables.clone());
        questions.asked.push(Question { label, query, variables, given: true });
    }
    if arguments.query.is_empty() && arguments.field.is_empty() && !arguments.all_fields {
        let reaching: Vec<&str> = reaching(program);
        if !reaching.is_empty() && !program.schema.query.is_empty() {
            questions.note = Some(format!(
                "no field was called: the app imports functions that reach beyond this machine or start agents ({}), and a \
                 load of calls may cost money; choose with --query, --field NAME or --all-fields",
                reaching.join(", ")
            ));
            return Ok(questions);
        }
    }
    for name in &arguments.field {
        if !program.schema.query.iter().any(|field| field.name == *name) {
            return Err(unknown_field(program, name));
        }
    }
    let all = arguments.all_fields || (arguments.query.is_empty() && arguments.field.is_empty());
    for field in program.schema.query.iter().filter(|field| all || arguments.field.contains(&field.name)) {
        match example(program, field) {
            Ok(example) => questions.asked.push(Question {
                label: label(&example.label),
                query: example.query,
                variables: example.variables,
                given: false,
            }),
            Err(reason) => questions.skipped.push((field.name.clone(), reason)),
        }
    }
    Ok(questions)
}

/// Modules of the imports whose calls others may notice. What no table knows is taken for one.
fn reaching(program: &Program) -> Vec<&str> {
    let reaches = |import: &&ImportPlan| {
        host_functions::find(&import.module, &import.name).is_none_or(|(_, function)| function.reaches_outside)
    };
    let mut modules: Vec<&str> = program.imports.iter().filter(reaches).map(|import| import.module.as_str()).collect();
    modules.sort_unstable();
    modules.dedup();
    modules
}

fn unknown_field(program: &Program, name: &str) -> Diagnostic {
    let error = Diagnostic::error(codes::USAGE, format!("there is no query field {name}"));
    if program.schema.mutation.iter().any(|field| field.name == name) {
        return error.with_help(format!("{name} is a mutation; write a call of it with --query"));
    }
    let names: Vec<&str> = program.schema.query.iter().map(|field| field.name.as_str()).collect();
    error.with_help(match names.as_slice() {
        [] => "the app has no query fields".to_owned(),
        names => format!("the app has {}", names.join(", ")),
    })
}

fn variables(text: Option<&str>) -> Result<Map<String, Value>, Diagnostic> {
    let Some(text) = text else { return Ok(Map::new()) };
    serde_json::from_str(&text_or_file(text)?).map_err(|error| {
        Diagnostic::error(codes::USAGE, format!("--variables is not a JSON object: {error}"))
            .with_help(r#"such as --variables '{"id": 1}'"#)
    })
}

/// The text itself, or the contents of the file named behind an `@`.
fn text_or_file(text: &str) -> Result<String, Diagnostic> {
    let Some(path) = text.strip_prefix('@') else { return Ok(text.to_owned()) };
    std::fs::read_to_string(path)
        .map_err(|error| Diagnostic::error(codes::READ_FILE, format!("cannot read {path}: {error}")))
}

/// A query or call on one short line.
fn label(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_LABEL) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short_lines() {
        assert_eq!(label("{\n  people {\n    name\n  }\n}\n"), "{ people { name } }");
        assert_eq!(label(&"é".repeat(41)), format!("{}…", "é".repeat(40)));
    }
}
