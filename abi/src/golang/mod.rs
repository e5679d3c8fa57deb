//! Go guests (TinyGo): names, layouts, lowering and lifting (`abi-go` sections 3 to 10).

mod call;
mod heap;
mod input;
mod layout;
mod lift;
mod lower;
mod names;
mod start;
#[cfg(test)]
mod tests;

use crate::guest::{CallError, Guest, Limits};
use crate::language::{GuestLanguage, Initialisation, Lifted, Lowered, Thaw, TypeFacts};
use crate::metadata::Metadata;
use crate::plan::{FunctionPlan, ImportPlan, ResultPlan, Signature};
use crate::selection::Selection;
use crate::types::{TypeId, Types};
use crate::value::Value;

/// Apps built by the Modus Go SDK with TinyGo.
#[derive(Clone, Copy, Debug)]
pub struct Go;

impl GuestLanguage for Go {
    fn sdk(&self) -> &'static str {
        "modus-sdk-go"
    }

    fn facts(&self, type_name: &str) -> TypeFacts {
        names::facts(type_name)
    }

    fn short_name(&self, type_name: &str) -> String {
        names::short_name(type_name)
    }

    fn resolve(&self, type_name: &str, metadata: &Metadata, types: &mut Types) -> TypeId {
        layout::resolve(type_name, metadata, types)
    }

    fn signature(
        &self,
        parameters: &[TypeId],
        results: &[ResultPlan],
        types: &mut Types,
    ) -> (Signature, Option<TypeId>) {
        layout::signature(parameters, results, types)
    }

    fn import_signature(&self, parameters: &[TypeId], result: Option<TypeId>, types: &Types) -> Signature {
        layout::import_signature(parameters, result, types)
    }

    fn thaw(&self, initialisation: &Initialisation<'_>) -> Option<Thaw> {
        start::thaw(initialisation)
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
