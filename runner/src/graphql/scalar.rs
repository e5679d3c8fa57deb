//! The scalar representation handed to juniper: numbers keep their text, so no digit is lost before the type that a
//! number is meant for is known.

use std::any::{Any, TypeId};
use std::fmt;

use juniper::{
    FieldError, FromInputValue, InputValue, ParseScalarResult, ParseScalarValue, ScalarToken, ScalarValue,
    TryToPrimitive,
};
use serde::{Deserialize, Serialize};

/// A literal's value, or a value of the introspection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Scalar {
    /// true or false.
    Boolean(bool),
    /// The text of a number.
    Number(String),
    /// A string.
    Text(String),
}

const MISMATCH: &str = "the value is of another kind";

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Number(text) | Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i32> for Scalar {
    fn from(value: i32) -> Self {
        Self::Number(value.to_string())
    }
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Self {
        Self::Number(value.to_string())
    }
}

impl TryFrom<Scalar> for String {
    type Error = Scalar;

    fn try_from(scalar: Scalar) -> Result<Self, Scalar> {
        match scalar {
            Scalar::Text(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl<'me> TryToPrimitive<'me, bool> for Scalar {
    type Error = &'static str;

    fn try_to_primitive(&'me self) -> Result<bool, Self::Error> {
        match self {
            Self::Boolean(value) => Ok(*value),
            _ => Err(MISMATCH),
        }
    }
}

impl<'me> TryToPrimitive<'me, i32> for Scalar {
    type Error = &'static str;

    fn try_to_primitive(&'me self) -> Result<i32, Self::Error> {
        match self {
            Self::Number(text) => text.parse().map_err(|_| MISMATCH),
            _ => Err(MISMATCH),
        }
    }
}

impl<'me> TryToPrimitive<'me, f64> for Scalar {
    type Error = &'static str;

    fn try_to_primitive(&'me self) -> Result<f64, Self::Error> {
        match self {
            Self::Number(text) => text.parse().map_err(|_| MISMATCH),
            _ => Err(MISMATCH),
        }
    }
}

impl<'me> TryToPrimitive<'me, String> for Scalar {
    type Error = &'static str;

    fn try_to_primitive(&'me self) -> Result<String, Self::Error> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            _ => Err(MISMATCH),
        }
    }
}

impl<'me> TryToPrimitive<'me, &'me str> for Scalar {
    type Error = &'static str;

    fn try_to_primitive(&'me self) -> Result<&'me str, Self::Error> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(MISMATCH),
        }
    }
}

impl ScalarValue for Scalar {
    fn is_type<T: Any + ?Sized>(&self) -> bool {
        let inner = match self {
            Self::Boolean(_) => TypeId::of::<bool>(),
            Self::Number(_) | Self::Text(_) => TypeId::of::<String>(),
        };
        inner == TypeId::of::<T>()
    }

    fn downcast_type<T: Any>(&self) -> Option<&T> {
        match self {
            Self::Boolean(value) => (value as &dyn Any).downcast_ref(),
            Self::Number(text) | Self::Text(text) => (text as &dyn Any).downcast_ref(),
        }
    }
}

/// Any leaf: what a value may be is checked against our own tables later, with better messages.
pub(crate) struct AnyLeaf;

/// A truth value: juniper itself evaluates the conditions of directives and needs it checked.
pub(crate) struct BooleanLeaf;

/// An input object, written as one.
pub(crate) struct AnyObject;

impl FromInputValue<Scalar> for AnyLeaf {
    type Error = FieldError<Scalar>;

    fn from_input_value(_: &InputValue<Scalar>) -> Result<Self, Self::Error> {
        Ok(Self)
    }
}

impl FromInputValue<Scalar> for BooleanLeaf {
    type Error = FieldError<Scalar>;

    fn from_input_value(value: &InputValue<Scalar>) -> Result<Self, Self::Error> {
        match value {
            InputValue::Scalar(Scalar::Boolean(_)) | InputValue::Null => Ok(Self),
            _ => Err(MISMATCH.into()),
        }
    }
}

impl FromInputValue<Scalar> for AnyObject {
    type Error = FieldError<Scalar>;

    fn from_input_value(value: &InputValue<Scalar>) -> Result<Self, Self::Error> {
        match value {
            InputValue::Object(_) | InputValue::Null => Ok(Self),
            _ => Err(MISMATCH.into()),
        }
    }
}

impl ParseScalarValue<Scalar> for AnyLeaf {
    fn from_str(token: ScalarToken<'_>) -> ParseScalarResult<Scalar> {
        Ok(match token {
            ScalarToken::String(literal) => Scalar::Text(literal.parse()?.into_owned()),
            ScalarToken::Int(text) | ScalarToken::Float(text) => Scalar::Number(text.to_owned()),
        })
    }
}

impl ParseScalarValue<Scalar> for BooleanLeaf {
    fn from_str(token: ScalarToken<'_>) -> ParseScalarResult<Scalar> {
        AnyLeaf::from_str(token)
    }
}
