//! The instructions of a function's body, with their places in its bytes: what is not changed is copied from there.

use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// An instruction of a body.
pub(crate) struct Instruction<'a> {
    pub(crate) operator: Operator<'a>,
    /// Where it begins in the bytes of the body.
    pub(crate) at: usize,
}

/// All of a body, the last `end` included.
///
/// # Errors
/// For a body that is not valid.
pub(crate) fn instructions<'a>(body: &FunctionBody<'a>) -> Result<Vec<Instruction<'a>>, BinaryReaderError> {
    let begin = body.range().start;
    let all = body.get_operators_reader()?.into_iter_with_offsets();
    all.map(|found| found.map(|(operator, offset)| Instruction { operator, at: offset - begin })).collect()
}
