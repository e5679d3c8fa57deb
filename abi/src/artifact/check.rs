//! Whether a program that was read holds together.

use crate::plan::{ParameterPlan, Program};
use crate::schema::RootField;
use crate::table::Damage;
use crate::types::TypeId;

impl Program {
    /// Whether nothing was found to be wrong with what was asked of the program so far. Where something was, whatever came
    /// of it must not be used. A question of some nanoseconds.
    ///
    /// # Errors
    /// What was found first.
    pub fn intact(&self) -> Result<(), &Damage> {
        let Self { types, functions, schema, .. } = self;
        let of_schema =
            [schema.query.damage(), schema.mutation.damage(), schema.inputs.damage(), schema.objects.damage()];
        let mut found = [types.table().damage(), functions.damage()].into_iter().chain(of_schema);
        found.find_map(|damage| damage).map_or(Ok(()), Err)
    }

    /// Looks at all of the program: each item has to be one, and each index has to stay inside its table. Nothing of it is
    /// kept in memory.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn check(&self) -> Result<(), Damage> {
        let Self { types, functions, imports, schema, renewal, .. } = self;
        types.check()?;
        renewal.check()?;
        functions.check(|function| {
            let results = function.results.iter().map(|result| result.ty);
            types.unknown(of_parameters(&function.parameters).chain(results).chain(function.own.references()))
        })?;
        for (index, import) in imports.iter().enumerate() {
            if let Some(reason) = types.unknown(of_parameters(&import.parameters).chain(import.result)) {
                return Err(Damage { table: "imports", index: Some(index), reason });
            }
        }
        for fields in [&schema.query, &schema.mutation] {
            fields.check(|RootField { function, .. }| {
                let count = functions.len();
                (*function as usize >= count).then(|| format!("it calls function {function}, and there are {count}"))
            })?;
        }
        schema.inputs.check(|_| None)?;
        schema.objects.check(|_| None)
    }
}

fn of_parameters(parameters: &[ParameterPlan]) -> impl Iterator<Item = TypeId> {
    parameters.iter().map(|parameter| parameter.ty)
}
