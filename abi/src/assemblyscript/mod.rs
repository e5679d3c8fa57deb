//! AssemblyScript guests: names, layouts, lowering and lifting.

mod call;
#[cfg(test)]
mod fake;
mod fault;
mod hash;
mod layout;
mod lift;
mod lift_table;
mod lower;
mod lower_table;
mod names;
mod resolve;
mod scalar;
#[cfg(test)]
mod tests;

use crate::guest::{CallError, Guest, Limits};
use crate::language::{GuestLanguage, Lifted, Lowered, TypeFacts};
use crate::metadata::Metadata;
use crate::plan::{FunctionPlan, ImportPlan, ResultPlan, Signature};
use crate::selection::Selection;
use crate::types::{CoreType, TypeId, Types};
use crate::value::Value;

/// The AssemblyScript guest language.
pub struct AssemblyScript;

impl GuestLanguage for AssemblyScript {
    fn sdk(&self) -> &'static str {
        "modus-sdk-as"
    }

    fn facts(&self, type_name: &str) -> TypeFacts {
        names::facts(type_name)
    }

    fn short_name(&self, type_name: &str) -> String {
        names::short_name(type_name)
    }

    fn resolve(&self, type_name: &str, metadata: &Metadata, types: &mut Types) -> TypeId {
        resolve::resolve(type_name, metadata, types)
    }

    fn signature(
        &self,
        parameters: &[TypeId],
        results: &[ResultPlan],
        types: &mut Types,
    ) -> (Signature, Option<TypeId>) {
        let results = words(types, results.iter().map(|result| result.ty));
        (Signature { parameters: words(types, parameters.iter().copied()), results }, None)
    }

    fn import_signature(&self, parameters: &[TypeId], result: Option<TypeId>, types: &Types) -> Signature {
        Signature { parameters: words(types, parameters.iter().copied()), results: words(types, result.into_iter()) }
    }

    fn lower(
        &self,
        types: &Types,
        function: &FunctionPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        arguments: &[Option<Value>],
    ) -> Result<Lowered, CallError> {
        call::lower(types, function, limits, guest, arguments)
    }

    fn lift(
        &self,
        types: &Types,
        function: &FunctionPlan,
        limits: &Limits,
        selection: &Selection,
        guest: &mut dyn Guest,
        lowered: &mut Lowered,
        word: u64,
    ) -> Result<Lifted, CallError> {
        call::lift(types, function, limits, selection, guest, lowered, word)
    }

    fn import_arguments(
        &self,
        types: &Types,
        import: &ImportPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        words: &[u64],
    ) -> Result<Vec<Value>, CallError> {
        call::import_arguments(types, import, limits, guest, words)
    }

    fn import_result(
        &self,
        types: &Types,
        import: &ImportPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        value: &Value,
    ) -> Result<u64, CallError> {
        call::import_result(types, import, limits, guest, value)
    }
}

/// Every type is exactly one core value.
fn words(types: &Types, list: impl Iterator<Item = TypeId>) -> Vec<CoreType> {
    list.flat_map(|id| types[id].words.iter().copied()).collect()
}
