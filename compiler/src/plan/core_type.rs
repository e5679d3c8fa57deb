//! Core types of the module in the words of the plans.

use abi::plan::Signature;
use abi::types::CoreType;
use wasmparser::{FuncType, ValType};

/// The signature, unless it has vectors or references.
pub(super) fn signature(ty: &FuncType) -> Option<Signature> {
    let core = |types: &[ValType]| {
        let core = types.iter().map(|ty| match ty {
            ValType::I32 => Some(CoreType::I32),
            ValType::I64 => Some(CoreType::I64),
            ValType::F32 => Some(CoreType::F32),
            ValType::F64 => Some(CoreType::F64),
            ValType::V128 | ValType::Ref(_) => None,
        });
        core.collect::<Option<Vec<_>>>()
    };
    Some(Signature { parameters: core(ty.params())?, results: core(ty.results())? })
}

/// The type as text, vectors and references included.
pub(super) fn show(ty: &FuncType) -> String {
    let list = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    format!("({}) -> ({})", list(ty.params()), list(ty.results()))
}
