//! What plans hold for this language alone.

use serde::{Deserialize, Serialize};

use super::Go;
use crate::language::{self, OwnFunction, Parts};
use crate::plan::FunctionPlan;
use crate::types::TypeId;

/// The language's part of a function's plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionPart {
    /// The struct type of the hidden result block, when the results flatten to two words or more.
    pub result_block: Option<TypeId>,
}

impl OwnFunction for FunctionPart {
    fn references(&self) -> Vec<TypeId> {
        self.result_block.into_iter().collect()
    }
}

impl Parts for Go {
    type Function = FunctionPart;
}

impl From<FunctionPart> for language::FunctionPart {
    fn from(part: FunctionPart) -> Self {
        Self::Go(part)
    }
}

/// The struct type of a function's hidden result block. Plans of other languages have none.
pub fn result_block(function: &FunctionPlan) -> Option<TypeId> {
    match &function.own {
        language::FunctionPart::Go(part) => part.result_block,
        _ => None,
    }
}
