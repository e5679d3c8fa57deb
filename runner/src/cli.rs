//! The command line.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use clap::builder::BoolishValueParser;

use crate::environment::is_true;
use crate::limits::{Limits, pause};

/// Serves a compiled Modus app.
#[derive(Clone, Debug, Parser)]
#[command(
    version,
    args_override_self = true,
    after_help = "Examples:\n  modus-runner app.cwasm\n  MODUS_ENV=dev modus-runner app.cwasm --port 3000\n  \
                  modus-runner app.cwasm --manifest staging.json --json-logs"
)]
pub struct Arguments {
    /// The artifact that modusc wrote [default: in an executable app itself, else the one in --app-path]
    pub artifact: Option<PathBuf>,
    /// Port to listen on; 0 takes a free one
    #[arg(short, long, env = "PORT", default_value_t = 8686)]
    pub port: u16,
    /// Address to listen on [default: loopback in development, else every address]
    #[arg(long)]
    pub host: Option<IpAddr>,
    /// A modus.json in place of the one in the artifact
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Folder of the artifact, a modus.json that replaces the one in it, and the .env files [default for the latter: the
    /// folder of the artifact]
    #[arg(long, alias = "appPath", value_name = "FOLDER")]
    pub app_path: Option<PathBuf>,
    /// Time between looks for changed files, such as 500ms; 0 never looks [default: 1s in development, else 0]
    #[arg(long, value_name = "TIME", value_parser = refresh)]
    pub refresh: Option<Duration>,
    /// Folder with a file for each secret, as Kubernetes mounts them, in place of variables
    #[arg(long, env = "MODUS_RUNNER_SECRETS_DIR", value_name = "FOLDER")]
    pub secrets_dir: Option<PathBuf>,
    /// Whether secrets come from Kubernetes: wants --secrets-dir
    #[arg(long, alias = "useKubernetesSecret", hide = true)]
    pub use_kubernetes_secret: bool,
    /// Name of the Kubernetes secret: wants --secrets-dir
    #[arg(long, alias = "kubernetesSecretName", hide = true)]
    pub kubernetes_secret_name: Option<String>,
    /// Serve the API explorer at /explorer outside development too
    #[arg(long)]
    pub explorer: bool,
    /// Check everything that can be checked without serving, and end
    #[arg(long)]
    pub check_config: bool,
    /// Log JSON lines
    #[arg(long, alias = "jsonlogs")]
    pub json_logs: bool,
    /// Serve endpoints that want bearer tokens to everybody while no key is usable, without claims
    #[arg(long, env = "MODUS_RUNNER_OPEN_WITHOUT_KEYS", value_parser = BoolishValueParser::new())]
    pub open_without_keys: bool,
    /// Seconds between the end of readiness and the end of listening
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = pause)]
    pub shutdown_delay: Duration,
    /// Seconds that requests under way may take to finish at the end
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = pause)]
    pub shutdown_timeout: Duration,
    /// Follow redirects only to URLs that a connection of the manifest allows
    #[arg(long)]
    pub strict_redirects: bool,
    /// Answer introspection queries [default: in development only]
    #[arg(long, value_name = "BOOL")]
    pub introspection: Option<bool>,
    /// Let messages of refused documents make suggestions [default: in development only]
    #[arg(long, value_name = "BOOL")]
    pub suggestions: Option<bool>,
    /// Answer GET queries without a header that only a CORS preflight allows [default: in development only]
    #[arg(long, value_name = "BOOL")]
    pub plain_get: Option<bool>,
    /// Check the code against its SHA-256 first
    #[arg(long)]
    pub verify: bool,
    /// What clients and calls may take.
    #[command(flatten)]
    pub limits: Limits,
}

/// A time with its unit, as the reference writes it.
fn refresh(text: &str) -> Result<Duration, String> {
    let parsed = if text == "0" { Some(Duration::ZERO) } else { None };
    let spelled = || Duration::try_from(text.parse::<jiff::SignedDuration>().ok()?).ok();
    parsed
        .or_else(spelled)
        .filter(|time| time.is_zero() || (Duration::from_millis(10)..=Duration::from_secs(86_400)).contains(time))
        .ok_or_else(|| "expected 0, or a time such as 500ms, 1s or 1m30s".to_owned())
}

/// Flags of the reference's runtime that are written with one dash (`http-server` section 1), and ours.
const SPELLINGS: [(&str, &str); 8] = [
    ("appPath", "app-path"),
    ("port", "port"),
    ("refresh", "refresh"),
    ("jsonlogs", "json-logs"),
    ("useKubernetesSecret", "use-kubernetes-secret"),
    ("kubernetesSecretName", "kubernetes-secret-name"),
    ("version", "version"),
    ("help", "help"),
];
/// Those of them without a value, unless behind `=`.
const SWITCHES: [&str; 4] = ["json-logs", "use-kubernetes-secret", "version", "help"];

/// Spells the flags of the reference's runtime as ours: one dash or two, `-flag=value`, `-switch=false`.
pub fn spell(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut rest_is_positional = false;
    let spelled = arguments.enumerate().filter_map(|(index, argument)| {
        rest_is_positional |= argument == "--";
        let text = argument.to_str().filter(|_| index > 0 && !rest_is_positional);
        let Some(text) = text.filter(|text| text.starts_with('-')) else { return Some(argument) };
        let bare = text.trim_start_matches('-');
        let (name, value) = bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value)));
        let known = SPELLINGS.iter().find(|(theirs, _)| *theirs == name);
        Some(match (known, value) {
            (Some((_, ours)), Some(value)) if SWITCHES.contains(ours) => {
                return is_true(value).then(|| format!("--{ours}").into());
            }
            (Some((_, ours)), Some(value)) => format!("--{ours}={value}").into(),
            (Some((_, ours)), None) => format!("--{ours}").into(),
            (None, _) if text == "-v" => "--version".into(),
            (None, _) => argument,
        })
    });
    spelled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Arguments {
        let all = std::iter::once("modus-runner").chain(arguments.iter().copied()).map(OsString::from);
        Arguments::try_parse_from(spell(all)).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn flags_of_the_reference() {
        for arguments in [
            &["-appPath", "build", "-refresh=1m30s", "-jsonlogs", "-port", "3000"][..],
            &["--appPath=build", "--refresh", "90s", "--jsonlogs=true", "--port=3000"],
            &["--app-path", "build", "--refresh", "1m 30s", "--json-logs", "-p", "3000"],
        ] {
            let parsed = parse(arguments);
            assert_eq!(parsed.app_path, Some("build".into()));
            assert_eq!((parsed.refresh, parsed.port), (Some(Duration::from_secs(90)), 3000));
            assert!(parsed.json_logs && parsed.artifact.is_none());
        }
        assert!(!parse(&["-jsonlogs=false"]).json_logs);
        assert_eq!(parse(&["-refresh", "0"]).refresh, Some(Duration::ZERO));
        assert_eq!(parse(&["-refresh", "500ms"]).refresh, Some(Duration::from_millis(500)));
        assert_eq!(parse(&["--", "-port"]).artifact, Some("-port".into()));
    }
}
