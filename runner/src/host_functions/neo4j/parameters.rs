//! Parameters of a query: the JSON of the SDKs becomes PackStream. Integers stay integers, and floats floats.

use serde_json::{Map, Number, Value};

use super::bolt::packstream::Writer;
use crate::private_keys;

/// The parameters as a PackStream map; `null` stands for none. serde_json bounds how deep they go.
///
/// # Errors
/// A sentence that says what is wrong.
pub(super) fn parameters(json: &str) -> Result<Vec<u8>, String> {
    let parsed: Option<Map<String, Value>> =
        serde_json::from_str(json).map_err(|error| format!("the parameters are not a JSON object: {error}"))?;
    if private_keys::are_in(json.as_bytes()) {
        return Err(format!("the parameters cannot be taken: {}", private_keys::REFUSED));
    }
    let parameters = parsed.unwrap_or_default();
    let mut writer = Writer::default();
    writer.map(parameters.len());
    for (name, parameter) in &parameters {
        writer.text(name);
        value(&mut writer, parameter).map_err(|problem| format!("parameter `{name}`: {problem}"))?;
    }
    Ok(writer.into_bytes())
}

fn value(writer: &mut Writer, given: &Value) -> Result<(), String> {
    match given {
        Value::Null => writer.null(),
        Value::Bool(value) => writer.bool(*value),
        Value::Number(value) => number(writer, value)?,
        Value::String(value) => writer.text(value),
        Value::Array(members) => {
            writer.list(members.len());
            members.iter().try_for_each(|member| value(writer, member))?;
        }
        Value::Object(members) => {
            writer.map(members.len());
            for (key, member) in members {
                writer.text(key);
                value(writer, member)?;
            }
        }
    }
    Ok(())
}

/// Integers are what has neither a fraction nor an exponent.
fn number(writer: &mut Writer, number: &Number) -> Result<(), String> {
    let text = number.as_str();
    if text.contains(['.', 'e', 'E']) {
        let float = text.parse().ok().filter(|float: &f64| float.is_finite());
        writer.float(float.ok_or_else(|| format!("{text} is out of the range of a 64-bit float"))?);
    } else {
        writer.int(text.parse().map_err(|_| format!("{text} is out of the range of a 64-bit integer"))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::bolt::packstream::Reader;
    use super::super::json;
    use super::*;

    /// What a server would send back.
    fn there_and_back(json: &str) -> Result<String, String> {
        let written = parameters(json)?;
        Ok(json::json(&mut Reader::new(&written), 1 << 20).expect("JSON"))
    }

    #[test]
    fn all_kinds_of_parameters() {
        let given = r#"{"b":true,"n":null,"i":9223372036854775807,"j":-9223372036854775808,"l":[1,[2.5],{}],"m":{"a":{"b":"c"}},"s":"☃"}"#;
        let expected = r#"{"b":true,"i":9223372036854775807,"j":-9223372036854775808,"l":[1,[2.5],{}],"m":{"a":{"b":"c"}},"n":null,"s":"☃"}"#;
        assert_eq!(there_and_back(given).as_deref(), Ok(expected));
        for none in ["null", "{}", " { } "] {
            assert_eq!(parameters(none), Ok(vec![0xA0]));
        }
    }

    #[test]
    fn private_keys_of_the_parser_are_refused() {
        let refused = parameters(r#"{"a":[{"$serde_json::private::RawValue":"1"}]}"#).expect_err("no map");
        assert!(refused.ends_with(private_keys::REFUSED), "{refused}");
    }

    #[test]
    fn integers_and_floats_stay_apart() {
        for (json, marker) in [("30", 30), ("-0", 0), ("30.0", 0xC1), ("3e1", 0xC1), ("3E+1", 0xC1), ("-0.0", 0xC1)] {
            assert_eq!(parameters(&format!(r#"{{"n":{json}}}"#)).expect(json)[3], marker, "{json}");
        }
    }

    #[test]
    fn what_cannot_be_sent() {
        for (json, expected) in [
            ("", "the parameters are not a JSON object: EOF"),
            ("[]", "the parameters are not a JSON object: invalid type"),
            (r#"{"a":}"#, "the parameters are not a JSON object: expected value"),
            (
                r#"{"a":[9223372036854775808]}"#,
                "parameter `a`: 9223372036854775808 is out of the range of a 64-bit integer",
            ),
            (r#"{"a":1e+400}"#, "parameter `a`: 1e+400 is out of the range of a 64-bit float"),
        ] {
            let error = parameters(json).expect_err(json);
            assert!(error.starts_with(expected), "{error}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(parameters(&deep).expect_err("too deep").contains("recursion limit"));
    }
}
