//! Scalars as raw bits (`abi-assemblyscript` section 3, `abi-go` section 4).

use super::coercion;
use super::fault::Fault;
use crate::types::{IntKind, Kind, TypePlan};
use crate::value::Value;

/// The bits of a scalar as a core value: integers below 32 bits are extended to 32. In memory the low bytes count.
///
/// # Errors
/// The value is not one of the type, or the type is no scalar.
pub(crate) fn encode(plan: &TypePlan, value: &Value) -> Result<u64, Fault> {
    Ok(match &plan.kind {
        Kind::Bool => coercion::boolean(value)?.into(),
        Kind::Int(kind) => integer_bits(coercion::integer(value, *kind, &plan.name)?, *kind),
        Kind::F32 => coercion::float32(value)?.to_bits().into(),
        Kind::F64 => coercion::float(value)?.to_bits(),
        _ => return Err(Fault::of_type(format!("{} is not a scalar type", plan.name))),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "the number is in the range of the kind, 64 bits at most")]
fn integer_bits(number: i128, kind: IntKind) -> u64 {
    let bits = number as u64;
    if kind.bits == 64 { bits } else { bits & u64::from(u32::MAX) }
}

/// The elements of a list of scalars, side by side as they lie in memory. Null is zero.
///
/// # Errors
/// Of an element, with its place.
pub(crate) fn encode_all<'v>(
    plan: &TypePlan,
    items: impl ExactSizeIterator<Item = &'v Value>,
    locate: impl Fn(Fault, usize) -> Fault,
) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::with_capacity(items.len().saturating_mul(width(plan)));
    for (at, item) in items.enumerate() {
        let bits = encode(plan, item).map_err(|fault| locate(fault, at))?;
        bytes.extend_from_slice(low(&bits.to_le_bytes(), plan));
    }
    Ok(bytes)
}

/// The bytes of a core value that lie in a slot of the type, references included.
#[inline]
pub(crate) fn low<'b>(bytes: &'b [u8; 8], plan: &TypePlan) -> &'b [u8] {
    bytes.get(..width(plan)).unwrap_or(bytes)
}

fn width(plan: &TypePlan) -> usize {
    plan.size.min(8) as usize
}

/// The scalar that bits stand for; higher bits than the type has are ignored, of a bool those above 32.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "only the low bits count")]
pub(crate) fn decode(kind: &Kind, bits: u64) -> Value {
    match kind {
        Kind::Bool => Value::Bool(bits as u32 != 0),
        Kind::Int(kind) => match (kind.bits, kind.signed) {
            (8, true) => Value::Int((bits as i8).into()),
            (8, false) => Value::Int((bits as u8).into()),
            (16, true) => Value::Int((bits as i16).into()),
            (16, false) => Value::Int((bits as u16).into()),
            (32, true) => Value::Int((bits as i32).into()),
            (32, false) => Value::Int((bits as u32).into()),
            (_, true) => Value::Int(bits.cast_signed()),
            (_, false) => i64::try_from(bits).map_or(Value::UInt(bits), Value::Int),
        },
        Kind::F32 => Value::Float32(f32::from_bits(bits as u32)),
        Kind::F64 => Value::Float(f64::from_bits(bits)),
        _ => Value::Null,
    }
}

/// The scalar in a slot.
#[inline]
pub(crate) fn decode_slot(kind: &Kind, slot: &[u8]) -> Value {
    decode(kind, bits(slot))
}

/// The bits of a slot of 1, 2, 4 or 8 bytes.
#[inline]
fn bits(slot: &[u8]) -> u64 {
    match *slot {
        [a] => a.into(),
        [a, b] => u16::from_le_bytes([a, b]).into(),
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]).into(),
        [a, b, c, d, e, f, g, h] => u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

/// The scalars that lie side by side in `bytes`.
pub(crate) fn decode_all(plan: &TypePlan, bytes: &[u8]) -> Vec<Value> {
    bytes.chunks_exact(width(plan).max(1)).map(|slot| decode_slot(&plan.kind, slot)).collect()
}

/// The low 32 bits of a core value, which is all that an address or a length is of it.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "only the low bits count")]
pub(crate) fn low_word(word: u64) -> u32 {
    word as u32
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "figures of the test's own")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::CoreType;

    fn plan(kind: Kind, size: u32) -> TypePlan {
        let (name, words) = ("T".to_owned(), vec![CoreType::I32]);
        TypePlan { name, class_id: 0, size, align: size, payload: 0, words, pointers: false, kind }
    }

    /// Every integer type, with a mask of its bits.
    fn integers() -> impl Strategy<Value = (TypePlan, u64)> {
        (prop::sample::select(vec![8u8, 16, 32, 64]), any::<bool>()).prop_map(|(bits, signed)| {
            (plan(Kind::Int(IntKind { bits, signed }), u32::from(bits / 8)), u64::MAX >> (64 - bits))
        })
    }

    fn again(plan: &TypePlan, value: &Value) -> [Value; 2] {
        let bits = encode(plan, value).unwrap();
        let bytes = bits.to_le_bytes();
        [decode(&plan.kind, bits), decode_slot(&plan.kind, low(&bytes, plan))]
    }

    proptest! {
        /// As a core value and in memory, whatever lies beside it.
        #[test]
        fn integers_come_back((plan, mask) in integers(), bits in any::<u64>()) {
            let value = decode(&plan.kind, bits);
            let again_bits = encode(&plan, &value).unwrap();
            prop_assert_eq!(again_bits & mask, bits & mask);
            prop_assert!(plan.size == 8 || again_bits <= u64::from(u32::MAX));
            prop_assert_eq!(again(&plan, &value), [value.clone(), value]);
        }

        #[test]
        fn floats_and_bools_come_back(wide in any::<f64>(), narrow in any::<f32>(), truth in any::<bool>()) {
            let values = [(Kind::F64, 8, Value::Float(wide)), (Kind::F32, 4, Value::Float32(narrow)),
                (Kind::Bool, 1, Value::Bool(truth))];
            for (kind, size, value) in values {
                prop_assert_eq!(again(&plan(kind, size), &value), [value.clone(), value]);
            }
        }

        #[test]
        fn lists_come_back((plan, _) in integers(), bits in proptest::collection::vec(any::<u64>(), 0..20)) {
            let values: Vec<_> = bits.into_iter().map(|bits| decode(&plan.kind, bits)).collect();
            let bytes = encode_all(&plan, values.iter(), |fault, _| fault).unwrap();
            prop_assert_eq!(bytes.len(), values.len() * plan.size as usize);
            prop_assert_eq!(decode_all(&plan, &bytes), values);
        }
    }

    #[test]
    fn bits_beyond_the_type() {
        let int = |bits, signed| Kind::Int(IntKind { bits, signed });
        assert_eq!(decode(&int(8, true), 0xffff_ff80), Value::Int(-128));
        assert_eq!(decode(&int(16, false), 0xdead_0001), Value::Int(1));
        assert_eq!(decode(&int(64, false), u64::MAX), Value::UInt(u64::MAX));
        assert_eq!(decode(&Kind::Bool, 0xffff_ffff_0000_0000), Value::Bool(false));
        assert_eq!(decode(&Kind::Bool, 0x100), Value::Bool(true));
    }

    #[test]
    fn null_is_zero() {
        for (kind, size) in [(Kind::Bool, 1), (Kind::F64, 8), (Kind::Int(IntKind { bits: 32, signed: true }), 4)] {
            assert_eq!(encode(&plan(kind, size), &Value::Null), Ok(0));
        }
        assert!(encode(&plan(Kind::String, 4), &Value::Null).is_err());
    }

    #[test]
    fn a_refused_element_has_its_place() {
        let bytes = plan(Kind::Int(IntKind { bits: 8, signed: false }), 1);
        let items = [Value::Int(1), Value::Int(256)];
        let fault = encode_all(&bytes, items.iter(), Fault::in_element).unwrap_err();
        let text = fault.of_argument("p").to_string();
        assert_eq!(text, "function parameter 'p[1]' is invalid: 256 is out of range for T (0 to 255)");
    }
}
