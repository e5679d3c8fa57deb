//! Input coercion: literals and variables against our own schema.
//!
//! juniper accepts every literal for a type that is made at run time, so this is the one place where the kind of an
//! argument is checked. Custom scalars (64-bit integers, timestamps, typed arrays) are passed on as they are: their
//! range depends on the guest's type, and the refusal must name the parameter.

use std::sync::Arc;

use abi::plan::Program;
use abi::schema::{ObjectField, ObjectType, Schema, TypeRef};
use abi::transfer::budget::{Budget, Exceeded};
use abi::value::Value;

use super::subscription;
use crate::limits::LimitId;

/// A literal of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    /// null, a boolean, a number, a string.
    Value(Value),
    /// A bare name; our schemas have no enums, so it is never right.
    Enum(String),
    /// An index into the operation's variables.
    Variable(usize),
    /// `[…]`
    List(Vec<Literal>),
    /// `{…}`
    Object(Vec<(Arc<str>, Literal)>),
}

impl Literal {
    /// Whether a variable occurs in it.
    pub(crate) fn has_variables(&self) -> bool {
        match self {
            Self::Value(_) | Self::Enum(_) => false,
            Self::Variable(_) => true,
            Self::List(items) => items.iter().any(Self::has_variables),
            Self::Object(entries) => entries.iter().any(|(_, value)| value.has_variables()),
        }
    }
}

/// Values of an operation's variables, in the order of their definitions; `None` is a variable without a value.
pub(crate) type Variables = [Option<Value>];

/// Variables with what may be made of them: a literal can mention one many times.
pub(crate) struct Given<'v> {
    pub(crate) variables: &'v Variables,
    pub(crate) budget: &'v mut Budget,
}

/// Why a value does not fit its type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invalid {
    /// From the inside to the outside, ready to be joined: `.field`, `[0]`.
    path: Vec<String>,
    /// The reason.
    pub(crate) message: String,
    /// The value in question, as JSON.
    pub(crate) value: String,
    /// The limit that the message names.
    pub(crate) limit: Option<LimitId>,
}

impl Invalid {
    fn new(value: &Value, message: String) -> Self {
        Self { path: Vec::new(), message, value: shown(value), limit: None }
    }

    fn exceeded(limit: Exceeded) -> Self {
        Self { path: Vec::new(), message: limit.to_string(), value: String::new(), limit: LimitId::of_values(limit) }
    }

    fn inside(mut self, segment: String) -> Self {
        self.path.push(segment);
        self
    }

    /// Where inside the value, or nothing.
    pub(crate) fn path(&self) -> String {
        self.path.iter().rev().map(String::as_str).collect()
    }
}

/// The kinds of leaf types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// `Int`
    Int,
    /// `Float`
    Float,
    /// `String` (and `ID`)
    String,
    /// `Boolean`
    Boolean,
    /// Anything else.
    Custom,
}

impl Leaf {
    /// The kind of the scalar called `name`.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "Int" => Self::Int,
            "Float" => Self::Float,
            "String" | "ID" => Self::String,
            "Boolean" => Self::Boolean,
            _ => Self::Custom,
        }
    }
}

/// The schema's object types by name.
#[derive(Debug)]
pub(crate) struct Tables {
    program: Arc<Program>,
}

impl Tables {
    pub(crate) fn new(program: &Arc<Program>) -> Self {
        Self { program: Arc::clone(program) }
    }

    pub(crate) fn schema(&self) -> &Schema {
        &self.program.schema
    }

    /// The output type called `name`.
    pub(crate) fn object(&self, name: &str) -> Option<&ObjectType> {
        let of_app = self.program.schema.objects.find(name).map(|(_, object)| object);
        of_app.or_else(|| (name == subscription::EVENT).then(|| &*subscription::TYPE))
    }

    /// The input object type called `name`.
    pub(crate) fn input(&self, name: &str) -> Option<&ObjectType> {
        self.program.schema.inputs.find(name).map(|(_, object)| object)
    }

    /// Coerces a literal. `None` as the result is a variable without a value; if nothing is `given` (when a document is
    /// compiled) that is every variable, and only the rest is checked.
    pub(crate) fn literal(
        &self,
        literal: &Literal,
        ty: &TypeRef,
        mut given: Option<&mut Given<'_>>,
    ) -> Result<Option<Value>, Invalid> {
        if let Literal::Variable(index) = literal {
            let Some(given) = given else { return Ok(None) };
            // A variable has been coerced to its own type, which validation compared with this one; only null is left.
            return match given.variables.get(*index).and_then(Option::as_ref) {
                Some(Value::Null) if matches!(ty, TypeRef::NonNull(_)) => Err(null_for(ty)),
                Some(value) => {
                    given.budget.whole(value).map_err(Invalid::exceeded)?;
                    Ok(Some(value.clone()))
                }
                None => Ok(None),
            };
        }
        match ty {
            TypeRef::NonNull(_) if *literal == Literal::Value(Value::Null) => Err(null_for(ty)),
            TypeRef::NonNull(inner) => self.literal(literal, inner, given),
            _ if *literal == Literal::Value(Value::Null) => Ok(Some(Value::Null)),
            TypeRef::List(inner) => match literal {
                Literal::List(items) => self.literal_list(items, inner, given).map(Some),
                single => Ok(self.literal(single, inner, given.as_deref_mut())?.map(|value| Value::List(vec![value]))),
            },
            TypeRef::Named(name) => match (self.input(name), literal) {
                (Some(object), Literal::Object(entries)) => self.literal_object(entries, object, given).map(Some),
                (Some(object), other) => Err(not_an_object(object, other)),
                (None, Literal::List(items)) if Leaf::of(name) == Leaf::Custom => {
                    let element = TypeRef::Named(name.clone());
                    self.literal_list(items, &element, given).map(Some)
                }
                (None, Literal::Object(entries)) if Leaf::of(name) == Leaf::Custom => {
                    self.literal_members(entries, ty, given).map(Some)
                }
                (None, Literal::Value(value)) => leaf(value.clone(), name, Origin::Literal).map(Some),
                (None, other) => Err(wrong_leaf(name, other)),
            },
        }
    }

    fn literal_list(
        &self,
        items: &[Literal],
        element: &TypeRef,
        mut given: Option<&mut Given<'_>>,
    ) -> Result<Value, Invalid> {
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = self.literal(item, element, given.as_deref_mut());
            let value = value.map_err(|error| error.inside(format!("[{index}]")))?;
            // In a list there is no "not given".
            if value.is_none() && given.is_some() && matches!(element, TypeRef::NonNull(_)) {
                return Err(null_for(element).inside(format!("[{index}]")));
            }
            list.push(value.unwrap_or(Value::Null));
        }
        Ok(Value::List(list))
    }

    /// An object for a custom scalar, which says nothing of its members.
    fn literal_members(
        &self,
        entries: &[(Arc<str>, Literal)],
        scalar: &TypeRef,
        mut given: Option<&mut Given<'_>>,
    ) -> Result<Value, Invalid> {
        let mut result = Vec::with_capacity(entries.len());
        for (name, literal) in entries {
            let value = self.literal(literal, scalar, given.as_deref_mut());
            let value = value.map_err(|error| error.inside(format!(".{name}")))?;
            result.extend(value.map(|value| (Arc::clone(name), value)));
        }
        Ok(Value::Object(result))
    }

    fn literal_object(
        &self,
        entries: &[(Arc<str>, Literal)],
        object: &ObjectType,
        mut given: Option<&mut Given<'_>>,
    ) -> Result<Value, Invalid> {
        if let Some((name, _)) = entries.iter().find(|(name, _)| object.fields.iter().all(|f| *f.name != **name)) {
            return Err(unknown_field(object, name, &Value::Null));
        }
        let mut result = Vec::with_capacity(entries.len());
        for field in &object.fields {
            let entry = entries.iter().find(|(name, _)| **name == *field.name);
            let value = match entry {
                Some((_, value)) => self
                    .literal(value, &field.ty, given.as_deref_mut())
                    .map_err(|error| error.inside(format!(".{}", field.name)))?,
                None => None,
            };
            match (value, entry) {
                (Some(value), _) => result.push((Arc::from(field.name.as_str()), value)),
                (None, Some(_)) if given.is_none() => {}
                (None, _) if matches!(field.ty, TypeRef::NonNull(_)) => {
                    return Err(missing_field(object, field, &Value::Null));
                }
                (None, _) => {}
            }
        }
        Ok(Value::Object(result))
    }

    /// Coerces a variable's value.
    pub(crate) fn value(&self, value: Value, ty: &TypeRef) -> Result<Value, Invalid> {
        match ty {
            TypeRef::NonNull(_) if value == Value::Null => Err(null_for(ty)),
            TypeRef::NonNull(inner) => self.value(value, inner),
            _ if value == Value::Null => Ok(value),
            TypeRef::List(inner) => match value {
                Value::List(items) => items
                    .into_iter()
                    .enumerate()
                    .map(|(i, item)| self.value(item, inner).map_err(|error| error.inside(format!("[{i}]"))))
                    .collect::<Result<_, _>>()
                    .map(Value::List),
                single => Ok(Value::List(vec![self.value(single, inner)?])),
            },
            TypeRef::Named(name) => match self.input(name) {
                Some(object) => self.object_value(value, object),
                None => leaf(value, name, Origin::Variable),
            },
        }
    }

    fn object_value(&self, value: Value, object: &ObjectType) -> Result<Value, Invalid> {
        let Value::Object(entries) = &value else {
            let message = format!("Expected type \"{}\" to be an object.", object.name);
            return Err(Invalid::new(&value, message));
        };
        let given = |name: &str| entries.iter().any(|(given, _)| **given == *name);
        if let Some((name, _)) = entries.iter().find(|(name, _)| object.fields.iter().all(|f| *f.name != **name)) {
            return Err(unknown_field(object, name, &value));
        }
        let missing = |field: &&ObjectField| matches!(field.ty, TypeRef::NonNull(_)) && !given(&field.name);
        if let Some(field) = object.fields.iter().find(missing) {
            return Err(missing_field(object, field, &value));
        }
        let Value::Object(mut entries) = value else { return Ok(value) };
        let mut result = Vec::with_capacity(entries.len());
        for field in &object.fields {
            let Some(at) = entries.iter().position(|(name, _)| **name == *field.name) else { continue };
            let (name, value) = entries.swap_remove(at);
            let value = self.value(value, &field.ty).map_err(|error| error.inside(format!(".{name}")))?;
            result.push((name, value));
        }
        Ok(Value::Object(result))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Origin {
    Literal,
    Variable,
}

fn leaf(value: Value, name: &str, origin: Origin) -> Result<Value, Invalid> {
    let message = match (Leaf::of(name), &value) {
        (Leaf::Custom, _)
        | (Leaf::String, Value::String(_))
        | (Leaf::Boolean, Value::Bool(_))
        | (Leaf::Float, Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Number(_)) => return Ok(value),
        (Leaf::Int, Value::Int(_) | Value::UInt(_) | Value::Number(_)) => return int(value, origin),
        (Leaf::Int, _) => "Int cannot represent non-integer value",
        (Leaf::String, _) => "String cannot represent a non string value",
        (Leaf::Boolean, _) => "Boolean cannot represent a non boolean value",
        (Leaf::Float, _) => "Float cannot represent non numeric value",
    };
    Err(Invalid::new(&value, format!("{message}: {}", shown(&value))))
}

fn int(value: Value, origin: Origin) -> Result<Value, Invalid> {
    let whole = match &value {
        Value::Int(number) => Some(i128::from(*number)),
        Value::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
            // Too long for 128 bits is too long for 32.
            Some(text.parse().unwrap_or(i128::MAX))
        }
        // JSON does not tell 1 from 1.0, a document does.
        Value::Number(text) if origin == Origin::Variable => {
            text.parse::<f64>().ok().filter(|n| n.fract() == 0.0).map(|n| n as i128)
        }
        Value::Number(_) => None,
        _ => Some(i128::MAX),
    };
    let message = match whole {
        Some(number) if i32::try_from(number).is_ok() => return Ok(Value::Int(number as i64)),
        Some(_) => "Int cannot represent non 32-bit signed integer value",
        None => "Int cannot represent non-integer value",
    };
    Err(Invalid::new(&value, format!("{message}: {}", shown(&value))))
}

fn null_for(ty: &TypeRef) -> Invalid {
    Invalid::new(&Value::Null, format!("Expected non-nullable type \"{ty}\" not to be null."))
}

fn unknown_field(object: &ObjectType, name: &str, value: &Value) -> Invalid {
    Invalid::new(value, format!("Field \"{name}\" is not defined by type \"{}\".", object.name))
}

fn missing_field(object: &ObjectType, field: &ObjectField, value: &Value) -> Invalid {
    let message =
        format!("Field \"{}.{}\" of required type \"{}\" was not provided.", object.name, field.name, field.ty);
    Invalid::new(value, message)
}

fn not_an_object(object: &ObjectType, literal: &Literal) -> Invalid {
    let message = format!("Expected value of type \"{}\", found {}.", object.name, shown_literal(literal));
    Invalid::new(&Value::Null, message)
}

/// A literal that no value of the scalar called `name` has.
pub(super) fn wrong_leaf(name: &str, literal: &Literal) -> Invalid {
    let kind = match Leaf::of(name) {
        Leaf::Int => "non-integer value",
        Leaf::Float => "non numeric value",
        Leaf::String => "a non string value",
        Leaf::Boolean => "a non boolean value",
        Leaf::Custom => "value",
    };
    Invalid::new(&Value::Null, format!("{name} cannot represent {kind}: {}", shown_literal(literal)))
}

fn shown_literal(literal: &Literal) -> String {
    match literal {
        Literal::Value(value) => shown(value),
        Literal::Enum(name) => name.clone(),
        Literal::Variable(_) => "a variable".to_owned(),
        Literal::List(_) => "a list".to_owned(),
        Literal::Object(_) => "an object".to_owned(),
    }
}

/// The value as JSON, cut where it is long: it goes into a message.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 200;
    let mut text = match value {
        Value::Number(text) => text.clone(),
        other => other.to_json().to_string(),
    };
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
