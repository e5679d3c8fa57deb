//! Names of exports that mean something to the host, so that no function of an app can have them.

use abi::guest::{COLLECT, Helper};
use abi::language::Language;

use crate::read::START;

/// What the host takes an export of this name for, as the end of a sentence; `None` where it is the app's own.
pub(super) fn purpose(language: Language, name: &str) -> Option<&'static str> {
    // AssemblyScript's runtime has no such helpers, so that they are names like any others there.
    let foreign =
        |helper: Helper| language == Language::AssemblyScript && matches!(helper, Helper::Malloc | Helper::Free);
    if START.contains(&name) {
        return Some("the host calls it to initialise an instance");
    }
    let mut helpers = Helper::ALL.into_iter().filter(|helper| !foreign(*helper));
    let is_helper = name == COLLECT || helpers.any(|helper| helper.export() == name);
    is_helper.then_some("the host calls it to pass values")
}
