//! What plans hold for this language alone.

use serde::{Deserialize, Serialize};

use super::AssemblyScript;
use crate::language::{self, OwnFunction, Parts};
use crate::plan::FunctionPlan;

/// The language's part of a function's plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionPart {
    /// Some parameter has a default, so the argument count must be announced.
    pub optional_arguments: bool,
}

impl OwnFunction for FunctionPart {}

impl Parts for AssemblyScript {
    type Function = FunctionPart;
}

impl From<FunctionPart> for language::FunctionPart {
    fn from(part: FunctionPart) -> Self {
        Self::AssemblyScript(part)
    }
}

/// Whether the argument count must be announced. Plans of other languages ask for nothing.
pub fn announces_count(function: &FunctionPlan) -> bool {
    matches!(&function.own, language::FunctionPart::AssemblyScript(part) if part.optional_arguments)
}
