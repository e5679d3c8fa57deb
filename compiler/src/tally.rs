//! Counting collections of garbage: a global, which the runner reads after a call, and a few instructions where the guest's
//! collector begins. They cost nothing beside a collection.

use std::collections::HashMap;

use abi::language::Language;
use wasm_encoder::InstructionSink;
use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody, Operator};

use crate::instructions::instructions;
use crate::language::{Functions, Passing, frontend};

/// Where is counted, and what.
pub(crate) struct Tally {
    /// Index of the global that counts, which is to be added as the module's last.
    pub(crate) global: u32,
    /// By the functions' places among those with bodies.
    places: HashMap<u32, Passing>,
}

impl Tally {
    /// That of a module; `None` where its collector is not known.
    pub(crate) fn of(wasm: &[u8], language: Language) -> Option<Self> {
        let functions = Functions::of(wasm)?;
        let places = frontend(language).collections(&functions);
        let body = |function: u32| function.checked_sub(functions.imported());
        let places: Option<HashMap<_, _>> =
            places.into_iter().map(|place| Some((body(place.function)?, place.at))).collect();
        let places = places.filter(|places| !places.is_empty())?;
        Some(Self { global: functions.globals()?, places })
    }

    /// The bytes of a body that counts; `None` for one that has nothing to count.
    ///
    /// # Errors
    /// For a body that is not valid.
    pub(crate) fn counting(&self, number: u32, body: &FunctionBody<'_>) -> Result<Option<Vec<u8>>, BinaryReaderError> {
        let Some(at) = self.places.get(&number) else { return Ok(None) };
        let bytes = body.as_bytes();
        let (mut out, mut copied) = (Vec::with_capacity(bytes.len() + 16), 0);
        for (index, instruction) in instructions(body)?.into_iter().enumerate() {
            let passed = match (at, instruction.operator) {
                (Passing::Entered | Passing::EnteredAtZero(_), _) => index == 0,
                (Passing::Calls(callee), Operator::Call { function_index }) => *callee == function_index,
                (Passing::Calls(_), _) => false,
            };
            if passed {
                out.extend(&bytes[copied..instruction.at]);
                copied = instruction.at;
                self.count(*at, &mut InstructionSink::new(&mut out));
            }
        }
        out.extend(&bytes[copied..]);
        Ok(Some(out))
    }

    fn count(&self, at: Passing, code: &mut InstructionSink<'_>) {
        code.global_get(self.global);
        match at {
            Passing::EnteredAtZero(global) => code.global_get(global).i32_eqz(),
            Passing::Entered | Passing::Calls(_) => code.i32_const(1),
        };
        code.i32_add().global_set(self.global);
    }
}

/// A body of these bytes.
pub(crate) fn body(bytes: &[u8]) -> FunctionBody<'_> {
    FunctionBody::new(BinaryReader::new(bytes, 0))
}
