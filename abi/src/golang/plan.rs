//! What plans hold for this language alone.

use serde::{Deserialize, Serialize};

use super::Go;
use crate::language::{self, Fresh, OwnFunction, OwnSeed, Parts};
use crate::plan::{Clock, FunctionPlan};
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
    type Seed = Seed;
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

/// What TinyGo's start made of randomness or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seed {
    /// The first `length` (4 or 8) bytes of an odd random number of 64 bits.
    Random {
        /// Address in the first memory.
        address: u32,
        /// Bytes.
        length: u8,
    },
    /// A clock's time in nanoseconds, less one, in 8 bytes.
    Clock {
        /// Address in the first memory.
        address: u32,
        /// Which clock.
        clock: Clock,
    },
}

impl OwnSeed for Seed {
    fn address(&self) -> u32 {
        match self {
            Self::Random { address, .. } | Self::Clock { address, .. } => *address,
        }
    }

    fn length(&self) -> u8 {
        match self {
            Self::Random { length: 4, .. } => 4,
            Self::Random { .. } | Self::Clock { .. } => 8,
        }
    }

    fn source(&self) -> &'static str {
        match self {
            Self::Random { .. } => "random",
            Self::Clock { .. } => "clock",
        }
    }

    fn draw(&self, fresh: &dyn Fresh) -> u64 {
        match self {
            Self::Random { .. } => fresh.random() | 1,
            Self::Clock { clock, .. } => fresh.time(*clock).saturating_sub(1),
        }
    }
}
