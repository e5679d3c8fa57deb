//! Go guests (TinyGo): lowering and lifting (`abi-go` sections 3 to 10).

mod call;
mod heap;
pub mod helpers;
mod input;
pub mod layout;
mod lift;
mod lower;
pub mod plan;

use crate::guest::{CallError, Guest, Helper, Limits};
use crate::language::{GuestLanguage, Lifted, Lowered};
use crate::plan::{FunctionPlan, ImportPlan};
use crate::selection::Selection;
use crate::types::Types;
use crate::value::Value;

/// Apps built by the Modus Go SDK with TinyGo.
#[derive(Clone, Copy, Debug)]
pub struct Go;

impl GuestLanguage for Go {
    fn helpers(&self) -> &'static [Helper] {
        &helpers::ALL
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
