//! The form of the table of settings, and what is made from its lines.

/// One line of the table as a [`Setting`](super::Setting).
macro_rules! setting {
    ($Whole:ident [$($place:tt)+] $name:literal [switch] $help:literal) => {
        Setting::switch($name, $help, |given: &mut $Whole, on| given.$($place)+ = on)
    };
    ($Whole:ident [$($place:tt)+] $name:literal [switch $word:literal $read:expr] $help:literal) => {
        Setting::graded($name, $word, $help, |given: &mut $Whole, word| {
            given.$($place)+ = $read(word)?;
            Ok(())
        })
    };
    ($Whole:ident [$($place:tt)+] $name:literal [path $value:literal] $help:literal) => {
        Setting::path($name, $value, $help, |given: &mut $Whole, path| given.$($place)+ = Some(path))
    };
    ($Whole:ident [$($place:tt)+] $name:literal [$value:literal $read:expr] $help:literal) => {
        Setting::text(
            $name,
            $value,
            $help,
            |given: &mut $Whole, text| {
                given.$($place)+.accept($read(text)?);
                Ok(())
            },
            |given: &$Whole| given.$($place)+.shown(),
        )
    };
}
pub(super) use setting;

/// Declares the settings. A line is `field: type = default, "name", [how it is given], "help"`, with methods of
/// [`Setting`](super::Setting) behind it, and for a limit the name that a refusal has for it and what happens beyond it.
/// How it is given: `switch`,
/// `switch "word"` and a reader, `path "VALUE"`, or the word for the value and a reader.
macro_rules! settings {
    (
        $(#[$about:meta])*
        $Whole:ident $title:literal {
            $(#[$about_positional:meta])*
            positional $positional:ident: $Positional:ty;
            $(
                $field:ident: $Type:ty = $default:expr, $name:literal, [$($given:tt)+], $help:literal
                    $(.$with:ident($($what:tt)*))* $(, $Id:ident: $beyond:literal)?;
            )*
        }
        $(#[$about_access:meta])*
        $access:ident: $Access:ident $access_title:literal {
            $(
                $access_field:ident: $AccessType:ty = $access_default:expr, $access_name:literal,
                    [$($access_given:tt)+], $access_help:literal $(.$access_with:ident($($access_what:tt)*))*;
            )*
        }
        $(#[$about_limits:meta])*
        $limits:ident: $Limits:ident $limits_title:literal {
            $(
                $limit:ident: $LimitType:ty = $limit_default:expr, $limit_name:literal, [$($limit_given:tt)+],
                    $limit_help:literal, $LimitId:ident: $limit_beyond:literal;
            )*
        }
        $(#[$about_ids:meta])*
        $Ids:ident $ids_title:literal {
            $($CONSTANT:ident: $FixedType:ty = $fixed:expr, $fixed_name:literal, $fixed_help:literal,
                $FixedId:ident: $fixed_beyond:literal;)*
            $($rule_name:literal, $rule_help:literal, $RuleId:ident: $rule_beyond:literal;)*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        pub struct $Whole {
            $(#[$about_positional])*
            pub $positional: $Positional,
            $(#[doc = $help] pub $field: $Type,)*
            $(#[$about_access])*
            pub $access: $Access,
            $(#[$about_limits])*
            pub $limits: $Limits,
        }

        impl Default for $Whole {
            fn default() -> Self {
                Self {
                    $positional: Default::default(),
                    $($field: $default,)*
                    $access: $Access::default(),
                    $limits: $Limits::default(),
                }
            }
        }

        $(#[$about_access])*
        #[derive(Clone, Debug)]
        pub struct $Access {
            $(#[doc = $access_help] pub $access_field: $AccessType,)*
        }

        impl Default for $Access {
            fn default() -> Self {
                Self { $($access_field: $access_default,)* }
            }
        }

        $(#[$about_limits])*
        #[derive(Clone, Debug)]
        pub struct $Limits {
            $(#[doc = $limit_help] #[doc = concat!("\n\nBeyond it: ", $limit_beyond)] pub $limit: $LimitType,)*
        }

        impl Default for $Limits {
            fn default() -> Self {
                Self { $($limit: $limit_default,)* }
            }
        }

        $(#[doc = $fixed_help] pub const $CONSTANT: $FixedType = $fixed;)*

        label! {
            $(#[$about_ids])*
            pub enum $Ids {
                $(#[doc = $limit_help] $LimitId $limit_name,)*
                $(#[doc = $fixed_help] $FixedId $fixed_name,)*
                $(#[doc = $rule_help] $RuleId $rule_name,)*
                $($(#[doc = $help] $Id $name,)?)*
            }
        }

        /// The settings in the order of the help, under its headings.
        pub(crate) static SECTIONS: [(&str, &[Setting<$Whole>]); 3] = [
            ($title, &[$(setting!($Whole [$field] $name [$($given)+] $help)$(.$with($($what)*))*,)*]),
            (
                $access_title,
                &[$(setting!($Whole [$access.$access_field] $access_name [$($access_given)+] $access_help)
                    $(.$access_with($($access_what)*))*,)*],
            ),
            ($limits_title, &[$(setting!($Whole [$limits.$limit] $limit_name [$($limit_given)+] $limit_help),)*]),
        ];

        /// What happens beyond each limit, by its name.
        #[cfg(test)]
        pub(super) const BEYOND: &[(&str, &str)] = &[
            $($(($name, $beyond),)?)*
            $(($limit_name, $limit_beyond),)*
        ];

        /// The limits that are not settings: name, what they are on, how much, what happens beyond.
        #[cfg(test)]
        pub(super) const FIXED: (&str, &[(&str, &str, Option<u64>, &str)]) = ($ids_title, &[
            $(($fixed_name, $fixed_help, Some($fixed as u64), $fixed_beyond),)*
            $(($rule_name, $rule_help, None, $rule_beyond),)*
        ]);
    };
}
pub(super) use settings;
