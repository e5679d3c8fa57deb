//! Small functions are written where they are called, in modules whose compiler was not asked to optimise: those that the
//! original's tool makes of AssemblyScript. The rest of what an optimiser does is Cranelift's (RATIONALE).

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, CustomSection, Function, InstructionSink, Module};
use wasmparser::{
    BinaryReaderError, CustomSectionReader, FuncType, FunctionBody, Operator, Parser, Payload, TypeRef, ValType,
};

use crate::instructions::{Instruction, instructions};

/// Instructions up to which a function is small.
const SMALL: usize = 40;
/// How deep functions that become small by it may lie in each other.
const ROUNDS: usize = 8;
/// Bytes from which on a body does not grow any more.
const LARGE: usize = 32 << 10;

/// The module, which does the same as before, with its small functions inlined.
///
/// A function is small if it also calls no other function of the module, and has no loop: then there is no recursion, and
/// the call is a good part of what it costs. What has had such functions inlined may be one in the next round.
///
/// # Errors
/// For a module that is not valid.
pub fn module(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let mut latest = wasm.to_vec();
    for _ in 0..ROUNDS {
        match round(&latest)? {
            Some(next) => latest = next,
            None => break,
        }
    }
    Ok(latest)
}

/// Whether a module has the names of its functions in it.
pub(crate) fn has_names(wasm: &[u8]) -> bool {
    let mut payloads = Parser::new(0).parse_all(wasm).map_while(Result::ok);
    payloads.any(|payload| matches!(payload, Payload::CustomSection(section) if section.name() == "name"))
}

/// One round; nothing where no function is small.
fn round(wasm: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let mut inlining = Inlining::new(wasm)?;
    let mut module = Module::new();
    inlining.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(inlining.found.then(|| module.finish()))
}

struct Inlining<'a> {
    /// By their numbers.
    callees: HashMap<u32, Callee<'a>>,
    /// Parameters of the functions that have bodies.
    parameters: Vec<usize>,
    /// Bodies so far.
    bodies: usize,
    /// A call was replaced.
    found: bool,
}

/// A function that can be inlined.
struct Callee<'a> {
    ty: FuncType,
    locals: Vec<ValType>,
    bytes: &'a [u8],
    instructions: Vec<Instruction<'a>>,
}

impl<'a> Inlining<'a> {
    fn new(wasm: &'a [u8]) -> Result<Self, BinaryReaderError> {
        let (mut types, mut signatures, mut imported) = (Vec::new(), Vec::new(), 0);
        let (mut callees, mut parameters) = (HashMap::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    types = section.into_iter_err_on_gc_types().collect::<Result<Vec<_>, _>>()?;
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => signatures = section.into_iter().collect::<Result<Vec<_>, _>>()?,
                Payload::CodeSectionEntry(body) => {
                    let Some(ty) = signatures.get(parameters.len()).and_then(|ty| types.get(*ty as usize)) else {
                        continue;
                    };
                    let number = imported + parameters.len() as u32;
                    if let Some(callee) = Callee::of(ty, &body, imported)? {
                        callees.insert(number, callee);
                    }
                    parameters.push(ty.params().len());
                }
                _ => {}
            }
        }
        Ok(Self { callees, parameters, bodies: 0, found: false })
    }
}

impl Reencode for Inlining<'_> {
    type Error = Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        let parameters = self.parameters.get(self.bodies).copied().unwrap_or_default();
        self.bodies += 1;
        match self.inlined(&body, parameters)? {
            Some(function) => {
                self.found = true;
                code.function(&function);
            }
            None => _ = code.raw(body.as_bytes()),
        }
        Ok(())
    }

    /// As it is: what tells places in the code is left out by whoever adds the dispatchers.
    fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Result<(), Error> {
        module.section(&CustomSection { name: section.name().into(), data: section.data().into() });
        Ok(())
    }
}

impl Inlining<'_> {
    /// A body with its calls of small functions replaced, if there are any.
    fn inlined(&mut self, body: &FunctionBody<'_>, parameters: usize) -> Result<Option<Function>, Error> {
        let bytes = body.as_bytes();
        let mut locals = locals(body)?;
        let mut count = (parameters + locals.len()) as u32;
        // Where the locals of a callee are: nothing of it is in use between two calls.
        let mut places: BTreeMap<u32, u32> = BTreeMap::new();
        let instructions = instructions(body)?;
        let mut out = Vec::new();
        let mut copied = instructions.first().map_or(0, |first| first.at);
        for pair in instructions.windows(2) {
            let Operator::Call { function_index } = pair[0].operator else { continue };
            let Some(callee) = self.callees.get(&function_index) else { continue };
            if out.len() + (pair[0].at - copied) > LARGE {
                break;
            }
            let place = *places.entry(function_index).or_insert_with(|| {
                let place = count;
                locals.extend(callee.ty.params().iter().chain(&callee.locals));
                count += (callee.ty.params().len() + callee.locals.len()) as u32;
                place
            });
            out.extend(&bytes[copied..pair[0].at]);
            callee.write(place, &mut out);
            copied = pair[1].at;
        }
        if places.is_empty() {
            return Ok(None);
        }
        out.extend(&bytes[copied..]);
        let types = locals.into_iter().map(|ty| self.val_type(ty)).collect::<Result<Vec<_>, _>>()?;
        let mut function = Function::new_with_locals_types(types);
        function.raw(out);
        Ok(Some(function))
    }
}

impl<'a> Callee<'a> {
    fn of(ty: &FuncType, body: &FunctionBody<'a>, imported: u32) -> Result<Option<Self>, BinaryReaderError> {
        let locals = locals(body)?;
        let is_plain = ty.results().len() <= 1 && locals.iter().chain(ty.results()).all(|ty| !ty.is_reference_type());
        if !is_plain || body.as_bytes().len() > 16 * SMALL {
            return Ok(None);
        }
        let instructions = instructions(body)?;
        let fits = |instruction: &Instruction<'_>| match instruction.operator {
            Operator::Call { function_index } => function_index < imported,
            Operator::CallIndirect { .. } | Operator::Loop { .. } => false,
            _ => true,
        };
        let fits = instructions.len() <= SMALL && instructions.iter().all(fits);
        Ok(fits.then(|| Self { ty: ty.clone(), locals, bytes: body.as_bytes(), instructions }))
    }

    /// Writes what takes the place of a call, in a function whose locals from `place` on are the callee's: a block, which is
    /// left where the function returns.
    fn write(&self, place: u32, out: &mut Vec<u8>) {
        let mut sink = InstructionSink::new(out);
        let parameters = self.ty.params().len() as u32;
        for parameter in (0..parameters).rev() {
            sink.local_set(place + parameter);
        }
        for (local, ty) in (place + parameters..).zip(&self.locals) {
            match ty {
                ValType::I64 => sink.i64_const(0),
                ValType::F32 => sink.f32_const(0.0.into()),
                ValType::F64 => sink.f64_const(0.0.into()),
                ValType::V128 => sink.v128_const(0),
                ValType::I32 | ValType::Ref(_) => sink.i32_const(0),
            };
            sink.local_set(local);
        }
        let result = self.ty.results().first().and_then(|ty| number(*ty));
        sink.block(result.map_or(wasm_encoder::BlockType::Empty, wasm_encoder::BlockType::Result));
        let mut nested = 0;
        for pair in self.instructions.windows(2) {
            let mut sink = InstructionSink::new(out);
            match pair[0].operator {
                Operator::LocalGet { local_index } => _ = sink.local_get(place + local_index),
                Operator::LocalSet { local_index } => _ = sink.local_set(place + local_index),
                Operator::LocalTee { local_index } => _ = sink.local_tee(place + local_index),
                Operator::Return => _ = sink.br(nested),
                _ => out.extend(&self.bytes[pair[0].at..pair[1].at]),
            }
            match pair[0].operator {
                Operator::Block { .. } | Operator::If { .. } => nested += 1,
                Operator::End => nested -= 1,
                _ => {}
            }
        }
        InstructionSink::new(out).end();
    }
}

/// The types of the locals that a body declares.
fn locals(body: &FunctionBody<'_>) -> Result<Vec<ValType>, BinaryReaderError> {
    let mut locals = Vec::new();
    for declared in body.get_locals_reader()? {
        let (count, ty) = declared?;
        locals.extend(std::iter::repeat_n(ty, count as usize));
    }
    Ok(locals)
}

fn number(ty: ValType) -> Option<wasm_encoder::ValType> {
    Some(match ty {
        ValType::I32 => wasm_encoder::ValType::I32,
        ValType::I64 => wasm_encoder::ValType::I64,
        ValType::F32 => wasm_encoder::ValType::F32,
        ValType::F64 => wasm_encoder::ValType::F64,
        ValType::V128 => wasm_encoder::ValType::V128,
        ValType::Ref(_) => return None,
    })
}

#[cfg(test)]
mod tests;
