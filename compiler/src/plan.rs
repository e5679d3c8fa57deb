//! Works out everything the runner needs to know: call plans, import plans and the schema.

mod checks;
mod core_type;
mod functions;
mod imports;
mod reserved;
#[cfg(test)]
mod tests;

use abi::manifest::Manifest;
use abi::plan::{App, Program};
use abi::types::Types;

use crate::diagnostic::Diagnostic;
use crate::metadata::{FunctionResult, split_version};
use crate::read::Module;
use crate::{dispatch, schema};

/// Plans a module. There is no program where a finding is an error or the module has no start function.
pub fn build(module: &Module, manifest: Manifest) -> (Option<Program>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut types = Types::default();
    let (mut plans, left_out) = functions::build(module, &mut types, &mut found);
    let imports = imports::build(module, &mut types, &mut found);
    checks::class_ids(module, &mut found);
    checks::helpers(module, &mut plans, &types, &mut found);
    dispatch::assign(&mut plans);
    let (schema, findings) = schema::generate(&module.metadata, module.language, &manifest.embedders, &left_out);
    found.extend(findings);
    let (Some(start), false) = (&module.start, found.iter().any(Diagnostic::is_error)) else {
        return (None, found);
    };
    let program = Program {
        app: app(module),
        language: module.language,
        start: Some(start.clone()),
        seeds: Vec::new(),
        types,
        functions: plans.into(),
        imports,
        schema,
        manifest,
    };
    (Some(program), found)
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

/// The response keys of several results: their names, or `item1`, `item2`, … by position.
pub(crate) fn result_names(results: &[FunctionResult]) -> Vec<String> {
    let name = |(index, result): (usize, &FunctionResult)| match result.name.as_str() {
        "" => format!("item{}", index + 1),
        name => name.to_owned(),
    };
    results.iter().enumerate().map(name).collect()
}
