//! One interface for all guest languages. A new language is one folder and one line in [`Language::implementation`].

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::guest::{CallError, Callable, Guest, Limits};
use crate::metadata::Metadata;
use crate::plan::{Clock, FunctionPlan, ImportPlan, ResultPlan, Seed, Signature};
use crate::selection::Selection;
use crate::types::{TypeId, Types};
use crate::value::Value;

/// The language of an app, chosen by the name in the metadata's `sdk` alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// `modus-sdk-as`
    AssemblyScript,
    /// `modus-sdk-go` (TinyGo)
    Go,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::AssemblyScript, Self::Go];

    /// The language of an SDK, by the text before the first `@` (`metadata` section 6).
    pub fn of_sdk(sdk: &str) -> Option<Self> {
        let name = sdk.split('@').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.implementation().sdk() == name)
    }

    /// What knows the language.
    pub fn implementation(self) -> &'static dyn GuestLanguage {
        match self {
            Self::AssemblyScript => &crate::assemblyscript::AssemblyScript,
            Self::Go => &crate::golang::Go,
        }
    }
}

impl std::fmt::Display for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::AssemblyScript => "AssemblyScript",
            Self::Go => "Go",
        })
    }
}

/// A type name taken apart, as far as the GraphQL schema asks (`graphql` section 2).
#[derive(Clone, Debug, PartialEq)]
pub struct TypeFacts {
    /// Null is a value of the type.
    pub nullable: bool,
    /// The type's name without one nullable mark (Go: one leading `*`).
    pub underlying: String,
    /// What the underlying type is.
    pub shape: Shape,
}

/// What an underlying type is for the schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Text.
    String,
    /// Bytes shown as base64.
    Bytes,
    /// Truth value.
    Bool,
    /// Any float.
    Float,
    /// An integer of this many bits.
    Int {
        /// 8 to 64.
        bits: u8,
        /// Whether negative values exist.
        signed: bool,
    },
    /// A point in time.
    Timestamp,
    /// A list of this element type.
    List(String),
    /// A map of these key and value types.
    Map(String, String),
    /// A class, struct or other named type.
    Named,
}

/// Memory before and after several initialisations that drew different random numbers at different times.
#[derive(Debug)]
pub struct Initialisation<'a> {
    /// Before.
    pub before: &'a [u8],
    /// After the first one.
    pub after: &'a [u8],
    /// The words, by ascending address, that do not always have the same value afterwards.
    pub varying: &'a [Varying],
    /// The clock that each first read, and its answer in nanoseconds; `None` where it read none.
    pub clocks: &'a [Option<(Clock, u64)>],
    /// The shadow stack's pointer, before and after; it grows towards address 0.
    pub stack: Option<u32>,
}

/// An aligned word of memory.
#[derive(Clone, Debug)]
pub struct Varying {
    /// Address.
    pub address: u32,
    /// Its value after each initialisation.
    pub values: Vec<u32>,
}

/// How an initialised memory is made one that no randomness and no time went into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thaw {
    /// Addresses to be set to zero, as they were before: their owner initialises them again when it needs them.
    pub zeroed: Option<Range<u32>>,
    /// What each instance gets of its own.
    pub seeds: Vec<Seed>,
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

/// Something that the guest must not collect before the host lets go of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// A pinned object.
    Pinned(u32),
    /// A block that is never collected, but freed.
    Block(u32),
}

/// What was read of a function's result.
#[derive(Debug, PartialEq)]
pub struct Lifted {
    /// Null for no result, an object for several. Objects have their wanted fields only.
    pub value: Value,
    /// The work that it was to read it, see [`Budget::weight`](crate::budget::Budget::weight).
    pub weight: u64,
}

/// What a guest language has to tell and do. Build-time methods first, run-time ones after.
pub trait GuestLanguage: Sync {
    /// SDK name in the metadata.
    fn sdk(&self) -> &'static str;

    /// Takes a type name apart.
    fn facts(&self, type_name: &str) -> TypeFacts;

    /// The name of a type without its path, type arguments shortened likewise (`graphql` section 6.1 step 1).
    fn short_name(&self, type_name: &str) -> String;

    /// Resolves a type name to a plan, adding it and all it refers to. The same name gives the same id.
    ///
    /// Never fails: what cannot cross the boundary becomes `Kind::Unsupported` or `Kind::Opaque` with its reason,
    /// and [`problem`](crate::language::problem) finds such types from a function's signature.
    fn resolve(&self, type_name: &str, metadata: &Metadata, types: &mut Types) -> TypeId;

    /// The core signature a function of these types must have, with the type of the hidden result block, if any
    /// (which is added to `types`).
    fn signature(
        &self,
        parameters: &[TypeId],
        results: &[ResultPlan],
        types: &mut Types,
    ) -> (Signature, Option<TypeId>);

    /// The core signature an import of these types must have.
    fn import_signature(&self, parameters: &[TypeId], result: Option<TypeId>, types: &Types) -> Signature;

    /// Tells what all words that vary are, so that nothing of randomness or time is kept; `None` where one of them may
    /// be something of the app's own.
    fn thaw(&self, _: &Initialisation<'_>) -> Option<Thaw> {
        None
    }

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

/// Why a value of this type cannot cross the boundary: the reason of the first unsupported type reachable from `id`.
pub fn problem(types: &Types, id: TypeId) -> Option<String> {
    use crate::types::Kind;
    let mut seen = vec![false; types.len()];
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut seen[id.0 as usize], true) {
            continue;
        }
        match &types[id].kind {
            Kind::Unsupported(reason) | Kind::Opaque(reason) => return Some(reason.clone()),
            kind => open.extend(kind.references()),
        }
    }
    None
}
