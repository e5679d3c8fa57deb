//! Calls into and out of the guest (`abi-assemblyscript` sections 8 and 11, `metadata` section 8).

use crate::guest::{CallError, Guest, Limits};
use crate::language::{Lifted, Lowered};
use crate::plan::{DefaultValue, FunctionPlan, ImportPlan};
use crate::selection::Selection;
use crate::types::{Kind, Types};
use crate::value::Value;

use super::fault::Fault;
use super::helpers;
use super::lift::Lifting;
use super::lower::{Lowering, Source};
use super::plan::announces_count;

/// Lowers the arguments of an exported function.
pub(super) fn lower(
    types: &Types,
    function: &FunctionPlan,
    limits: &Limits,
    guest: &mut dyn Guest,
    arguments: &[Option<Value>],
) -> Result<Lowered, CallError> {
    let mut lowering = Lowering::new(types, guest, Source::Caller, limits);
    let made = prepare(function, &mut lowering, arguments);
    if lowering.guest.is_kept() && made.as_ref().is_err_and(|error| !matches!(error, CallError::Stopped(_))) {
        lowering.release(0)?;
    }
    Ok(Lowered { words: made?, cell: None, roots: lowering.into_roots() })
}

fn prepare(
    function: &FunctionPlan,
    lowering: &mut Lowering<'_>,
    arguments: &[Option<Value>],
) -> Result<Vec<u64>, CallError> {
    let count = announced(function, arguments);
    let mut words = vec![0; function.parameters.len()];
    for (at, parameter) in function.parameters.iter().enumerate().take(count) {
        let value = match (given(function, arguments, at), &parameter.default) {
            (Some(value), _) | (None, DefaultValue::Literal(value)) => value,
            // Scalars become 0, nullable references null; other references refuse it.
            (None, DefaultValue::None) => &Value::Null,
            (None, DefaultValue::Placeholder) => {
                let reason = "it was left out, and only the guest knows its default; supply it".to_owned();
                return Err(Fault::from(reason).of_argument(&parameter.name));
            }
        };
        words[at] = lowering.word(parameter.ty, value).map_err(|fault| fault.of_argument(&parameter.name))?;
    }
    if announces_count(function) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        lowering.guest.helper(&helpers::SET_ARGUMENTS_LENGTH, &[count])?;
    }
    Ok(words)
}

/// Lifts the result of an exported function.
pub(super) fn lift(
    types: &Types,
    function: &FunctionPlan,
    limits: &Limits,
    wanted: &Selection,
    guest: &mut dyn Guest,
    lowered: &mut Lowered,
    word: u64,
) -> Result<Lifted, CallError> {
    let lifted = match function.results.first() {
        None => Ok(Lifted { value: Value::Null, weight: 0 }),
        Some(result) => {
            let mut lifting = Lifting::new(types, guest.memory(), limits);
            let value = lifting.word(result.ty, word, wanted);
            if value == Err(Fault::Unfinished) {
                return Err(CallError::Unfinished);
            }
            let weight = lifting.budget.weight();
            lifting.warnings().for_each(|text| guest.warn(&text));
            value.map(|value| Lifted { value, weight }).map_err(Fault::of_result)
        }
    };
    if !guest.is_kept() {
        return lifted;
    }
    let roots = std::mem::take(&mut lowered.roots);
    let released = Lowering::with(types, guest, Source::Caller, limits, roots).release(0);
    released.map_err(CallError::from).and(lifted)
}

/// The argument, if the caller supplied it. Where only the guest knows the default, null means omitted.
fn given<'a>(function: &FunctionPlan, arguments: &'a [Option<Value>], at: usize) -> Option<&'a Value> {
    let value = arguments.get(at)?.as_ref()?;
    let omitted = *value == Value::Null && function.parameters[at].default == DefaultValue::Placeholder;
    (!omitted).then_some(value)
}

/// The argument count to announce: without the omitted ones at the end for which the guest has its own default.
fn announced(function: &FunctionPlan, arguments: &[Option<Value>]) -> usize {
    let mut count = function.parameters.len();
    while announces_count(function)
        && count > 0
        && function.parameters[count - 1].default != DefaultValue::None
        && given(function, arguments, count - 1).is_none()
    {
        count -= 1;
    }
    count
}

/// Lifts the arguments of a host function.
pub(super) fn import_arguments(
    types: &Types,
    import: &ImportPlan,
    limits: &Limits,
    guest: &mut dyn Guest,
    words: &[u64],
) -> Result<Vec<Value>, CallError> {
    let mut lifting = Lifting::new(types, guest.memory(), limits);
    let lift = |(at, parameter): (usize, &crate::plan::ParameterPlan)| {
        let word = words.get(at).ok_or_else(|| Fault::from("the guest did not pass it"));
        word.and_then(|word| lifting.word(parameter.ty, *word, &Selection::All))
            .map_err(|fault| fault.of_argument(&parameter.name))
    };
    let values = import.parameters.iter().enumerate().map(lift).collect();
    lifting.warnings().for_each(|text| guest.warn(&text));
    values
}

/// Lowers a host function's result. The guest takes it over: nothing stays pinned.
pub(super) fn import_result(
    types: &Types,
    import: &ImportPlan,
    limits: &Limits,
    guest: &mut dyn Guest,
    value: &Value,
) -> Result<u64, CallError> {
    let (Some(ty), false) = (import.result, *value == Value::Null) else { return Ok(0) };
    if let Kind::Unsupported(reason) | Kind::Opaque(reason) = &types[ty].kind {
        return Err(Fault::from(reason.as_str()).of_result());
    }
    let mut lowering = Lowering::new(types, guest, Source::Host, limits);
    let outcome = lowering.word(ty, value);
    if outcome != Err(Fault::Stopped) {
        lowering.release(0)?;
    }
    outcome.map_err(Fault::of_result)
}
