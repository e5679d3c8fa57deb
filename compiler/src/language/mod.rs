//! The build-time half of the guest languages: type names, and what follows from them. The other half moves values, and is
//! in `abi`.
//!
//! A new language is one folder here, which implements [`Frontend`], and one line in [`frontend`].

mod assemblyscript;
mod collector;
mod facts;
mod golang;
mod map_seeds;
#[cfg(feature = "trial-language")]
mod trial;

use std::collections::BTreeSet;

use abi::guest::Helper;
use abi::language::{FunctionPart, Language};
use abi::plan::{FunctionPlan, ParameterPlan, ResultPlan, Signature};
use abi::types::{Kind, TypeId, Types};

use crate::diagnostic::Diagnostic;
use crate::metadata::Metadata;

pub use collector::{Functions, Passing, Place};
pub use facts::{Shape, TypeFacts};
pub use map_seeds::MapSeeds;

/// What knows how the language is written and compiled.
pub fn frontend(language: Language) -> &'static dyn Frontend {
    match language {
        Language::AssemblyScript => &abi::assemblyscript::AssemblyScript,
        Language::Go => &abi::golang::Go,
        #[cfg(feature = "trial-language")]
        Language::Trial => &abi::trial::Trial,
    }
}

/// The language of an SDK, by the text before the first `@` (`metadata` section 6).
pub fn of_sdk(sdk: &str) -> Option<Language> {
    let name = sdk.split('@').next().unwrap_or_default();
    Language::ALL.into_iter().find(|language| frontend(*language).sdk() == name)
}

/// What a guest language has to tell when an app is compiled.
pub trait Frontend: Sync {
    /// SDK name in the metadata.
    fn sdk(&self) -> &'static str;

    /// Takes a type name apart.
    fn facts(&self, type_name: &str) -> TypeFacts;

    /// The name of a type without its path, type arguments shortened likewise (`graphql` section 6.1 step 1).
    fn short_name(&self, type_name: &str) -> String;

    /// A type name without what may be around the whole of it and means nothing.
    fn trimmed<'n>(&self, type_name: &'n str) -> &'n str {
        without_parentheses(type_name)
    }

    /// Whether the language's compiler leaves the names of functions in a module only where it does not optimise.
    fn names_only_unoptimised(&self) -> bool {
        false
    }

    /// Whether a definition of this name whose fields are not told may be shown as a scalar.
    fn can_be_scalar(&self, type_name: &str) -> bool;

    /// Resolves a type name to a plan, adding it and all it refers to. The same name gives the same id.
    ///
    /// Never fails: what cannot cross the boundary becomes `Kind::Unsupported` or `Kind::Opaque` with its reason,
    /// and [`problem`] finds such types from a function's signature.
    fn resolve(&self, type_name: &str, metadata: &Metadata, types: &mut Types) -> TypeId;

    /// Adds to the metadata what it does not say of its types, and the module's custom sections or the language's own
    /// library do.
    fn complete<'s>(&self, _: &mut Metadata, _sections: &Sections<'s, '_>) {}

    /// Takes in what the core types of the exports tell of opaque types, and makes opaque what lies where nobody can
    /// tell. Says so in the plans of functions that cannot be called for it.
    fn settle(&self, _: &CoreTypes<'_>, _: &mut [FunctionPlan], _: &mut Types) {}

    /// Whether the zero value of a type that is not told is a value of the type, so that a field of it can be left out of
    /// an argument.
    fn has_zero_values(&self) -> bool {
        false
    }

    /// The core signature a function of these types must have, and what else its plan holds. May add to `types`.
    fn signature(
        &self,
        parameters: &[ParameterPlan],
        results: &[ResultPlan],
        types: &mut Types,
    ) -> (Signature, FunctionPart);

    /// The core signature an import of these types must have.
    fn import_signature(&self, parameters: &[TypeId], result: Option<TypeId>, types: &Types) -> Signature;

    /// The helpers that calls of a function need.
    fn needed_helpers(&self, function: &FunctionPlan, types: &Types) -> Vec<Helper>;

    /// Adapts the plans to a runtime without helpers that can be done without; a finding says so.
    fn do_without(&self, _exports: &dyn Fn(&Helper) -> bool, _: &mut [FunctionPlan]) -> Option<Diagnostic> {
        None
    }

    /// The finding that a module has `_start` alone to initialise it; nothing where that is as good as `_initialize`.
    fn command(&self) -> Option<Diagnostic> {
        None
    }

    /// The finding that exports are missing which some function needs, with this message.
    fn missing_helpers(&self, message: String) -> Diagnostic;

    /// The generator behind the maps of the language's runtime, where it has one.
    fn map_seeds(&self) -> Option<&'static dyn MapSeeds> {
        None
    }

    /// The places in a module's code that are passed once for each collection of garbage; none where they are not known.
    fn collections(&self, _: &Functions<'_>) -> Vec<Place> {
        Vec::new()
    }
}

/// The contents of a custom section; empty where there is none.
pub type Sections<'s, 'f> = dyn Fn(&str) -> &'s [u8] + 'f;

/// The core type of an export; `None` where there is none, or it has vectors or references.
pub type CoreTypes<'a> = dyn Fn(&str) -> Option<Signature> + 'a;

/// Why a value of this type cannot cross the boundary: the reason of the first unsupported type reachable from `id`.
pub fn problem(types: &Types, id: TypeId) -> Option<String> {
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

/// All types that the listed ones refer to, and these themselves.
fn reachable(types: &Types, ids: impl Iterator<Item = TypeId>) -> BTreeSet<TypeId> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<TypeId> = ids.collect();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(types[id].kind.references());
        }
    }
    seen
}

/// Drops spaces and parentheses around a whole type name.
fn without_parentheses(name: &str) -> &str {
    let mut name = name.trim();
    while let Some(inner) = name.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        name = inner.trim();
    }
    name
}
