//! Data segments that nothing reads. Wizer leaves an empty one for each that it has replaced, so that those behind it keep
//! their numbers; and each instance pays for it.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, CustomSection, DataSection, Module};
use wasmparser::{BinaryReaderError, CustomSectionReader, Data, DataKind, FunctionBody, Operator, Parser, Payload};

/// The module without passive segments, where no instruction names a segment.
///
/// # Errors
/// For a module that is not valid.
pub(super) fn without_unused(wasm: Vec<u8>) -> Result<Vec<u8>, Error> {
    let Some(active) = active(&wasm)? else { return Ok(wasm) };
    let mut module = Module::new();
    Dropping { active }.parse_core_module(&mut module, Parser::new(0), &wasm)?;
    Ok(module.finish())
}

/// The number of active segments, if there are others and no instruction names any.
fn active(wasm: &[u8]) -> Result<Option<u32>, BinaryReaderError> {
    let (mut active, mut passive) = (0, 0);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    if matches!(operator?, Operator::MemoryInit { .. } | Operator::DataDrop { .. }) {
                        return Ok(None);
                    }
                }
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    *if is_active(&segment?) { &mut active } else { &mut passive } += 1;
                }
            }
            _ => {}
        }
    }
    Ok((passive > 0).then_some(active))
}

fn is_active(segment: &Data<'_>) -> bool {
    matches!(segment.kind, DataKind::Active { .. })
}

struct Dropping {
    active: u32,
}

impl Reencode for Dropping {
    type Error = Infallible;

    fn data_count(&mut self, _: u32) -> Result<u32, Error> {
        Ok(self.active)
    }

    fn parse_data(&mut self, data: &mut DataSection, segment: Data<'_>) -> Result<(), Error> {
        if is_active(&segment) { utils::parse_data(self, data, segment) } else { Ok(()) }
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: FunctionBody<'_>) -> Result<(), Error> {
        code.raw(body.as_bytes());
        Ok(())
    }

    fn parse_custom_section(&mut self, module: &mut Module, section: CustomSectionReader<'_>) -> Result<(), Error> {
        module.section(&CustomSection { name: section.name().into(), data: section.data().into() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        ConstExpr, DataCountSection, Function, FunctionSection, MemorySection, MemoryType, TypeSection,
    };

    use super::*;

    /// A module with a passive segment before an active one; its function names the first, if asked to.
    fn module(drops: bool) -> Vec<u8> {
        let (mut types, mut functions, mut memories, mut code, mut data) =
            (TypeSection::new(), FunctionSection::new(), MemorySection::new(), CodeSection::new(), DataSection::new());
        types.ty().function([], []);
        functions.function(0);
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut body = Function::new([]);
        if drops {
            body.instructions().data_drop(0);
        }
        body.instructions().end();
        code.function(&body);
        data.passive([]).active(0, &ConstExpr::i32_const(8), *b"kept");
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&DataCountSection { count: 2 });
        module.section(&code).section(&data);
        module.finish()
    }

    #[test]
    fn what_nothing_names_is_dropped() {
        let dropped = without_unused(module(false)).expect("a valid module");
        wasmparser::Validator::new().validate_all(&dropped).expect("a valid module");
        assert!(active(&dropped).expect("a valid module").is_none());
        assert!(dropped.windows(4).any(|bytes| bytes == b"kept") && dropped.len() < module(false).len());
        assert_eq!(without_unused(module(true)).expect("a valid module"), module(true));
        assert_eq!(without_unused(dropped.clone()).expect("a valid module"), dropped);
    }
}
