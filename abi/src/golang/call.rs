//! Whole calls: of exported functions, and the two halves of a host function's (`abi-go` sections 6, 8, 11 and 13).

use super::heap::Heap;
use super::layout::is_scalar;
use super::lift::Lifter;
use super::lower::{Lowerer, Place};
use super::plan::result_block;
use super::{input, layout};
use crate::fault::Fault;
use crate::guest::{CallError, Guest, Limits};
use crate::language::{Lifted, Lowered};
use crate::plan::{DefaultValue, FunctionPlan, ImportPlan};
use crate::selection::Selection;
use crate::types::{Kind, TypeId, Types};
use crate::value::Value;

/// Room for the one core word of a result that holds addresses.
const ROOT_CELL: u32 = 8;

/// Lowers the arguments of an exported function.
pub(super) fn lower(
    types: &Types,
    function: &FunctionPlan,
    limits: &Limits,
    guest: &mut dyn Guest,
    arguments: &[Option<Value>],
) -> Result<Lowered, CallError> {
    let mut heap = Heap::new(guest);
    let made = prepare(types, function, limits, &mut heap, arguments);
    if heap.is_kept() && made.as_ref().is_err_and(|error| !matches!(error, CallError::Stopped(_))) {
        // The argument's own fault is what there is to tell.
        let _ = heap.release(0);
    }
    let (words, cell) = made?;
    Ok(Lowered { words, cell, roots: heap.into_roots() })
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
    for (index, parameter) in function.parameters.iter().enumerate() {
        let value = match (arguments.get(index), &parameter.default) {
            (Some(Some(given)), _) | (_, DefaultValue::Literal(given)) => given,
            _ => &Value::Null,
        };
        Lowerer { types, heap, any_case: false, max_depth: limits.depth }
            .lower(parameter.ty, value, Place::Words(&mut words), 0)
            .map_err(|fault| fault.of_argument(&parameter.name))?;
    }
    if words.len() != function.signature.parameters.len() {
        let reason =
            format!("{} takes {} but the arguments make {} words", function.name, function.signature, words.len());
        return Err(Fault::from(reason).of_result());
    }
    Ok((words, answer.cell()))
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
    let answer = Answer::of(function, lowered);
    let mut heap = Heap::with(guest, std::mem::take(&mut lowered.roots));
    let before = heap.mark();
    let mut lifter = Lifter::new(types, &mut heap, limits);
    let result = answer.lift(function, wanted, &mut lifter, word);
    let weight = lifter.weight();
    if result == Err(Fault::Unfinished) {
        heap.release(before)?;
        lowered.roots = heap.into_roots();
        return Err(CallError::Unfinished);
    }
    lifter.warn();
    if heap.is_kept() && result != Err(Fault::Stopped) {
        // An instance that stops here has answered already; whoever owns it learns of the stop from the guest itself.
        let _ = heap.release(0);
    }
    result.map(|value| Lifted { value, weight }).map_err(Fault::of_result)
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
            (Some(_), _) => lowered.words.first().map_or(Self::Word, |address| Self::Block(*address as u32)),
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
            Self::Root(_) if word as u32 == 0 && input::has_null(&lifter.types[only.ty].kind) => Ok(Value::Null),
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
            return Err(Fault::from("the result block is not a struct"));
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

/// Lifts the arguments of a host function.
pub(super) fn import_arguments(
    types: &Types,
    import: &ImportPlan,
    limits: &Limits,
    guest: &mut dyn Guest,
    words: &[u64],
) -> Result<Vec<Value>, CallError> {
    let mut heap = Heap::new(guest);
    let mut lifter = Lifter::new(types, &mut heap, limits);
    let mut values = Vec::with_capacity(import.parameters.len());
    let mut failed = None;
    for (index, parameter) in import.parameters.iter().enumerate() {
        let word = words.get(index).copied().unwrap_or_default();
        match argument(types, &mut lifter, parameter.ty, word) {
            Ok(value) => values.push(value),
            Err(fault) => {
                failed = Some(fault.of_argument(&parameter.name));
                break;
            }
        }
    }
    lifter.warn();
    if !matches!(failed, Some(CallError::Stopped(_))) {
        heap.release(0)?;
    }
    failed.map_or(Ok(values), Err)
}

fn argument(types: &Types, lifter: &mut Lifter<'_, '_>, ty: TypeId, word: u64) -> Result<Value, Fault> {
    match &types[ty].kind {
        kind if is_scalar(kind) => lifter.word(ty, word, &Selection::All),
        _ if word as u32 == 0 => Ok(Value::Null),
        // The word is the pointer itself, or the address of a value that Go would not pass in one word.
        Kind::Optional(target) => lifter.memory(*target, word as u32, &Selection::All),
        _ => lifter.memory(ty, word as u32, &Selection::All),
    }
}

/// Lowers the result of a host function.
pub(super) fn import_result(
    types: &Types,
    import: &ImportPlan,
    limits: &Limits,
    guest: &mut dyn Guest,
    value: &Value,
) -> Result<u64, CallError> {
    let Some(ty) = import.result else {
        return Ok(0);
    };
    if *value == Value::Null {
        return Ok(0);
    }
    if layout::is_scalar(&types[ty].kind) {
        return input::scalar(&types[ty], value).map_err(Fault::of_result);
    }
    let mut heap = Heap::new(guest);
    let result = Lowerer { types, heap: &mut heap, any_case: true, max_depth: limits.depth }.by_address(ty, value);
    if result != Err(Fault::Stopped) {
        // The guest must not run between here and the return: nothing else holds the object now.
        heap.release(0)?;
    }
    result.map(u64::from).map_err(Fault::of_result)
}
