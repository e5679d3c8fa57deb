//! Call plans: what modusc works out and the runner merely follows.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::language::{FunctionPart, Language};
use crate::manifest::Manifest;
use crate::renewal::Renewal;
use crate::schema::Schema;
use crate::table::{Item, Table};
use crate::types::{CoreType, TypeId, Types};
use crate::value::Value;

/// Everything about an app that is known before the first request; stored in the artifact.
#[derive(Clone, Debug)]
pub struct Program {
    /// Name, version, build.
    pub app: App,
    /// Guest language, from the metadata's `sdk`.
    pub language: Language,
    /// Export that initialises an instance, `_initialize` or else `_start`; `None` where that was done at build time.
    pub start: Option<String>,
    /// What an instance that was initialised at build time gets of its own.
    pub renewal: Renewal,
    /// The memory of a new instance; unknown before the module is made native.
    pub memory: Option<Memory>,
    /// Resolved types.
    pub types: Types,
    /// Exported functions that metadata describes, sorted by name.
    pub functions: Table<FunctionPlan>,
    /// The module's imports, in module order, duplicates included.
    pub imports: Vec<ImportPlan>,
    /// The GraphQL schema.
    pub schema: Schema,
    /// The manifest found at build time.
    pub manifest: Manifest,
}

/// The linear memory that an instance begins with, in pages of 64 KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// As the module was built.
    pub built: u32,
    /// As modusc made it.
    pub pages: u32,
    /// Bytes in one piece that initialisation leaves untouched, where it was tried at build time.
    pub free: Option<u32>,
}

/// Identity of an app (`metadata` section 3.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct App {
    /// Name, from `plugin`.
    pub name: String,
    /// Version, from `plugin`; may be empty.
    pub version: String,
    /// The whole `sdk` value.
    pub sdk: String,
    /// 20-character build id.
    pub build_id: String,
    /// Time of the build, as written by the SDK.
    pub build_time: String,
    /// Origin of the source; may be empty.
    pub git_repo: String,
    /// Commit of the source; may be empty.
    pub git_commit: String,
}

/// A core WebAssembly function type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// Parameters.
    pub parameters: Vec<CoreType>,
    /// Results, at most one for supported functions.
    pub results: Vec<CoreType>,
}

impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |types: &[CoreType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        write!(f, "({}) -> ({})", list(&self.parameters), list(&self.results))
    }
}

impl Item for FunctionPlan {
    fn name(&self) -> &str {
        &self.name
    }
}

/// How to call one exported function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionPlan {
    /// Export name.
    pub name: String,
    /// Parameters in order.
    pub parameters: Vec<ParameterPlan>,
    /// Results in order; some languages have at most one.
    pub results: Vec<ResultPlan>,
    /// The export's core type.
    pub signature: Signature,
    /// What only the language knows of.
    pub own: FunctionPart,
    /// How the native code lets it be called; meaningless where it cannot be.
    pub entry: Entry,
    /// Why the function cannot be called, if so.
    pub uncallable: Option<String>,
}

impl FunctionPlan {
    /// A function of these types that can be called, as far as is known; its entry is not made yet.
    pub fn new(
        name: impl Into<String>,
        parameters: Vec<ParameterPlan>,
        results: Vec<ResultPlan>,
        signature: Signature,
        own: FunctionPart,
    ) -> Self {
        Self { name: name.into(), parameters, results, signature, own, entry: Entry::default(), uncallable: None }
    }

    /// The types of parameters and results.
    pub fn types(&self) -> impl Iterator<Item = TypeId> {
        let results = self.results.iter().map(|result| result.ty);
        self.parameters.iter().map(|parameter| parameter.ty).chain(results)
    }
}

/// Where a function is called in native code: an export that modusc adds, a dispatcher, has the parameters of several
/// functions of one signature and calls one of them, whose number is one more parameter behind them.
///
/// An export takes part in each start of an app, and 2,000 of them would take most of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Number of the dispatcher.
    pub dispatcher: u32,
    /// Number of the function within it.
    pub function: u32,
}

impl Entry {
    /// The dispatcher's export.
    pub fn export(&self) -> String {
        format!("call {}", self.dispatcher)
    }
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterPlan {
    /// Name in metadata and in GraphQL.
    pub name: Arc<str>,
    /// Type.
    pub ty: TypeId,
    /// Default.
    pub default: DefaultValue,
}

/// A parameter's default as far as metadata tells it (`metadata` section 8).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum DefaultValue {
    /// The caller must supply a value (or it is nullable).
    #[default]
    None,
    /// A literal, which may be null.
    Literal(Value),
    /// There is a default, which only the guest knows.
    Placeholder,
}

/// One result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultPlan {
    /// Response key among several results: the result's name or `item1`, `item2`, ….
    pub name: Arc<str>,
    /// Type.
    pub ty: TypeId,
}

/// One import of the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportPlan {
    /// Import module, e.g. `modus_models`.
    pub module: String,
    /// Import name, e.g. `invokeModel`.
    pub name: String,
    /// The import's core type in the module.
    pub signature: Signature,
    /// Parameters by the app's own metadata; empty for WASI and `env`.
    pub parameters: Vec<ParameterPlan>,
    /// Result by the app's own metadata.
    pub result: Option<TypeId>,
    /// Why values cannot cross (no metadata, unsupported type, other signature); WASI and `env` have none.
    pub problem: Option<String>,
}
