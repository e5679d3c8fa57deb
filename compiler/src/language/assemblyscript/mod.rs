//! AssemblyScript apps: names, layouts, signatures (`abi-assemblyscript`).

mod collector;
mod names;
mod resolve;
#[cfg(test)]
mod tests;

use abi::assemblyscript::plan::{FunctionPart, announces_count};
use abi::assemblyscript::{AssemblyScript, helpers};
use abi::guest::Helper;
use abi::language;
use abi::plan::{DefaultValue, FunctionPlan, ParameterPlan, ResultPlan, Signature};
use abi::types::{CoreType, Kind, TypeId, Types};

use super::{Frontend, Functions, Place, TypeFacts, reachable};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::metadata::Metadata;

impl Frontend for AssemblyScript {
    fn sdk(&self) -> &'static str {
        "modus-sdk-as"
    }

    fn facts(&self, type_name: &str) -> TypeFacts {
        names::facts(type_name)
    }

    fn short_name(&self, type_name: &str) -> String {
        names::short_name(type_name)
    }

    fn names_only_unoptimised(&self) -> bool {
        true
    }

    /// Not a generic class: without its fields it cannot be shown.
    fn can_be_scalar(&self, type_name: &str) -> bool {
        !type_name.contains('<')
    }

    fn resolve(&self, type_name: &str, metadata: &Metadata, types: &mut Types) -> TypeId {
        resolve::resolve(type_name, metadata, types)
    }

    fn signature(
        &self,
        parameters: &[ParameterPlan],
        results: &[ResultPlan],
        types: &mut Types,
    ) -> (Signature, language::FunctionPart) {
        let signature = Signature {
            parameters: words(types, parameters.iter().map(|parameter| parameter.ty)),
            results: words(types, results.iter().map(|result| result.ty)),
        };
        let optional_arguments = parameters.iter().any(has_default);
        (signature, FunctionPart { optional_arguments }.into())
    }

    fn import_signature(&self, parameters: &[TypeId], result: Option<TypeId>, types: &Types) -> Signature {
        Signature { parameters: words(types, parameters.iter().copied()), results: words(types, result.into_iter()) }
    }

    fn needed_helpers(&self, function: &FunctionPlan, types: &Types) -> Vec<Helper> {
        let is_object = |id: &TypeId| !matches!(types[*id].kind, Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64);
        match reachable(types, function.types()).iter().any(is_object) {
            true => vec![helpers::NEW, helpers::PIN, helpers::UNPIN],
            false => Vec::new(),
        }
    }

    fn do_without(&self, exports: &dyn Fn(&Helper) -> bool, plans: &mut [FunctionPlan]) -> Option<Diagnostic> {
        let has_defaults = plans.iter().any(|plan| plan.parameters.iter().any(has_default));
        if !has_defaults || exports(&helpers::SET_ARGUMENTS_LENGTH) {
            return None;
        }
        for plan in plans.iter_mut().filter(|plan| announces_count(plan)) {
            plan.own = FunctionPart { optional_arguments: false }.into();
        }
        let message = "the module does not export __setArgumentsLength, although parameters have defaults";
        let help = "omitted arguments get the default of the metadata";
        Some(Diagnostic::warning(codes::HELPER_MISSING, message).with_help(help))
    }

    fn missing_helpers(&self, message: String) -> Diagnostic {
        Diagnostic::error(codes::HELPER_MISSING, message)
            .with_help("build the app with the options --exportRuntime and without --importMemory")
    }

    fn collections(&self, functions: &Functions<'_>) -> Vec<Place> {
        collector::places(functions)
    }
}

fn has_default(parameter: &ParameterPlan) -> bool {
    parameter.default != DefaultValue::None
}

/// Every type is exactly one core value.
fn words(types: &Types, list: impl Iterator<Item = TypeId>) -> Vec<CoreType> {
    list.flat_map(|id| types[id].words.iter().copied()).collect()
}
