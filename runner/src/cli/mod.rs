//! The command line.

mod flag;
mod help;

use std::ffi::{OsStr, OsString};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::limits::{self, Limits};
use flag::Set;
pub(crate) use flag::{Flag, number, pause, put, seconds, truth, within};

/// What the runner is to serve, and how.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// The artifact; without one it is in this program itself, else in [`Self::app_path`].
    pub artifact: Option<PathBuf>,
    /// Port; 0 takes a free one.
    pub port: u16,
    /// Address; without one loopback in development, else every address.
    pub host: Option<IpAddr>,
    /// Address of probes and metrics, in place of [`Self::port`].
    pub admin_address: Option<SocketAddr>,
    /// A manifest in place of the one in the artifact.
    pub manifest: Option<PathBuf>,
    /// Folder of the artifact, a manifest and env files.
    pub app_path: Option<PathBuf>,
    /// Time between looks for changed files; 0 never looks.
    pub refresh: Option<Duration>,
    /// Folder with a file for each secret.
    pub secrets_dir: Option<PathBuf>,
    /// The reference's: wants [`Self::secrets_dir`].
    pub use_kubernetes_secret: bool,
    /// The reference's: wants [`Self::secrets_dir`].
    pub kubernetes_secret_name: Option<String>,
    /// The explorer outside development too.
    pub explorer: bool,
    /// Check, and end.
    pub check_config: bool,
    /// Log JSON lines.
    pub json_logs: bool,
    /// Serve protected endpoints to everybody while no key is usable.
    pub open_without_keys: bool,
    /// Between the end of readiness and the end of listening.
    pub shutdown_delay: Duration,
    /// For requests under way at the end.
    pub shutdown_timeout: Duration,
    /// Follow redirects only to where a connection allows.
    pub strict_redirects: bool,
    /// Answer introspection; by default in development.
    pub introspection: Option<bool>,
    /// Make suggestions; by default in development.
    pub suggestions: Option<bool>,
    /// Answer plain GET queries; by default in development.
    pub plain_get: Option<bool>,
    /// Check the code's hash.
    pub verify: bool,
    /// MiB of memory that all calls together may have; by default three quarters of what the process may have.
    pub guest_memory: Option<u64>,
    /// What clients and calls may take.
    pub limits: Limits,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            artifact: None,
            port: 8686,
            host: None,
            admin_address: None,
            manifest: None,
            app_path: None,
            refresh: None,
            secrets_dir: None,
            use_kubernetes_secret: false,
            kubernetes_secret_name: None,
            explorer: false,
            check_config: false,
            json_logs: false,
            open_without_keys: false,
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(5),
            strict_redirects: false,
            introspection: None,
            suggestions: None,
            plain_get: None,
            verify: false,
            guest_memory: None,
            limits: Limits::default(),
        }
    }
}

/// All flags but the limits, in the order of the help.
const FLAGS: &[Flag] = &[
    Flag::text("port", "PORT", "Port to listen on; 0 takes a free one", |given, text| {
        put(&mut given.port, within(0..=u16::MAX, text))
    })
    .short('p')
    .variable("PORT")
    .default(|given| given.port.to_string()),
    Flag::text(
        "host",
        "HOST",
        "Address to listen on [default: loopback in development, else every address]",
        |given, text| put(&mut given.host, text.parse().map(Some).map_err(|_| "expected an IP address".to_owned())),
    ),
    Flag::text(
        "admin-address",
        "ADDRESS",
        "Address and port for /livez, /readyz and /metrics, such as 127.0.0.1:9090, in place of --port",
        |given, text| {
            let address = text.parse().map(Some);
            put(&mut given.admin_address, address.map_err(|_| "expected an IP address and a port".to_owned()))
        },
    ),
    Flag::text(
        "guest-memory",
        "MIB",
        "MiB of memory that all calls together may have [default: three quarters of what the process may have]",
        |given, text| put(&mut given.guest_memory, within(1..=u64::MAX >> 20, text).map(Some)),
    ),
    Flag::path("manifest", "FILE", "A modus.json in place of the one in the artifact", |given, path| {
        given.manifest = Some(path);
    }),
    Flag::path(
        "app-path",
        "FOLDER",
        "Folder of the artifact, a modus.json that replaces the one in it, and the .env files [default for the latter: the \
         folder of the artifact]",
        |given, path| given.app_path = Some(path),
    )
    .or(&["appPath"]),
    Flag::text(
        "refresh",
        "TIME",
        "Time between looks for changed files, such as 500ms; 0 never looks [default: 1s in development, else 0]",
        |given, text| put(&mut given.refresh, flag::interval(text).map(Some)),
    ),
    Flag::path(
        "secrets-dir",
        "FOLDER",
        "Folder with a file for each secret, as Kubernetes mounts them, in place of variables",
        |given, path| given.secrets_dir = Some(path),
    )
    .variable("MODUS_RUNNER_SECRETS_DIR"),
    Flag::switch("use-kubernetes-secret", "Secrets come from Kubernetes: wants --secrets-dir", |given, on| {
        given.use_kubernetes_secret = on;
    })
    .or(&["useKubernetesSecret"])
    .hidden(),
    Flag::text("kubernetes-secret-name", "NAME", "Name of the secret: wants --secrets-dir", |given, text| {
        put(&mut given.kubernetes_secret_name, Ok(Some(text.to_owned())))
    })
    .or(&["kubernetesSecretName"])
    .hidden(),
    Flag::switch("explorer", "Serve the API explorer at /explorer outside development too", |given, on| {
        given.explorer = on;
    }),
    Flag::switch("check-config", "Check everything that can be checked without serving, and end", |given, on| {
        given.check_config = on;
    }),
    Flag::switch("json-logs", "Log JSON lines", |given, on| given.json_logs = on).or(&["jsonlogs"]),
    Flag::switch(
        "open-without-keys",
        "Serve endpoints that want bearer tokens to everybody while no key is usable, without claims",
        |given, on| given.open_without_keys = on,
    )
    .variable("MODUS_RUNNER_OPEN_WITHOUT_KEYS"),
    Flag::text(
        "shutdown-delay",
        "SECONDS",
        "Seconds between the end of readiness and the end of listening",
        |given, text| put(&mut given.shutdown_delay, pause(text)),
    )
    .default(|given| given.shutdown_delay.as_secs_f64().to_string()),
    Flag::text(
        "shutdown-timeout",
        "SECONDS",
        "Seconds that requests under way may take to finish at the end",
        |given, text| put(&mut given.shutdown_timeout, pause(text)),
    )
    .default(|given| given.shutdown_timeout.as_secs_f64().to_string()),
    Flag::switch(
        "strict-redirects",
        "Follow redirects only to URLs that a connection of the manifest allows",
        |given, on| given.strict_redirects = on,
    ),
    Flag::text(
        "introspection",
        "BOOL",
        "Answer introspection queries [default: in development only]",
        |given, text| put(&mut given.introspection, truth(text).map(Some)),
    ),
    Flag::text(
        "suggestions",
        "BOOL",
        "Let messages of refused documents make suggestions [default: in development only]",
        |given, text| put(&mut given.suggestions, truth(text).map(Some)),
    ),
    Flag::text(
        "plain-get",
        "BOOL",
        "Answer GET queries without a header that only a CORS preflight allows [default: in development only]",
        |given, text| put(&mut given.plain_get, truth(text).map(Some)),
    ),
    Flag::switch("verify", "Check the code against its SHA-256 first", |given, on| given.verify = on),
];

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
        let flag = match next {
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
            Some(lexopt::Arg::Long(name)) => find(|flag| flag.is_called(name)).ok_or_else(|| unknown(name))?,
            Some(lexopt::Arg::Short(name)) => find(|flag| flag.short == Some(name))
                .ok_or_else(|| UsageError(format!("unexpected argument '-{name}'")))?,
        };
        let value = match flag.set {
            Set::Switch(_) => parser.optional_value(),
            _ => Some(value(&mut parser, flag)?),
        };
        set(&mut given, flag, value.as_deref(), &flag.usage())?;
        seen.push(flag.name);
    }
    for flag in flags().filter(|flag| !seen.contains(&flag.name)) {
        let Some(name) = flag.variable else { continue };
        if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
            set(&mut given, flag, Some(&value), &format!("the variable {name}"))?;
        }
    }
    Ok(Command::Serve(Box::new(given)))
}

fn flags() -> impl Iterator<Item = &'static Flag> {
    FLAGS.iter().chain(limits::FLAGS)
}

fn find(wanted: impl Fn(&Flag) -> bool) -> Option<&'static Flag> {
    flags().find(|flag| wanted(flag))
}

/// The value of a flag. What follows and is a flag itself is none: its own value was forgotten.
fn value(parser: &mut lexopt::Parser, flag: &Flag) -> Result<OsString, UsageError> {
    let missing = || UsageError(format!("a value is missing: '{}'", flag.usage()));
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
    find(|flag| flag.is_called(name)).is_some()
}

fn set(given: &mut Arguments, flag: &Flag, value: Option<&OsStr>, source: &str) -> Result<(), UsageError> {
    let invalid = |reason: String| {
        let value = value.unwrap_or_default().display();
        UsageError(format!("invalid value '{value}' for '{source}': {reason}"))
    };
    let text = || value.unwrap_or_default().to_str().ok_or_else(|| invalid("expected UTF-8".to_owned()));
    match flag.set {
        Set::Switch(set) => set(given, value.is_none() || truth(text()?).map_err(invalid)?),
        Set::Text(set) => set(given, text()?).map_err(invalid)?,
        Set::Path(_) if value.is_none_or(OsStr::is_empty) => return Err(invalid("expected a path".to_owned())),
        Set::Path(set) => set(given, value.unwrap_or_default().into()),
    }
    Ok(())
}

fn unknown(name: &str) -> UsageError {
    let likeness = |flag: &&Flag| (strsim::jaro_winkler(name, flag.name) * 1000.0) as u32;
    let nearest = flags().filter(|flag| !flag.hidden).max_by_key(likeness).filter(|flag| likeness(flag) > 800);
    let hint = nearest.map(|flag| format!("; a similar one exists: '--{}'", flag.name)).unwrap_or_default();
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
    use super::*;

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
        let mut names: Vec<&str> = flags().flat_map(|flag| flag.aliases.iter().copied().chain([flag.name])).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
