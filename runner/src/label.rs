//! Enums whose values have names: labels of metrics, and whatever else is told to people by a fixed word.

/// Declares an enum with a name for each value: `Value "name"`.
macro_rules! label {
    ($(#[$about:meta])* $visible:vis enum $Label:ident { $($(#[$doc:meta])* $Value:ident $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $visible enum $Label { $($(#[$doc])* $Value,)* }

        impl $Label {
            /// All of them, each at its own number.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$Value),*];
            /// Their names, in the same order.
            pub const NAMES: [&'static str; [$($name),*].len()] = [$($name),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }
    };
}

pub(crate) use label;
