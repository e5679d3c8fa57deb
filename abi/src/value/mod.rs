//! Language-neutral values: what arrives as a GraphQL argument and what a function answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::transfer::budget::weight;

mod float_text;
mod nested;
pub use float_text::FloatText;
pub(crate) use nested::nested;

/// A JSON-like value whose numbers are exact.
///
/// Integers outside 64 bits and fractions written in decimal keep their text in [`Value::Number`], so that nothing is
/// rounded before the type it is meant for is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// JSON null; also "no result".
    Null,
    /// true or false.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// An unsigned integer above `i64::MAX`.
    UInt(u64),
    /// A 64-bit float.
    Float(f64),
    /// A 32-bit float; printed with its own shortest text.
    Float32(f32),
    /// The text of a JSON number that no other variant holds exactly (input only).
    Number(String),
    /// Text.
    String(String),
    /// A list.
    List(#[serde(deserialize_with = "nested")] Vec<Value>),
    /// An object; entries keep their order and names are unique.
    Object(#[serde(deserialize_with = "nested")] Vec<(Arc<str>, Value)>),
    /// The text of any JSON value, without blanks between its parts (output only).
    Json(String),
}

impl Value {
    /// The word used for this kind of value in messages ("a string", "null", …).
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::UInt(_) => "an integer",
            Self::Float(_) | Self::Float32(_) | Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
            Self::Json(_) => "JSON",
        }
    }

    /// The work that it is to move the value, see [`Budget::weight`](crate::transfer::budget::Budget::weight).
    pub fn weight(&self) -> u64 {
        match self {
            Self::String(text) | Self::Number(text) | Self::Json(text) => weight(1, text.len() as u64),
            Self::List(items) => items.iter().fold(1, |sum, item| item.weight().saturating_add(sum)),
            Self::Object(entries) => entries.iter().fold(1, |sum, (_, item)| item.weight().saturating_add(sum)),
            _ => 1,
        }
    }

    /// The entry called `name` of an object.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(entries) => entries.iter().find(|(key, _)| &**key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text by which the entries of a map are sorted when this is their key: a string's content, a scalar's JSON.
    /// Null and composite values have none.
    pub fn key_text(&self) -> Option<String> {
        Some(match self {
            Self::Null | Self::List(_) | Self::Object(_) | Self::Json(_) => return None,
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::UInt(value) => value.to_string(),
            Self::Float(value) => FloatText(*value).to_string(),
            Self::Float32(value) => FloatText(*value).to_string(),
            Self::Number(text) | Self::String(text) => text.clone(),
        })
    }

    /// The value as JSON, for logs, tests and stored defaults. NaN and infinities become null.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::UInt(value) => Json::from(*value),
            Self::Float(value) => Json::from(*value),
            Self::Float32(value) => Json::from(*value),
            Self::Number(text) | Self::Json(text) => serde_json::from_str(text).unwrap_or(Json::Null),
            Self::String(text) => Json::String(text.clone()),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(entries) => {
                Json::Object(entries.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect())
            }
        }
    }
}

/// Converts parsed JSON without losing digits.
impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::from_number_text(&number.to_string()),
            Json::String(text) => Self::String(text.clone()),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(entries) => {
                Self::Object(entries.iter().map(|(key, value)| (Arc::from(key.as_str()), Self::from(value))).collect())
            }
        }
    }
}

impl Value {
    /// A number from its JSON text: an integer where it is written as one and fits 64 bits, else the text itself.
    pub fn from_number_text(text: &str) -> Self {
        if text != "-0" {
            if let Ok(value) = text.parse::<i64>() {
                return Self::Int(value);
            }
            if let Ok(value) = text.parse::<u64>() {
                return Self::UInt(value);
            }
        }
        Self::Number(text.to_owned())
    }
}
