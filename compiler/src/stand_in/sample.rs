//! A value that fits a JSON Schema, made of a text.

use serde_json::{Map, Number, Value, json};

/// How deep values go: schemas may contain themselves.
const MAX_DEPTH: usize = 12;
/// Items and characters that a schema may ask for at least; beyond that the value no longer fits.
const MAX_LENGTH: u64 = 1000;

/// A value that fits the schema: the same one for the same text. Texts are taken from that text, as far as the schema lets.
/// What the schema says of patterns, and of what must not be, is not looked at.
pub(super) fn sample(schema: &Value, text: &str) -> Value {
    Maker { root: schema, text }.value(schema, 0)
}

struct Maker<'a> {
    root: &'a Value,
    text: &'a str,
}

impl Maker<'_> {
    fn value(&self, schema: &Value, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        if let Some(target) = schema["$ref"].as_str() {
            let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return found.map_or(Value::Null, |found| self.value(found, depth + 1));
        }
        if let Some(value) = schema.get("const").or_else(|| schema.get("default")).or_else(|| first(&schema["enum"])) {
            return value.clone();
        }
        if let Some(one) = first(&schema["anyOf"]).or_else(|| first(&schema["oneOf"])) {
            return self.value(one, depth + 1);
        }
        match kind(schema).as_str() {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, depth),
            "integer" => self.number(schema, true),
            "number" => self.number(schema, false),
            "boolean" => true.into(),
            "null" => Value::Null,
            _ => self.string(schema).into(),
        }
    }

    /// Members of all parts. Deep ones only where they must be there.
    fn object(&self, schema: &Value, depth: usize) -> Value {
        let mut members = Map::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if let Value::Object(found) = self.value(part, depth + 1) {
                members.extend(found);
            }
        }
        let required = schema["required"].as_array();
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
        for (name, of) in schema["properties"].as_object().into_iter().flatten() {
            if depth < MAX_DEPTH / 2 || is_required(name) {
                members.insert(name.clone(), self.value(of, depth + 1));
            }
        }
        members.into()
    }

    fn array(&self, schema: &Value, depth: usize) -> Value {
        if let Some(items) = schema["prefixItems"].as_array() {
            return items.iter().map(|item| self.value(item, depth + 1)).collect();
        }
        let least = schema["minItems"].as_u64().unwrap_or(0).min(MAX_LENGTH);
        let most = schema["maxItems"].as_u64().unwrap_or(u64::MAX);
        // A schema that contains itself in a list ends with an empty one.
        let count = if depth < MAX_DEPTH / 2 { least.max(1) } else { least }.min(most);
        let item = self.value(&schema["items"], depth + 1);
        (0..count).map(|_| item.clone()).collect()
    }

    /// The first number of the text, or one near it that the schema allows.
    fn number(&self, schema: &Value, whole: bool) -> Value {
        let bound = |name: &str, exclusive: &str, step: f64| {
            schema[name].as_f64().or_else(|| schema[exclusive].as_f64().map(|bound| bound + step))
        };
        let step = if whole { 1.0 } else { 0.5 };
        let least = bound("minimum", "exclusiveMinimum", step).unwrap_or(f64::MIN);
        let most = bound("maximum", "exclusiveMaximum", -step).unwrap_or(f64::MAX);
        let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
        let parts = self.text.split(|letter| !is_part(letter)).map(|part| part.trim_matches('.'));
        let said = parts.filter_map(|part| part.parse::<f64>().ok()).find(|number| number.is_finite());
        let mut number = said.unwrap_or(1.0).max(least).min(most);
        if let Some(factor) = schema["multipleOf"].as_f64().filter(|factor| *factor > 0.0) {
            let below = (number / factor).floor() * factor;
            number = if below < least { below + factor } else { below };
        }
        if whole {
            // Saturates.
            return json!(number.trunc() as i64);
        }
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }

    fn string(&self, schema: &Value) -> String {
        let known = match schema["format"].as_str().unwrap_or_default() {
            "date-time" => "2024-01-02T03:04:05Z",
            "date" => "2024-01-02",
            "time" => "03:04:05Z",
            "email" => "stand-in@example.com",
            "hostname" => "example.com",
            "ipv4" => "192.0.2.1",
            "uri" | "url" => "https://example.com/",
            "uuid" => "00000000-0000-4000-8000-000000000000",
            _ => "",
        };
        if !known.is_empty() {
            return known.to_owned();
        }
        let most = schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let least = schema["minLength"].as_u64().unwrap_or(0).min(MAX_LENGTH);
        let mut text: String = subject(self.text).chars().take(most).collect();
        while (text.chars().count() as u64) < least {
            text.push('.');
        }
        text
    }
}

fn first(list: &Value) -> Option<&Value> {
    list.as_array().and_then(|list| list.iter().find(|one| *one != &json!({"type": "null"})))
}

/// The type, in lower case as in JSON Schema; Gemini writes it in upper case. Of several the first that is not null.
fn kind(schema: &Value) -> String {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().find(|one| *one != "null").unwrap_or(&Value::Null),
        one => one,
    };
    match types.as_str() {
        Some(name) => name.to_lowercase(),
        None if schema.get("properties").is_some() || schema.get("allOf").is_some() => "object".to_owned(),
        None if schema.get("items").is_some() => "array".to_owned(),
        None => "string".to_owned(),
    }
}

/// What a question is probably about: what it quotes, else its last name, else all of it.
fn subject(text: &str) -> &str {
    if let Some(quoted) = text.split('"').nth(1).filter(|quoted| !quoted.is_empty()) {
        return quoted;
    }
    let words = text.split_whitespace().skip(1).map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
    let names = words.filter(|word| word.starts_with(char::is_uppercase) && *word != "I");
    names.last().unwrap_or_else(|| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit() {
        for (schema, text, expected) in [
            (json!({"type": "string"}), "What is the weather in Paris?", json!("Paris")),
            (json!({"type": "string"}), "Find \"tea\" for Anna", json!("tea")),
            (json!({"type": "string", "maxLength": 3}), "hello", json!("hel")),
            (json!({"type": "string", "minLength": 7}), "hello", json!("hello..")),
            (json!({"type": "string", "format": "date"}), "x", json!("2024-01-02")),
            (json!({"type": ["null", "integer"]}), "take 12.5 of it", json!(12)),
            (json!({"type": "integer", "maximum": 10}), "take 12", json!(10)),
            (json!({"type": "integer", "exclusiveMinimum": 3}), "one", json!(4)),
            (json!({"type": "integer", "minimum": 4, "multipleOf": 5}), "one", json!(5)),
            (json!({"enum": ["red", "blue"]}), "x", json!("red")),
            (json!({"anyOf": [{"type": "null"}, {"type": "boolean"}]}), "x", json!(true)),
            (json!({"type": "ARRAY", "items": {"type": "STRING"}, "minItems": 2}), "a", json!(["a", "a"])),
            (
                json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/n"}}, "$defs": {"n": {"const": 7}}}),
                "x",
                json!({"a": 7}),
            ),
            (
                json!({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]}),
                "x",
                json!({"a": 1, "b": 2}),
            ),
            (json!(null), "x", json!("x")),
        ] {
            assert_eq!(sample(&schema, text), expected, "{schema} {text}");
        }
    }

    #[test]
    fn schemas_that_contain_themselves_end() {
        let tree = json!({"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}}});
        let value = sample(&tree, "x");
        assert_eq!(value["children"][0]["name"], "x");
        for endless in [json!({"$ref": "#"}), json!({"$ref": "#/nowhere"}), json!({"anyOf": [{"$ref": "#"}]})] {
            assert_eq!(sample(&endless, "x"), Value::Null);
        }
        assert!(sample(&json!({"type": "array", "minItems": 1e18 as u64}), "x").as_array().is_some());
    }
}
