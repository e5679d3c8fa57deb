//! The command line.

mod access;
mod flag;
mod help;
mod limits;
mod parse;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::limits::Limits;
use flag::{Flag, pause, put, truth, within};

pub use access::Access;
pub(crate) use flag::names;
pub use parse::{Command, UsageError, parse};

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
    /// Serve protected endpoints to everybody where no key is configured at the start.
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
    /// Who may use the server.
    pub access: Access,
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
            access: Access::default(),
            limits: Limits::default(),
        }
    }
}

/// All flags but those of access and the limits, in the order of the help.
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
        "Serve endpoints that want bearer tokens to everybody, without claims, where no key is configured at the start",
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

/// All flags, in the order of the help.
fn flags() -> impl Iterator<Item = &'static Flag> {
    FLAGS.iter().chain(access::FLAGS).chain(limits::FLAGS)
}
