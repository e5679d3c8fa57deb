//! Which parameter defaults are literals (`metadata` section 8).

use abi::plan::DefaultValue;
use abi::transfer::coercion;
use abi::types::IntKind;
use abi::value::Value;

use super::convert::{Bare, bare};
use crate::language::{Frontend, Shape};
use crate::metadata::Metadata;

/// Whole numbers above this may have been rounded by the SDK.
const EXACT: i128 = 1 << 53;

/// The default of a parameter: `json` as the metadata tells it, `None` where it tells none.
pub(crate) fn default_value(
    language: &dyn Frontend,
    type_name: &str,
    json: Option<&serde_json::Value>,
) -> DefaultValue {
    match json {
        None => DefaultValue::None,
        Some(json) => literal(language, type_name, json).map_or(DefaultValue::Placeholder, DefaultValue::Literal),
    }
}

/// Whether the SDK may have written a literal for what it could not express: the empty text stands for both.
pub(super) fn may_be_placeholder(literal: &Value) -> bool {
    match literal {
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.iter().any(may_be_placeholder),
        _ => false,
    }
}

/// The literal, where it fits the type.
fn literal(language: &dyn Frontend, type_name: &str, json: &serde_json::Value) -> Option<Value> {
    if json.is_null() {
        return language.facts(language.trimmed(type_name)).nullable.then_some(Value::Null);
    }
    let value = Value::from(json);
    // Only the guest knows the default of a type that is seen through.
    let Bare { name, shape, .. } = bare(language, &Metadata::default(), type_name);
    match (shape, &value) {
        (Shape::String, Value::String(_)) | (Shape::Bool, Value::Bool(_)) => Some(value),
        (Shape::Bytes, Value::String(text)) if !text.is_empty() => coercion::base64(text).is_ok().then_some(value),
        (Shape::Timestamp, Value::String(text)) => abi::transfer::timestamp::parse(text).is_ok().then_some(value),
        (Shape::Float, Value::Int(_) | Value::UInt(_) | Value::Number(_)) => {
            coercion::float(&value).is_ok_and(f64::is_finite).then_some(value)
        }
        (Shape::Int { bits, signed }, Value::Int(_) | Value::UInt(_) | Value::Number(_)) => {
            let number = coercion::integer(&value, IntKind { bits, signed }, &name).ok()?;
            let exact = bits < 64 || number.abs() <= EXACT;
            exact.then(|| Value::from_number_text(&number.to_string()))
        }
        (Shape::List(element), _) => {
            let items = json.as_array()?;
            items.iter().map(|item| literal(language, &element, item)).collect::<Option<_>>().map(Value::List)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use abi::language::Language;

    use super::*;
    use crate::language::frontend;

    fn check(type_name: &str, json: &str, expected: Option<&str>) {
        let json: serde_json::Value = serde_json::from_str(json).expect("JSON of the test");
        let language = frontend(Language::AssemblyScript);
        let shown = match default_value(language, type_name, Some(&json)) {
            DefaultValue::Literal(value) => Some(value.to_json().to_string()),
            DefaultValue::Placeholder => None,
            DefaultValue::None => unreachable!("there is a default"),
        };
        assert_eq!(shown.as_deref(), expected, "{type_name} = {json}");
    }

    #[test]
    fn literals_and_placeholders() {
        check("i32", "2", Some("2"));
        check("i32", "2.0", Some("2"));
        check("i32", "\"\"", None);
        check("i32", "2.5", None);
        check("u8", "300", None);
        check("i32", "null", None);
        check("bool", "true", Some("true"));
        check("bool", "\"\"", None);
        check("bool", "1", None);
        check("f64", "1.5", Some("1.5"));
        check("f64", "\"\"", None);
        check("i64", "9007199254740992", Some("9007199254740992"));
        check("i64", "9007199254740994", None);
        check("i64", "9223372036854776000", None);
        check("~lib/string/String", "\"\"", Some("\"\""));
        check("~lib/string/String | null", "null", Some("null"));
        check("~lib/string/String", "null", None);
        check("~lib/array/Array<i32>", "[1, 2]", Some("[1,2]"));
        check("~lib/array/Array<i32>", "[1, \"\"]", None);
        check("~lib/array/Array<i32>", "\"\"", None);
        check("~lib/array/Array<~lib/string/String>", "[\"\"]", Some("[\"\"]"));
        check("assembly/index/Seat", "\"\"", None);
        check("assembly/index/Seat | null", "null", Some("null"));
    }
}
