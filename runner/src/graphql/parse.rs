//! From a document's text to its syntax tree.
//!
//! juniper parses a literal by the type that the schema has at its place, and calls an object in the place of a scalar a
//! syntax error. What cannot be parsed is parsed once more without types, so that validation says what is wrong.

use juniper::Definition;
use juniper::parser::{Lexer, ParseError, Spanning, Token, parse_document_source};

use super::compile::CompileContext;
use super::error::RequestError;
use super::input::{Literal, wrong_leaf};
use super::refusal::Refusal;
use super::scalar::Scalar;
use super::{bounds, root};

/// Parses `text`, whatever the types of its literals are.
///
/// # Errors
/// [`Refusal::Syntax`]; [`Refusal::Invalid`] for an object as the default value of a variable of a built-in type.
pub(super) fn parse<'t>(text: &'t str, context: &CompileContext<'_>) -> Result<Vec<Definition<'t, Scalar>>, Refusal> {
    let found = parse_document_source::<Scalar>(text, &context.root.schema).or_else(|error| match is_object(&error) {
        true => parse_document_source(text, &root::without_types(context.program, context.options).schema),
        false => Err(error),
    });
    found.map_err(|error| match is_object(&error).then(|| default_object(text, &error)).flatten() {
        Some(invalid) => invalid.into(),
        None => Refusal::Syntax(bounds::syntax(&error)),
    })
}

/// Whether an object may be what was not expected.
fn is_object(error: &Spanning<ParseError>) -> bool {
    matches!(&error.item, ParseError::UnexpectedToken(token) if token == "{")
}

/// The finding where the object is in the default value of a variable. juniper needs the types of strings and numbers to
/// parse any literal, so these it cannot do without.
fn default_object(text: &str, error: &Spanning<ParseError>) -> Option<RequestError> {
    let at = error.span.start;
    let before = Lexer::new(text).map_while(Result::ok).take_while(|token| token.span.start.index() < at.index());
    let tokens: Vec<Token<'_>> = before.map(|token| token.item).collect();
    let equals = tokens.iter().rposition(|token| *token == Token::Equals)?;
    let (definition, value) = (tokens.get(..equals)?, tokens.get(equals..)?);
    let dollar = definition.iter().rposition(|token| *token == Token::Dollar)?;
    // Behind the bracket that ends the definitions, there is something else.
    if value.contains(&Token::ParenClose) {
        return None;
    }
    let mut names = definition.get(dollar..)?.iter().filter_map(|token| match token {
        Token::Name(name) => Some(*name),
        _ => None,
    });
    let (name, ty) = (names.next()?, names.next()?);
    let reason = wrong_leaf(ty, &Literal::Object(Vec::new())).message;
    Some(RequestError::at(format!("Variable \"${name}\" has invalid default value; {reason}"), at))
}
