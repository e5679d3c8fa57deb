//! The run-time half of the guest languages: moving values. The other half, type names and what follows from them, is the
//! compiler's.
//!
//! A new language is one folder here, which implements [`GuestLanguage`] and [`Parts`], and one line in the list below.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::guest::{CallError, Callable, Guest, Helper, Limits};
use crate::plan::{FunctionPlan, ImportPlan};
use crate::selection::Selection;
use crate::transfer::roots::Root;
use crate::types::{TypeId, Types};
use crate::value::Value;

/// Makes everything that has a case for each language from the one list.
macro_rules! languages {
    ($($(#[$condition:meta])* $name:ident in $folder:ident: $description:literal;)*) => {
        /// The language of an app.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Language {
            $($(#[$condition])* #[doc = $description] $name,)*
        }

        impl Language {
            /// All languages.
            pub const ALL: [Self; Self::COUNT] = [$($(#[$condition])* Self::$name,)*];
            const COUNT: usize = [$($(#[$condition])* Self::$name,)*].len();

            /// What knows how to move values.
            pub fn implementation(self) -> &'static dyn GuestLanguage {
                match self {
                    $($(#[$condition])* Self::$name => &crate::$folder::$name,)*
                }
            }

            /// How people call it.
            pub fn name(self) -> &'static str {
                match self {
                    $($(#[$condition])* Self::$name => stringify!($name),)*
                }
            }

            /// The language's part of a function's plan, as far as nothing is known of the function.
            pub fn function_part(self) -> FunctionPart {
                match self {
                    $($(#[$condition])* Self::$name => FunctionPart::$name(Default::default()),)*
                }
            }
        }

        impl std::fmt::Display for Language {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        /// What is the language's own in a function's plan.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum FunctionPart {
            $($(#[$condition])* #[doc = $description] $name(<crate::$folder::$name as Parts>::Function),)*
        }

        impl FunctionPart {
            /// The types that it refers to.
            pub(crate) fn references(&self) -> Vec<TypeId> {
                match self {
                    $($(#[$condition])* Self::$name(part) => part.references(),)*
                }
            }
        }
    };
}

// The order is that of the numbers in artifacts.
languages! {
    AssemblyScript in assemblyscript: "AssemblyScript, by the Modus SDK.";
    Go in golang: "Go, by the Modus SDK and TinyGo.";
    #[cfg(feature = "trial-language")] Trial in trial: "A language for one test.";
}

/// What a language has of its own in plans.
pub trait Parts {
    /// Beside the plan of each function.
    type Function: OwnFunction;
}

/// A language's own part of a function's plan.
pub trait OwnFunction: Default + Clone + std::fmt::Debug + PartialEq + Serialize + DeserializeOwned {
    /// The types that it refers to.
    fn references(&self) -> Vec<TypeId> {
        Vec::new()
    }
}

/// Arguments that are in the guest, until the function's result is read.
#[derive(Debug, Default)]
pub struct Lowered {
    /// The function's core arguments.
    pub words: Vec<u64>,
    /// A block of the guest's in which a result is kept safe from its collector while it is read.
    pub(crate) cell: Option<u32>,
    /// What the host holds in the guest, oldest first.
    pub(crate) roots: Vec<Root>,
}

/// What was read of a function's result.
#[derive(Debug, PartialEq)]
pub struct Lifted {
    /// Null for no result, an object for several. Objects have their wanted fields only.
    pub value: Value,
    /// The work that it was to read it, see [`Budget::weight`](crate::transfer::budget::Budget::weight).
    pub weight: u64,
}

/// How values are moved into and out of a guest of the language.
pub trait GuestLanguage: Sync {
    /// The exports of the language's runtime that are called, each at its place.
    fn helpers(&self) -> &'static [Helper];

    /// Lowers the arguments (`None` = not given). Nothing stays behind in a guest that is kept when it fails.
    ///
    /// # Errors
    /// [`CallError`]
    fn lower(
        &self,
        types: &Types,
        function: &FunctionPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        arguments: &[Option<Value>],
    ) -> Result<Lowered, CallError>;

    /// Lifts what is wanted of the result that the function left in `word`. Lets go of what was lowered where the guest is
    /// kept, unless this fails with [`CallError::Unfinished`]: then it can be done again.
    ///
    /// # Errors
    /// [`CallError`]
    #[expect(
        clippy::too_many_arguments,
        reason = "what the language needs to know, and nothing of it belongs together"
    )]
    fn lift(
        &self,
        types: &Types,
        function: &FunctionPlan,
        limits: &Limits,
        selection: &Selection,
        guest: &mut dyn Guest,
        lowered: &mut Lowered,
        word: u64,
    ) -> Result<Lifted, CallError>;

    /// A whole call of a guest that can be called at once.
    ///
    /// # Errors
    /// [`CallError`]
    fn call(
        &self,
        types: &Types,
        function: &FunctionPlan,
        limits: &Limits,
        selection: &Selection,
        guest: &mut dyn Callable,
        arguments: &[Option<Value>],
    ) -> Result<Value, CallError> {
        let mut lowered = self.lower(types, function, limits, guest, arguments)?;
        let word = guest.function(&lowered.words)?;
        Ok(self.lift(types, function, limits, selection, guest, &mut lowered, word)?.value)
    }

    /// Lifts the arguments of a host function from the raw core values the guest passed.
    ///
    /// # Errors
    /// [`CallError::Argument`] naming the parameter.
    fn import_arguments(
        &self,
        types: &Types,
        import: &ImportPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        words: &[u64],
    ) -> Result<Vec<Value>, CallError>;

    /// Lowers a host function's result; answers the raw core value to return. `Value::Null` gives 0, whatever the
    /// declared type (`host-functions` section 2.2).
    ///
    /// # Errors
    /// [`CallError`]
    fn import_result(
        &self,
        types: &Types,
        import: &ImportPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        value: &Value,
    ) -> Result<u64, CallError>;
}
