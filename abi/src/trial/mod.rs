//! A language for one test, which shows what a new language takes. It knows texts alone: a word is the address of a text's
//! length in bytes, behind which its UTF-8 is.

use crate::guest::{CallError, Guest, Helper, Limits};
use crate::language::{self, GuestLanguage, Lifted, Lowered, OwnFunction, Parts};
use crate::plan::{FunctionPlan, ImportPlan};
use crate::selection::Selection;
use crate::transfer::fault::Fault;
use crate::transfer::memory;
use crate::transfer::scalar::low_word;
use crate::types::Types;
use crate::value::Value;

/// The language.
#[derive(Clone, Copy, Debug)]
pub struct Trial;

/// Gives a block of so many bytes.
pub const ALLOCATE: Helper = Helper { index: 0, export: "allocate", allocates: true };

/// The language's part of a function's plan: there is none.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FunctionPart;

impl OwnFunction for FunctionPart {}

impl Parts for Trial {
    type Function = FunctionPart;
}

impl From<FunctionPart> for language::FunctionPart {
    fn from(part: FunctionPart) -> Self {
        Self::Trial(part)
    }
}

impl GuestLanguage for Trial {
    fn helpers(&self) -> &'static [Helper] {
        &[ALLOCATE]
    }

    fn lower(
        &self,
        _: &Types,
        function: &FunctionPlan,
        _: &Limits,
        guest: &mut dyn Guest,
        arguments: &[Option<Value>],
    ) -> Result<Lowered, CallError> {
        let mut words = Vec::new();
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            let word = put(guest, argument.as_ref()).map_err(|fault| fault.of_argument(&parameter.name))?;
            words.push(word);
        }
        Ok(Lowered { words, ..Lowered::default() })
    }

    fn lift(
        &self,
        _: &Types,
        _: &FunctionPlan,
        _: &Limits,
        _: &Selection,
        guest: &mut dyn Guest,
        _: &mut Lowered,
        word: u64,
    ) -> Result<Lifted, CallError> {
        let value = text(guest, word).map_err(Fault::of_result)?;
        Ok(Lifted { value, weight: 1 })
    }

    fn import_arguments(
        &self,
        _: &Types,
        import: &ImportPlan,
        _: &Limits,
        guest: &mut dyn Guest,
        words: &[u64],
    ) -> Result<Vec<Value>, CallError> {
        crate::transfer::call::import_arguments(import, words, |_, word| text(guest, word))
    }

    fn import_result(
        &self,
        _: &Types,
        _: &ImportPlan,
        _: &Limits,
        guest: &mut dyn Guest,
        value: &Value,
    ) -> Result<u64, CallError> {
        put(guest, Some(value)).map_err(Fault::of_result)
    }
}

/// Writes a text; answers its address.
fn put(guest: &mut dyn Guest, value: Option<&Value>) -> Result<u64, Fault> {
    let Some(Value::String(text)) = value else { return Err(Fault::value("a text is required")) };
    let length = u32::try_from(text.len()).map_err(|_| Fault::value("the text is too long"))?;
    let bytes = [&length.to_le_bytes(), text.as_bytes()].concat();
    let address = low_word(guest.helper(&ALLOCATE, &[length.saturating_add(4)])?);
    memory::write(guest.memory_mut(), address, &bytes)?;
    Ok(address.into())
}

/// Reads a text.
fn text(guest: &dyn Guest, word: u64) -> Result<Value, Fault> {
    let address = low_word(word);
    let length = memory::read_u32(guest.memory(), address)?;
    let bytes = memory::slice(guest.memory(), memory::offset(address, 4)?, length.into())?;
    Ok(Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
