//! Whole calls: of exported functions, and the two halves of a host function's (`abi-go` sections 6, 8, 11 and 13).

use super::Go;
use super::heap::Heap;
use super::helpers;
use super::input;
use super::lift::Lifter;
use super::lower::{Lowerer, Place};
use super::plan::result_block;
use crate::guest::{CallError, Guest, Helper, Limits};
use crate::language::{GuestLanguage, Lifted, Lowered};
use crate::plan::{FunctionPlan, ImportPlan};
use crate::selection::Selection;
use crate::transfer::call::{argument, given};
use crate::transfer::fault::Fault;
use crate::transfer::record::Source;
use crate::transfer::scalar::{self, low_word};
use crate::types::{Kind, TypeId, Types};
use crate::value::Value;

/// Room for the one core word of a result that holds addresses.
const ROOT_CELL: u32 = 8;

impl GuestLanguage for Go {
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
        let mut heap = Heap::new(guest, Vec::new());
        match prepare(types, function, limits, &mut heap, arguments) {
            Ok((words, cell)) => Ok(Lowered { words, cell, roots: heap.held.into_roots() }),
            Err(error) => heap.held.end(Err(error)),
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
        let answer = Answer::of(function, lowered);
        let mut heap = Heap::new(guest, std::mem::take(&mut lowered.roots));
        let before = heap.held.mark();
        let mut lifter = Lifter::new(types, &mut heap, limits);
        let result = answer.lift(function, wanted, &mut lifter, word);
        let weight = lifter.weight();
        if result == Err(Fault::Unfinished) {
            heap.held.release(before)?;
            lowered.roots = heap.held.into_roots();
            return Err(CallError::Unfinished);
        }
        lifter.warn();
        let lifted = result.map(|value| Lifted { value, weight }).map_err(Fault::of_result);
        heap.held.end(lifted)
    }

    fn import_arguments(
        &self,
        types: &Types,
        import: &ImportPlan,
        limits: &Limits,
        guest: &mut dyn Guest,
        words: &[u64],
    ) -> Result<Vec<Value>, CallError> {
        let mut heap = Heap::new(guest, Vec::new());
        let mut lifter = Lifter::new(types, &mut heap, limits);
        let lift = |ty, word| import_argument(&mut lifter, ty, word);
        let values = crate::transfer::call::import_arguments(import, words, lift);
        lifter.warn();
        heap.held.finish(values)
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
        if types[ty].kind.is_scalar() {
            return scalar::encode(&types[ty], value).map_err(Fault::of_result);
        }
        let mut heap = Heap::new(guest, Vec::new());
        let address = Lowerer::new(types, &mut heap, Source::Host, limits).by_address(ty, value);
        // The guest must not run between here and the return: nothing else holds the object now.
        heap.held.finish(address.map(u64::from).map_err(Fault::of_result))
    }
}

/// The function's core arguments, and the block that keeps its result.
fn prepare(
    types: &Types,
    function: &FunctionPlan,
    limits: &Limits,
    heap: &mut Heap<'_>,
    arguments: &[Option<Value>],
) -> Result<(Vec<u64>, Option<u32>), CallError> {
    let answer = Answer::prepare(types, function, heap).map_err(Fault::of_result)?;
    let mut words = Vec::with_capacity(function.signature.parameters.len());
    if let Answer::Block(address) = answer {
        words.push(u64::from(address));
    }
    let mut lowerer = Lowerer::new(types, heap, Source::Caller, limits);
    for (index, parameter) in function.parameters.iter().enumerate() {
        let value = argument(parameter, given(&function.parameters, arguments, index))?;
        lowerer
            .lower(parameter.ty, value, Place::Words(&mut words))
            .map_err(|fault| fault.of_argument(&parameter.name))?;
    }
    lowerer.finish(&mut words).map_err(|fault| fault.of_last(&function.parameters))?;
    if words.len() != function.signature.parameters.len() {
        let reason =
            format!("{} takes {} but the arguments make {} words", function.name, function.signature, words.len());
        return Err(Fault::guest(reason).of_result());
    }
    Ok((words, answer.cell()))
}

/// Where a function's results are after the call.
enum Answer {
    /// In a block whose address is the hidden first argument.
    Block(u32),
    /// In the core result, which is to be stored in this malloc block before the guest runs again.
    Root(u32),
    /// In the core result; or nowhere, when all results have no size.
    Word,
}

impl Answer {
    /// The answer that was prepared.
    fn of(function: &FunctionPlan, lowered: &Lowered) -> Self {
        match (result_block(function), lowered.cell) {
            // The address is the first argument.
            (Some(_), _) => lowered.words.first().map_or(Self::Word, |address| Self::Block(low_word(*address))),
            (None, Some(cell)) => Self::Root(cell),
            (None, None) => Self::Word,
        }
    }

    fn cell(&self) -> Option<u32> {
        match self {
            Self::Root(cell) => Some(*cell),
            Self::Block(_) | Self::Word => None,
        }
    }

    fn prepare(types: &Types, function: &FunctionPlan, heap: &mut Heap<'_>) -> Result<Self, Fault> {
        if let Some(block) = result_block(function) {
            return heap.malloc(types[block].size.max(8)).map(Self::Block);
        }
        if function.results.iter().any(|result| types[result.ty].pointers) {
            return heap.malloc(ROOT_CELL).map(Self::Root);
        }
        Ok(Self::Word)
    }

    fn lift(
        self,
        function: &FunctionPlan,
        wanted: &Selection,
        lifter: &mut Lifter<'_, '_>,
        word: u64,
    ) -> Result<Value, Fault> {
        if let Self::Root(cell) = self {
            lifter.heap.write(cell, &word.to_le_bytes())?;
        }
        let [only] = &*function.results else {
            return self.several(function, wanted, lifter, word);
        };
        match self {
            // A nil map is null only where it is the result itself.
            Self::Root(_) if low_word(word) == 0 && input::has_null(&lifter.types[only.ty].kind) => Ok(Value::Null),
            Self::Root(address) | Self::Block(address) => lifter.memory(only.ty, address, wanted),
            Self::Word => lifter.word(only.ty, word, wanted),
        }
    }

    fn several(
        self,
        function: &FunctionPlan,
        wanted: &Selection,
        lifter: &mut Lifter<'_, '_>,
        word: u64,
    ) -> Result<Value, Fault> {
        if function.results.is_empty() {
            return Ok(Value::Null);
        }
        if let (Self::Block(address), Some(block)) = (&self, result_block(function)) {
            if let Kind::Struct(_) = lifter.types[block].kind {
                return lifter.memory(block, *address, wanted);
            }
            return Err(Fault::of_type("the result block is not a struct"));
        }
        let mut entries = Vec::with_capacity(function.results.len());
        for (result, below) in wanted.of(&function.results) {
            // Only one result has a size, so it is at the start of the root cell.
            let value = match self {
                Self::Root(cell) if lifter.types[result.ty].pointers => lifter.memory(result.ty, cell, below),
                _ => lifter.word(result.ty, word, below),
            };
            entries.push((result.name.clone(), value.map_err(|fault| fault.in_field(&result.name))?));
        }
        Ok(Value::Object(entries))
    }
}

fn import_argument(lifter: &mut Lifter<'_, '_>, ty: TypeId, word: u64) -> Result<Value, Fault> {
    match (&lifter.types[ty].kind, low_word(word)) {
        (kind, _) if kind.is_scalar() => Ok(scalar::decode(kind, word)),
        (_, 0) => Ok(Value::Null),
        // The word is the pointer itself, or the address of a value that Go would not pass in one word.
        (Kind::Optional(target), address) => lifter.memory(*target, address, &Selection::All),
        (_, address) => lifter.memory(ty, address, &Selection::All),
    }
}
