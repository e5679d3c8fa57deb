//! From the words of a command line to [`Arguments`].

use std::ffi::{OsStr, OsString};

use thiserror::Error;

use super::help;
use crate::settings::{self, Arguments, Set, truth};

type Setting = settings::Setting<Arguments>;

/// What the command line asks for.
#[derive(Debug)]
pub enum Command {
    /// To serve.
    Serve(Box<Arguments>),
    /// To print a text.
    Print(String),
}

/// A command line that cannot be understood, or a variable that stands for a part of it.
#[derive(Debug, Error)]
#[error("{0}\n\nFor more information, try '--help'.")]
pub struct UsageError(String);

/// Reads the command line `arguments`, without the program's name, and the variables that stand for flags. What is given
/// last counts. Flags have two dashes or, as those of the reference, one.
///
/// # Errors
/// [`UsageError`]
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Command, UsageError> {
    let mut given = Arguments::default();
    let mut seen = Vec::new();
    let mut parser = lexopt::Parser::from_args(two_dashes(arguments));
    loop {
        let next = parser.next().map_err(|error| UsageError(error.to_string()))?;
        let setting = match next {
            None => break,
            Some(lexopt::Arg::Value(path)) if given.artifact.is_none() => {
                given.artifact = Some(path.into());
                continue;
            }
            Some(lexopt::Arg::Value(other)) => {
                return Err(UsageError(format!("unexpected argument '{}': one artifact is served", other.display())));
            }
            Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) => return Ok(Command::Print(help::text())),
            Some(lexopt::Arg::Long("version") | lexopt::Arg::Short('V' | 'v')) => {
                return Ok(Command::Print(concat!("modus-runner ", env!("CARGO_PKG_VERSION"), "\n").to_owned()));
            }
            Some(lexopt::Arg::Long(name)) => find(|setting| setting.is_called(name)).ok_or_else(|| unknown(name))?,
            Some(lexopt::Arg::Short(name)) => find(|setting| setting.short == Some(name))
                .ok_or_else(|| UsageError(format!("unexpected argument '-{name}'")))?,
        };
        let value = match setting.set {
            Set::Switch(_) | Set::Graded(_) => parser.optional_value(),
            _ => Some(value(&mut parser, setting)?),
        };
        set(&mut given, setting, value.as_deref(), &setting.usage())?;
        seen.push(setting.name);
    }
    for setting in settings::all().filter(|setting| !seen.contains(&setting.name)) {
        let Some(name) = setting.variable else { continue };
        if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
            set(&mut given, setting, Some(&value), &format!("the variable {name}"))?;
        }
    }
    Ok(Command::Serve(Box::new(given)))
}

fn find(wanted: impl Fn(&Setting) -> bool) -> Option<&'static Setting> {
    settings::all().find(|setting| wanted(setting))
}

/// The value of a setting. What follows and is a flag itself is none: its own value was forgotten.
fn value(parser: &mut lexopt::Parser, setting: &Setting) -> Result<OsString, UsageError> {
    let missing = || UsageError(format!("a value is missing: '{}'", setting.usage()));
    if let Some(attached) = parser.optional_value() {
        return Ok(attached);
    }
    let next = parser.value().map_err(|_| missing())?;
    let bare = next.to_str().and_then(|text| text.strip_prefix("--"));
    if bare.is_some_and(|bare| is_flag(name(bare))) { Err(missing()) } else { Ok(next) }
}

/// What stands before the value in `name=value`.
fn name(bare: &str) -> &str {
    bare.split_once('=').map_or(bare, |(name, _)| name)
}

fn is_flag(name: &str) -> bool {
    find(|setting| setting.is_called(name)).is_some()
}

fn set(given: &mut Arguments, setting: &Setting, value: Option<&OsStr>, source: &str) -> Result<(), UsageError> {
    let invalid = |reason: String| {
        let value = value.unwrap_or_default().display();
        UsageError(format!("invalid value '{value}' for '{source}': {reason}"))
    };
    let text = || value.unwrap_or_default().to_str().ok_or_else(|| invalid("expected UTF-8".to_owned()));
    match setting.set {
        Set::Switch(set) => set(given, value.is_none() || truth(text()?).map_err(invalid)?),
        Set::Graded(set) if value.is_none() => set(given, None).map_err(invalid)?,
        Set::Graded(set) => set(given, Some(text()?)).map_err(invalid)?,
        Set::Text(set) => set(given, text()?).map_err(invalid)?,
        Set::Path(_) if value.is_none_or(OsStr::is_empty) => return Err(invalid("expected a path".to_owned())),
        Set::Path(set) => set(given, value.unwrap_or_default().into()),
    }
    Ok(())
}

fn unknown(name: &str) -> UsageError {
    let likeness = |setting: &&Setting| (strsim::jaro_winkler(name, setting.name) * 1000.0) as u32;
    let nearest = settings::all()
        .filter(|setting| !setting.is_hidden)
        .max_by_key(likeness)
        .filter(|setting| likeness(setting) > 800);
    let hint = nearest.map(|setting| format!("; a similar one exists: '--{}'", setting.name)).unwrap_or_default();
    UsageError(format!("unexpected argument '--{name}'{hint}"))
}

/// Gives flags of several letters that are written with one dash, as the reference's are, the second one.
fn two_dashes(arguments: impl IntoIterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    let mut rest_is_positional = false;
    arguments.into_iter().map(move |argument| {
        rest_is_positional |= argument == "--";
        let bare = argument.to_str().filter(|_| !rest_is_positional).and_then(|text| text.strip_prefix('-'));
        let is_known = |name: &str| name.len() > 1 && (["help", "version"].contains(&name) || is_flag(name));
        match bare.filter(|bare| is_known(name(bare))) {
            Some(bare) => format!("--{bare}").into(),
            None => argument,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::settings::Check;

    fn parse_with(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Command, String> {
        let variable = |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.into());
        parse(arguments.iter().map(OsString::from), variable).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn given(arguments: &[&str]) -> Arguments {
        match parse_with(arguments, &[]) {
            Ok(Command::Serve(given)) => *given,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn refused(arguments: &[&str], expected: &str) {
        let error = parse_with(arguments, &[]).expect_err("refused");
        assert_eq!(error.lines().next(), Some(expected));
    }

    #[test]
    fn a_switch_with_a_word() {
        for (argument, expected) in [
            (None, Check::Not),
            (Some("--check-config"), Check::Alone),
            (Some("--check-config=true"), Check::Alone),
            (Some("-check-config=connect"), Check::Connect),
            (Some("--check-config=no"), Check::Not),
        ] {
            assert_eq!(given(argument.as_slice()).check_config, expected, "{argument:?}");
        }
        // What follows is the artifact.
        assert_eq!(given(&["--check-config", "connect"]).artifact, Some("connect".into()));
        refused(
            &["--check-config=all"],
            "invalid value 'all' for '--check-config[=connect]': expected connect, true or false",
        );
    }

    #[test]
    fn flags_of_the_reference() {
        for arguments in [
            &["-appPath", "build", "-refresh=1m30s", "-jsonlogs", "-port", "3000"][..],
            &["--appPath=build", "--refresh", "90s", "--jsonlogs=true", "--port=3000"],
            &["--app-path", "build", "--refresh", "1m 30s", "--json-logs", "-p", "3000"],
            &["-p1", "--no-such=1", "-p3000"][2..],
        ] {
            let parsed = given(arguments);
            assert_eq!(parsed.port, 3000);
            if arguments.len() > 1 {
                assert_eq!(parsed.app_path, Some("build".into()));
                assert_eq!(parsed.refresh, Some(Duration::from_secs(90)));
                assert!(parsed.json_logs && parsed.artifact.is_none());
            }
        }
        assert!(!given(&["-jsonlogs=false"]).json_logs);
        assert_eq!(given(&["-refresh", "0"]).refresh, Some(Duration::ZERO));
        assert_eq!(given(&["-refresh", "500ms"]).refresh, Some(Duration::from_millis(500)));
        assert_eq!(given(&["--", "-port"]).artifact, Some("-port".into()));
    }

    #[test]
    fn the_last_one_counts() {
        let parsed = given(&["a.cwasm", "--port", "1", "--introspection", "true", "--port=2", "--introspection=off"]);
        assert_eq!((parsed.port, parsed.introspection), (2, Some(false)));
        assert_eq!(parsed.artifact, Some("a.cwasm".into()));
    }

    #[test]
    fn variables_count_where_no_flag_is_given() {
        let port = |arguments: &[&str], value: &str| match parse_with(arguments, &[("PORT", value)]) {
            Ok(Command::Serve(given)) => Ok(given.port),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error),
        };
        assert_eq!(port(&[], "3000"), Ok(3000));
        assert_eq!(port(&[], ""), Ok(8686));
        assert_eq!(port(&["-p", "1"], "none"), Ok(1));
        let error = port(&[], "none").expect_err("no port");
        assert!(error.starts_with("invalid value 'none' for 'the variable PORT': expected a number from 0 to 65535"));
    }

    #[test]
    fn lists_are_repeated_or_separated() {
        let parsed = given(&["--jwt-audience", "a,b", "--jwt-audience=c", "--allow-host=App.Test"]);
        assert_eq!(parsed.access.jwt_audience, Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));
        assert_eq!((parsed.access.jwt_issuer, parsed.access.allow_host), (None, vec!["app.test".to_owned()]));
        // A flag replaces the whole variable.
        let variables = [("MODUS_JWT_AUDIENCE", "a, b"), ("MODUS_JWT_ISSUER", "c")];
        let Ok(Command::Serve(parsed)) = parse_with(&["--jwt-issuer", "d"], &variables) else { panic!() };
        assert_eq!(parsed.access.jwt_audience.map(|names| names.len()), Some(2));
        assert_eq!(parsed.access.jwt_issuer, Some(vec!["d".to_owned()]));
        refused(&["--jwt-audience="], "invalid value '' for '--jwt-audience <NAME>': expected a name");
    }

    #[test]
    fn what_cannot_be_understood() {
        refused(&["--prot", "1"], "unexpected argument '--prot'; a similar one exists: '--port'");
        refused(&["--nonsense"], "unexpected argument '--nonsense'");
        refused(&["-x"], "unexpected argument '-x'");
        refused(&["a", "b"], "unexpected argument 'b': one artifact is served");
        refused(&["--port"], "a value is missing: '--port <PORT>'");
        refused(&["--secrets-dir", "--json-logs"], "a value is missing: '--secrets-dir <FOLDER>'");
        refused(&["--manifest="], "invalid value '' for '--manifest <FILE>': expected a path");
        refused(&["--port=70000"], "invalid value '70000' for '--port <PORT>': expected a number from 0 to 65535");
        refused(&["--host", "here"], "invalid value 'here' for '--host <HOST>': expected an IP address");
        refused(&["--verify=maybe"], "invalid value 'maybe' for '--verify': expected true or false");
        refused(&["--max-calls=0"], "invalid value '0' for '--max-calls <N>': expected a number from 1 to 10000");
        refused(
            &["--refresh=1ms"],
            "invalid value '1ms' for '--refresh <TIME>': expected 0, or a time such as 500ms, 1s or 1m30s",
        );
    }

    #[test]
    fn help_and_version_come_first() {
        for arguments in [&["--help"][..], &["-h"], &["-help"], &["a", "-p", "1", "--help", "--nonsense"]] {
            assert!(matches!(parse_with(arguments, &[]), Ok(Command::Print(text)) if text.contains("Usage:")));
        }
        for arguments in [&["--version"][..], &["-V"], &["-v"], &["-version"]] {
            assert!(
                matches!(parse_with(arguments, &[]), Ok(Command::Print(text)) if text.starts_with("modus-runner "))
            );
        }
    }

    #[test]
    fn no_name_is_there_twice() {
        let mut names: Vec<&str> =
            settings::all().flat_map(|setting| setting.aliases.iter().copied().chain([setting.name])).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
