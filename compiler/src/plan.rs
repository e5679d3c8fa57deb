//! Works out how functions and imports are called: their types, then their plans.

mod checks;
mod core_type;
mod functions;
mod imports;
mod opaque;
mod reserved;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use abi::manifest::Manifest;
use abi::plan::{App, FunctionPlan, ImportPlan, Program};
use abi::renewal::Renewal;
use abi::schema::Schema;
use abi::types::Types;

use crate::diagnostic::Diagnostic;
use crate::language::frontend;
use crate::metadata::split_version;
use crate::read::Module;

/// What is known of a module's functions when the types in their signatures are resolved.
pub(crate) struct Typed {
    types: Types,
    functions: Vec<FunctionPlan>,
}

/// How everything is called.
pub(crate) struct Plans {
    types: Types,
    functions: Vec<FunctionPlan>,
    imports: Vec<ImportPlan>,
    /// Functions that cannot be served at all.
    pub(crate) left_out: BTreeSet<String>,
    /// Fields whose values cannot be passed: the type's name, and the field's.
    pub(crate) opaque_fields: BTreeSet<(String, String)>,
}

/// Resolves the types of the functions.
pub(crate) fn types(module: &Module) -> Typed {
    let mut types = Types::default();
    let mut functions = functions::drafts(module, &mut types);
    let core = |name: &str| core_type::signature(module.exports.get(name)?);
    frontend(module.language).settle(&core, &mut functions, &mut types);
    Typed { types, functions }
}

/// Plans the functions and the imports.
pub(crate) fn plans(module: &Module, typed: Typed, found: &mut Vec<Diagnostic>) -> Plans {
    let Typed { mut types, mut functions } = typed;
    let functions::Finished { left_out, opaque_fields } = functions::finish(module, &mut functions, &mut types, found);
    let imports = imports::build(module, &mut types, found);
    checks::class_ids(module, found);
    checks::helpers(module, &mut functions, &types, found);
    Plans { types, functions, imports, left_out, opaque_fields }
}

/// All that the runner needs to know, of a module that has a start function.
pub(crate) fn program(module: &Module, plans: Plans, schema: Schema, manifest: Manifest) -> Option<Program> {
    Some(Program {
        app: app(module),
        language: module.language,
        start: Some(module.start.clone()?),
        renewal: Renewal::default(),
        memory: None,
        types: plans.types,
        functions: plans.functions.into(),
        imports: plans.imports,
        schema,
        manifest,
    })
}

fn app(module: &Module) -> App {
    let metadata = &module.metadata;
    let (name, version) = split_version(&metadata.plugin);
    App {
        name: name.to_owned(),
        version: version.to_owned(),
        sdk: metadata.sdk.clone(),
        build_id: metadata.build_id.clone(),
        build_time: metadata.build_ts.clone(),
        git_repo: metadata.git_repo.clone(),
        git_commit: metadata.git_commit.clone(),
    }
}
