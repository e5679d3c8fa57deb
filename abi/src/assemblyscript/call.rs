//! Calls into and out of the guest (`abi-assemblyscript` sections 8 and 11, `metadata` section 8).

use crate::guest::{CallError, Guest, Helper, Limits};
use crate::language::{GuestLanguage, Lifted, Lowered};
use crate::plan::{DefaultValue, FunctionPlan, ImportPlan};
use crate::selection::Selection;
use crate::transfer::call::{argument, given};
use crate::transfer::fault::Fault;
use crate::transfer::record::Source;
use crate::transfer::scalar::low_word;
use crate::types::Types;
use crate::value::Value;

use super::AssemblyScript;
use super::heap::Heap;
use super::helpers;
use super::image::Image;
use super::lift::Lifter;
use super::lower::Lowerer;
use super::plan::announces_count;

impl GuestLanguage for AssemblyScript {
    fn helpers(&self) -> &'static [Helper] {
        &helpers::ALL
    }

    fn lower(
        &self,
        types: &Types,
        function: &FunctionPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        arguments: &[Option<Value>],
    ) -> Result<Lowered, CallError> {
        let count = announced(function, arguments);
        let mut lowerer = Lowerer::new(types, Source::Caller, limits);
        let mut words = build(function, &mut lowerer, arguments, count)?;
        let mut heap = Heap::new(guest, Vec::new());
        match place(types, function, &mut heap, lowerer.image, &mut words, count) {
            Ok(()) => Ok(Lowered { words, cell: None, roots: heap.held.into_roots() }),
            Err(fault) => heap.held.end(Err(fault.of_last(&function.parameters))),
        }
    }

    fn lift(
        &self,
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
                let mut lifter = Lifter::new(types, guest.memory(), limits);
                let value = lifter.word(result.ty, word, wanted);
                if value == Err(Fault::Unfinished) {
                    return Err(CallError::Unfinished);
                }
                let weight = lifter.budget.weight();
                lifter.warnings().for_each(|text| guest.warn(&text));
                value.map(|value| Lifted { value, weight }).map_err(Fault::of_result)
            }
        };
        Heap::new(guest, std::mem::take(&mut lowered.roots)).held.end(lifted)
    }

    fn import_arguments(
        &self,
        types: &Types,
        import: &ImportPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        words: &[u64],
    ) -> Result<Vec<Value>, CallError> {
        let mut lifter = Lifter::new(types, guest.memory(), limits);
        let lift = |ty, word| lifter.word(ty, word, &Selection::All);
        let values = crate::transfer::call::import_arguments(import, words, lift);
        lifter.warnings().for_each(|text| guest.warn(&text));
        values
    }

    fn import_result(
        &self,
        types: &Types,
        import: &ImportPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        value: &Value,
    ) -> Result<u64, CallError> {
        let (Some(ty), false) = (import.result, *value == Value::Null) else { return Ok(0) };
        let mut lowerer = Lowerer::new(types, Source::Host, limits);
        let word = lowerer.word(ty, value).map_err(Fault::of_result)?;
        if types[ty].kind.is_scalar() {
            return Ok(word);
        }
        let mut heap = Heap::new(guest, Vec::new());
        let placed = heap.place(lowerer.image, true).map_err(Fault::of_result);
        // The guest must not allocate between here and the return: nothing refers to the object now.
        heap.held.finish(placed.map(|placed| placed.address(low_word(word)).into()))
    }
}

/// The function's core arguments, whose references are addresses in the image.
fn build(
    function: &FunctionPlan,
    lowerer: &mut Lowerer<'_>,
    arguments: &[Option<Value>],
    count: usize,
) -> Result<Vec<u64>, CallError> {
    let mut words = Vec::with_capacity(function.parameters.len());
    for (at, parameter) in function.parameters.iter().enumerate().take(count) {
        // Null is 0 for a scalar, and null where a reference has it; other references refuse it.
        let value = argument(parameter, given(&function.parameters, arguments, at))?;
        words.push(lowerer.word(parameter.ty, value).map_err(|fault| fault.of_argument(&parameter.name))?);
    }
    words.resize(function.parameters.len(), 0);
    Ok(words)
}

/// Puts the objects into the guest; references become addresses there, and the objects of arguments are pinned.
fn place(
    types: &Types,
    function: &FunctionPlan,
    heap: &mut Heap<'_>,
    image: Image,
    words: &mut [u64],
    count: usize,
) -> Result<(), Fault> {
    let has_run = heap.held.guest.is_kept();
    let placed = heap.place(image, has_run)?;
    let mut objects = Vec::new();
    for (word, parameter) in words.iter_mut().zip(&function.parameters) {
        if *word != 0 && !types[parameter.ty].kind.is_scalar() {
            let address = placed.address(low_word(*word));
            *word = address.into();
            objects.push(address);
        }
    }
    heap.keep(&objects)?;
    if announces_count(function) {
        heap.announce(u32::try_from(count).unwrap_or(u32::MAX))?;
    }
    Ok(())
}

/// The argument count to announce: without the omitted ones at the end for which the guest has its own default.
fn announced(function: &FunctionPlan, arguments: &[Option<Value>]) -> usize {
    let parameters = &function.parameters;
    if !announces_count(function) {
        return parameters.len();
    }
    let needed = |at: &usize| {
        let default = parameters.get(*at).map(|parameter| &parameter.default);
        default == Some(&DefaultValue::None) || given(parameters, arguments, *at).is_some()
    };
    (0..parameters.len()).rev().find(needed).map_or(0, |last| last.saturating_add(1))
}
