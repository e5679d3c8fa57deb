//! Small loops are written several times over, so that what each turn costs beside its work is paid once for several
//! turns: the look at the deadline, behind which is a call that hardly any register survives (RATIONALE).

use std::collections::HashSet;
use std::convert::Infallible;
use std::ops::Range;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, CustomSection, InstructionSink, Module};
use wasmparser::{BinaryReaderError, BlockType, CustomSectionReader, FunctionBody, Operator, Parser};

use crate::instructions::{Instruction, instructions};

/// How often the body of a small loop stands in the code.
const COPIES: usize = 4;
/// Instructions up to which a loop is small.
const SMALL: usize = 60;
/// Locals of a loop from which on registers are scarce: the call leaves it five, and looks at the deadline and at memory
/// need some of them.
const CROWDED: usize = 3;

/// A module with its small loops unrolled, for whoever measures what that is worth.
///
/// # Errors
/// For a module that is not valid.
pub fn module(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let mut module = Module::new();
    Unrolling.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

struct Unrolling;

impl Reencode for Unrolling {
    type Error = Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        code.raw(&self::body(&body)?);
        Ok(())
    }

    /// As it is: nothing else is moved, and what cannot be read does no harm.
    fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Result<(), Error> {
        module.section(&CustomSection { name: section.name().into(), data: section.data().into() });
        Ok(())
    }
}

/// The bytes of a function's body, which does the same as before, and whose small loops `loop turn end` become
///
/// ```text
/// block loop
///   block turn br 2 end     once less than there are copies; what went back to the loop leaves this block
///   turn                    goes back to the loop
/// end end
/// ```
///
/// # Errors
/// For a body that is not valid.
pub(crate) fn body(body: &FunctionBody<'_>) -> Result<Vec<u8>, BinaryReaderError> {
    let bytes = body.as_bytes();
    let instructions = instructions(body)?;
    let mut out = Vec::with_capacity(2 * bytes.len());
    let mut copied = 0;
    for Range { start, end } in small_loops(&instructions) {
        let (first, last) = (instructions[start].at, instructions[end].at);
        out.extend(&bytes[copied..first]);
        let turn = &instructions[start + 1..=end];
        let empty = wasm_encoder::BlockType::Empty;
        InstructionSink::new(&mut out).block(empty).loop_(empty);
        for _ in 1..COPIES {
            InstructionSink::new(&mut out).block(empty);
            copy(turn, bytes, 2, &mut out)?;
            InstructionSink::new(&mut out).br(2).end();
        }
        copy(turn, bytes, 1, &mut out)?;
        InstructionSink::new(&mut out).end().end();
        copied = last + 1;
    }
    out.extend(&bytes[copied..]);
    Ok(out)
}

/// Writes the body of a loop, which is `turn` without the `end`, where `more` labels lie between it and what was around
/// the loop.
fn copy(turn: &[Instruction<'_>], bytes: &[u8], more: u32, out: &mut Vec<u8>) -> Result<(), BinaryReaderError> {
    let mut nested = 0;
    for pair in turn.windows(2) {
        let moved = |depth: u32| if depth > nested { depth + more } else { depth };
        match &pair[0].operator {
            Operator::Br { relative_depth } => _ = InstructionSink::new(out).br(moved(*relative_depth)),
            Operator::BrIf { relative_depth } => _ = InstructionSink::new(out).br_if(moved(*relative_depth)),
            Operator::BrTable { targets } => {
                let listed = targets.targets().map(|depth| depth.map(moved)).collect::<Result<Vec<_>, _>>()?;
                InstructionSink::new(out).br_table(listed, moved(targets.default()));
            }
            _ => out.extend(&bytes[pair[0].at..pair[1].at]),
        }
        match &pair[0].operator {
            Operator::Block { .. } | Operator::If { .. } => nested += 1,
            Operator::End => nested -= 1,
            _ => {}
        }
    }
    Ok(())
}

/// Proposals that WebAssembly 2 is made of. Of their operators, those that name labels are the ones that [`copy`] moves.
const KNOWN: [&str; 6] = ["mvp", "sign_extension", "saturating_float_to_int", "bulk_memory", "reference_types", "simd"];

macro_rules! define_is_known {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($annotation:tt)*) )*) => {
        /// Whether it is known what becomes of an operator that is copied.
        fn is_known(operator: &Operator<'_>) -> bool {
            match operator {
                $( Operator::$op { .. } => KNOWN.contains(&stringify!($proposal)), )*
                _ => false,
            }
        }
    };
}
wasmparser::for_each_operator!(define_is_known);

/// How many locals a loop uses.
fn locals(instructions: &[Instruction<'_>]) -> usize {
    let local = |instruction: &Instruction<'_>| match instruction.operator {
        Operator::LocalGet { local_index }
        | Operator::LocalSet { local_index }
        | Operator::LocalTee { local_index } => Some(local_index),
        _ => None,
    };
    instructions.iter().filter_map(local).collect::<HashSet<_>>().len()
}

/// The loops worth it, in their order, each from its beginning to its `end`: those without another inside, without calls,
/// which cost more than what could be saved, without parameters and results, and without operators that are not known.
fn small_loops(instructions: &[Instruction<'_>]) -> Vec<Range<usize>> {
    let leave_alone = |open: &mut [Option<usize>]| open.fill(None);
    let mut found = Vec::new();
    // Of each open block: where it begins, if it is a loop that may do.
    let mut open: Vec<Option<usize>> = Vec::new();
    for (index, Instruction { operator, .. }) in instructions.iter().enumerate() {
        match operator {
            Operator::Loop { blockty } => {
                leave_alone(&mut open);
                open.push((*blockty == BlockType::Empty).then_some(index));
            }
            Operator::Block { .. } | Operator::If { .. } => open.push(None),
            Operator::Call { .. } | Operator::CallIndirect { .. } => leave_alone(&mut open),
            Operator::End => {
                if let Some(Some(start)) = open.pop()
                    && index - start <= SMALL
                    && locals(&instructions[start..index]) >= CROWDED
                {
                    found.push(start..index);
                }
            }
            // It may begin a block. The `end` of that then closes one of those around, none of which matters any more.
            operator if !is_known(operator) => leave_alone(&mut open),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests;
