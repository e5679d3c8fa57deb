//! Go apps, built by TinyGo: names, layouts, signatures, start (`abi-go`).

mod collector;
mod complete;
mod debug;
mod map_seeds;
mod names;
mod opaque;
mod resolve;
#[cfg(test)]
mod tests;
mod well_known;

use abi::golang::plan::{FunctionPart, result_block};
use abi::golang::{Go, helpers};
use abi::guest::Helper;
use abi::language;
use abi::plan::{FunctionPlan, ParameterPlan, ResultPlan, Signature};
use abi::types::{Kind, Sequence, TypeId, Types};

use super::{CoreTypes, Frontend, Functions, MapSeeds, Place, Sections, TypeFacts, reachable};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::metadata::Metadata;

impl Frontend for Go {
    fn sdk(&self) -> &'static str {
        "modus-sdk-go"
    }

    fn facts(&self, type_name: &str) -> TypeFacts {
        names::facts(type_name)
    }

    fn short_name(&self, type_name: &str) -> String {
        names::short_name(type_name)
    }

    fn can_be_scalar(&self, type_name: &str) -> bool {
        names::is_named(type_name)
    }

    fn resolve(&self, type_name: &str, metadata: &Metadata, types: &mut Types) -> TypeId {
        resolve::resolve(type_name, metadata, types)
    }

    fn complete<'s>(&self, metadata: &mut Metadata, sections: &Sections<'s, '_>) {
        complete::complete(metadata, sections);
    }

    fn settle(&self, core: &CoreTypes<'_>, plans: &mut [FunctionPlan], types: &mut Types) {
        plans.iter().for_each(|plan| opaque::empty_structs(core, plan, types));
        opaque::bound(plans, types);
    }

    fn has_zero_values(&self) -> bool {
        true
    }

    fn signature(
        &self,
        parameters: &[ParameterPlan],
        results: &[ResultPlan],
        types: &mut Types,
    ) -> (Signature, language::FunctionPart) {
        let (signature, result_block) = resolve::signature(parameters, results, types);
        (signature, FunctionPart { result_block }.into())
    }

    fn import_signature(&self, parameters: &[TypeId], result: Option<TypeId>, types: &Types) -> Signature {
        resolve::import_signature(parameters, result, types)
    }

    fn needed_helpers(&self, function: &FunctionPlan, types: &Types) -> Vec<Helper> {
        let mut needed = Vec::new();
        // Without an id there is no helper to ask: such types are opaque, or a list that the host makes.
        let has_id = |id: TypeId| types[id].class_id != 0;
        for id in reachable(types, function.parameters.iter().map(|parameter| parameter.ty)) {
            needed.extend_from_slice(match types[id].kind {
                Kind::Optional(_) if has_id(id) => &[helpers::NEW, helpers::UNPIN],
                Kind::Map { .. } if has_id(id) => &[helpers::MAKE, helpers::WRITE_MAP, helpers::UNPIN],
                Kind::List { sequence: Sequence::Growable, .. } if !has_id(id) => &[helpers::MALLOC, helpers::FREE],
                Kind::String | Kind::Json(_) | Kind::List { sequence: Sequence::Growable, .. } => {
                    &[helpers::MAKE, helpers::UNPIN]
                }
                _ => &[],
            });
        }
        let all = reachable(types, function.types());
        if all.iter().any(|id| has_id(*id) && matches!(types[*id].kind, Kind::Map { .. })) {
            needed.push(helpers::READ_MAP);
        }
        if result_block(function).is_some() {
            needed.extend([helpers::MALLOC, helpers::FREE]);
        }
        needed
    }

    fn command(&self) -> Option<Diagnostic> {
        let message = "the app was built as a program, not as a reactor: it exports _start and no _initialize, so that its \
                       main function runs in each call";
        Some(Diagnostic::warning(codes::START_COMMAND, message).with_help("build it with TinyGo 0.35 or later"))
    }

    fn missing_helpers(&self, message: String) -> Diagnostic {
        Diagnostic::warning(codes::HELPER_MISSING, message)
            .with_help("functions that need them will fail; build the app with modus-go-build")
    }

    fn map_seeds(&self) -> Option<&'static dyn MapSeeds> {
        Some(&map_seeds::TinyGo)
    }

    fn collections(&self, functions: &Functions<'_>) -> Vec<Place> {
        collector::places(functions)
    }
}
