//! The build-time half of the language for one test (`abi::trial`).

use abi::guest::Helper;
use abi::language;
use abi::plan::{FunctionPlan, ParameterPlan, ResultPlan, Signature};
use abi::trial::{ALLOCATE, FunctionPart, Trial};
use abi::types::{CoreType, Kind, TypeId, TypePlan, Types};

use super::{Frontend, Shape, TypeFacts};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::metadata::Metadata;

/// The only type.
const TEXT: &str = "text";

impl Frontend for Trial {
    fn sdk(&self) -> &'static str {
        "modus-sdk-trial"
    }

    fn facts(&self, type_name: &str) -> TypeFacts {
        let shape = if type_name == TEXT { Shape::String } else { Shape::Named };
        TypeFacts { nullable: false, underlying: type_name.to_owned(), shape }
    }

    fn short_name(&self, type_name: &str) -> String {
        type_name.to_owned()
    }

    fn can_be_scalar(&self, _: &str) -> bool {
        true
    }

    fn resolve(&self, type_name: &str, _: &Metadata, types: &mut Types) -> TypeId {
        if let Some((id, _)) = types.iter().find(|(_, plan)| plan.name == type_name) {
            return id;
        }
        let kind = match type_name {
            TEXT => Kind::String,
            other => Kind::Unsupported(format!("{other} is no type")),
        };
        let (name, words) = (type_name.to_owned(), vec![CoreType::I32]);
        types.add(TypePlan { name, class_id: 0, size: 4, align: 4, payload: 0, words, pointers: true, kind })
    }

    fn signature(
        &self,
        parameters: &[ParameterPlan],
        results: &[ResultPlan],
        _: &mut Types,
    ) -> (Signature, language::FunctionPart) {
        (signature(parameters.len(), results.len()), FunctionPart.into())
    }

    fn import_signature(&self, parameters: &[TypeId], result: Option<TypeId>, _: &Types) -> Signature {
        signature(parameters.len(), result.into_iter().count())
    }

    fn needed_helpers(&self, _: &FunctionPlan, _: &Types) -> Vec<Helper> {
        vec![ALLOCATE]
    }

    fn missing_helpers(&self, message: String) -> Diagnostic {
        Diagnostic::error(codes::HELPER_MISSING, message)
    }
}

/// Every type is one address.
fn signature(parameters: usize, results: usize) -> Signature {
    Signature { parameters: vec![CoreType::I32; parameters], results: vec![CoreType::I32; results] }
}
