//! The flags of the limits.

use super::flag::{Flag, number, put, seconds, within};
use crate::limits;

macro_rules! flag {
    ($field:ident, $name:literal, $value:literal, $help:literal, seconds) => {
        flag!($field, $name, $value, $help, seconds, |time: std::time::Duration| time.as_secs_f64())
    };
    ($field:ident, $name:literal, $value:literal, $help:literal, within($range:expr)) => {
        flag!($field, $name, $value, $help, (|text| within($range, text)), |number| number)
    };
    ($field:ident, $name:literal, $value:literal, $help:literal, number) => {
        flag!($field, $name, $value, $help, number, |number| number)
    };
    ($field:ident, $name:literal, $value:literal, $help:literal, $read:expr, $shown:expr) => {
        Flag::text($name, $value, $help, |given, text| put(&mut given.limits.$field, $read(text)))
            .default(|given| ($shown)(given.limits.$field).to_string())
    };
}

macro_rules! flags {
    ($($field:ident: $type:ty = $default:expr, $Id:ident, $name:literal, $value:literal, $help:literal, [$($read:tt)+];)*) => {
        /// Those of [`limits::Limits`], in the order of the help.
        pub(super) const FLAGS: &[Flag] = &[$(flag!($field, $name, $value, $help, $($read)+)),*];
    };
}
limits::table!(flags);
