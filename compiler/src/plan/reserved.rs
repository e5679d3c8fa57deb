//! Names of exports that mean something to the host, so that no function of an app can have them.

use abi::guest::COLLECT;
use abi::language::Language;

use crate::read::START;

/// What the host takes an export of this name for, as the end of a sentence; `None` where it is the app's own.
pub(super) fn purpose(language: Language, name: &str) -> Option<&'static str> {
    if START.contains(&name) {
        return Some("the host calls it to initialise an instance");
    }
    // What only another language's runtime exports is a name like any other.
    let mut helpers = language.implementation().helpers().iter();
    let is_helper = name == COLLECT || helpers.any(|helper| helper.export == name);
    is_helper.then_some("the host calls it to pass values")
}
