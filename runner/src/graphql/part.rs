//! The part of a schema that a document can touch. Validating a document takes no longer because the app has many
//! functions, and the first answer does not wait for a schema nobody has asked for.

use std::collections::BTreeSet;

use abi::schema::{ObjectType, RootField, Schema};
use abi::table::{Item, Table};
use juniper::parser::{Lexer, Token};

/// Indexes into the tables of a [`Schema`]; scalars always belong to it. A document that is valid against the part is
/// valid against the whole: whatever it names is in both, and the same in both.
#[derive(Debug, Default)]
pub(crate) struct Part {
    query: BTreeSet<usize>,
    mutation: BTreeSet<usize>,
    inputs: BTreeSet<usize>,
    objects: BTreeSet<usize>,
}

impl Part {
    /// Everything.
    pub(crate) fn all(schema: &Schema) -> Self {
        Self {
            query: (0..schema.query.len()).collect(),
            mutation: (0..schema.mutation.len()).collect(),
            inputs: (0..schema.inputs.len()).collect(),
            objects: (0..schema.objects.len()).collect(),
        }
    }

    /// Root fields and types that the first `most` tokens of `text` name, with all types they lead to. `None` where it may
    /// ask for the schema itself.
    pub(crate) fn of(text: &str, most: usize, schema: &Schema) -> Option<Self> {
        let names: BTreeSet<&str> = names(text, most).collect();
        if names.contains("__schema") || names.contains("__type") {
            return None;
        }
        let mut part = Self::default();
        let mut open: Vec<&str> = Vec::new();
        for name in names {
            for (fields, chosen) in [(&schema.query, &mut part.query), (&schema.mutation, &mut part.mutation)] {
                if let Some((index, field)) = fields.find(name)
                    && chosen.insert(index)
                {
                    open.push(field.ty.name());
                    open.extend(field.arguments.iter().map(|argument| argument.ty.name()));
                }
            }
            open.push(name);
        }
        while let Some(name) = open.pop() {
            for (types, chosen) in [(&schema.inputs, &mut part.inputs), (&schema.objects, &mut part.objects)] {
                if let Some((index, ty)) = types.find(name)
                    && chosen.insert(index)
                {
                    open.extend(ty.fields.iter().map(|field| field.ty.name()));
                }
            }
        }
        Some(part)
    }

    /// Its fields of `Query`.
    pub(crate) fn query<'s>(&self, schema: &'s Schema) -> impl Iterator<Item = &'s RootField> {
        chosen(&schema.query, &self.query).map(|(_, field)| field)
    }

    /// Its fields of `Mutation`.
    pub(crate) fn mutation<'s>(&self, schema: &'s Schema) -> impl Iterator<Item = &'s RootField> {
        chosen(&schema.mutation, &self.mutation).map(|(_, field)| field)
    }

    /// Its input object types.
    pub(crate) fn inputs<'s>(&self, schema: &'s Schema) -> impl Iterator<Item = (usize, &'s ObjectType)> {
        chosen(&schema.inputs, &self.inputs)
    }

    /// Its object types.
    pub(crate) fn objects<'s>(&self, schema: &'s Schema) -> impl Iterator<Item = (usize, &'s ObjectType)> {
        chosen(&schema.objects, &self.objects)
    }
}

fn chosen<'s, T: Item>(table: &'s Table<T>, indexes: &BTreeSet<usize>) -> impl Iterator<Item = (usize, &'s T)> {
    indexes.iter().filter_map(|index| Some((*index, table.get(*index)?)))
}

/// The names of a document. Behind `most` tokens there are none that matter: no longer document is valid. Of comments there
/// may be more than of tokens, and what they hold is no name.
fn names(text: &str, most: usize) -> impl Iterator<Item = &str> {
    let tokens = Lexer::new(text).map_while(Result::ok).take(most);
    tokens.filter_map(|token| match token.item {
        Token::Name(name) => Some(name),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens_and_not_too_many() {
        let check = |text: &str, expected: &[&str]| assert_eq!(names(text, 6).collect::<Vec<_>>(), expected, "{text}");
        check("query {a(b: 1)}", &["query", "a", "b"]);
        check("{a # b, c\n d(e: \"f __schema\")}", &["a", "d", "e"]);
        check("{a} \"\"\"b # c\"\"\" d", &["a", "d"]);
        check("a b c d e f g h", &["a", "b", "c", "d", "e", "f"]);
        check("{a ~ b}", &["a"]);
    }
}
