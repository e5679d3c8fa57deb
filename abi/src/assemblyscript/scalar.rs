//! Scalars as raw bits (`abi-assemblyscript` section 3).

use crate::number;
use crate::types::{IntKind, Kind, TypePlan};
use crate::value::Value;

/// Whether values of this kind are held in the slot itself.
pub(super) fn is_scalar(kind: &Kind) -> bool {
    matches!(kind, Kind::Bool | Kind::Int(_) | Kind::F32 | Kind::F64)
}

/// The bits of a scalar as a core value: integers below 32 bits are extended to 32. In memory the low bytes count.
pub(super) fn encode(plan: &TypePlan, value: &Value) -> Result<u64, String> {
    Ok(match &plan.kind {
        Kind::Bool => number::boolean(value)?.into(),
        Kind::Int(kind) => {
            let wide = number::integer(value, *kind, &plan.name)? as u64;
            if kind.bits == 64 { wide } else { wide & 0xffff_ffff }
        }
        Kind::F32 => number::float32(value)?.to_bits().into(),
        Kind::F64 => number::float(value)?.to_bits(),
        _ => return Err(format!("{} is not a scalar type", plan.name)),
    })
}

/// The number nearest to `value` in 0..=255.
pub(super) fn clamped(value: &Value) -> Result<u8, String> {
    let wide = IntKind { bits: 64, signed: true };
    match number::integer(value, wide, "u8") {
        Ok(whole) => Ok(whole.clamp(0, 255) as u8),
        // Beyond 64 bits only the sign matters; what is not whole or not a number stays an error.
        Err(reason) => match number::float(value) {
            Ok(float) if !matches!(value, Value::Bool(_)) && float.abs() > 1e18 => Ok(float.clamp(0.0, 255.0) as u8),
            _ => Err(reason),
        },
    }
}

/// The value that bits stand for; higher bits than the type has are ignored.
pub(super) fn decode(kind: &Kind, bits: u64) -> Value {
    match kind {
        Kind::Bool => Value::Bool(bits as u32 != 0),
        Kind::Int(kind) => {
            let unused = 64 - u32::from(kind.bits);
            let high = bits << unused;
            if kind.signed {
                Value::Int((high as i64) >> unused)
            } else {
                let number = high >> unused;
                i64::try_from(number).map_or(Value::UInt(number), Value::Int)
            }
        }
        Kind::F32 => Value::Float32(f32::from_bits(bits as u32)),
        Kind::F64 => Value::Float(f64::from_bits(bits)),
        _ => Value::Null,
    }
}

/// Up to 8 little-endian bytes as bits.
pub(super) fn bits(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}
