//! The process environment with its env files, as a snapshot that is swapped as a whole (`manifest` sections 7 and 8).

mod env_file;
mod secrets;
mod zone;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use abi::manifest::HOSTED_MODELS;
pub use abi::manifest::secret_prefix;
pub use env_file::parse as parse_env_file;
pub use zone::is_time_zone;

/// Variables by name.
pub type Variables = BTreeMap<String, String>;

/// Variables of the runner itself, which guests do not see (`http-server` section 9).
const OWN: [&str; 12] = [
    ENV,
    "MODUS_DEBUG",
    "MODUS_LOG_LEVEL",
    "MODUS_TRACE",
    "MODUS_PEMS",
    "MODUS_DB",
    "MODUS_USE_MODUSDB",
    "MODUS_AGENT_IDLE_TIMEOUT_SECONDS",
    "MODUS_DEBUG_ACTORS",
    "MODUS_HOME",
    "MODUS_STATE_DIR",
    HOSTED_MODELS,
];

/// Prefixes of the same.
const OWN_PREFIXES: [&str; 6] =
    ["MODUS_JWKS_", "MODUS_JWT_", "MODUS_CLUSTER_", "MODUS_ACTOR_SYSTEM_", "MODUS_RUNNER_", "MODUS_HYPERMODE_"];

/// The environment name's variable.
pub(crate) const ENV: &str = "MODUS_ENV";

/// Reads variables; cheap to share, safe to reload while calls run.
#[derive(Debug)]
pub struct Environment {
    name: String,
    process: Arc<Variables>,
    directory: Option<PathBuf>,
    secrets: Option<PathBuf>,
    expose_all: bool,
    /// What hidden variables begin with, whatever the connections in use are called.
    hidden: Vec<String>,
    current: RwLock<Arc<Variables>>,
}

impl Environment {
    /// The process environment with the env files of `directory`. Faulty files are skipped with a warning.
    pub fn load(directory: Option<&Path>) -> Self {
        Self::new(process_variables(), directory)
    }

    /// An environment over the given variables instead of the process's.
    pub fn new(process: Variables, directory: Option<&Path>) -> Self {
        let name = name_or_default(process.get(ENV).cloned());
        let environment = Self {
            name,
            current: RwLock::default(),
            process: Arc::new(process),
            directory: directory.map(Path::to_owned),
            secrets: None,
            expose_all: false,
            hidden: Vec::new(),
        };
        environment.reload();
        environment
    }

    /// Shows guests every `MODUS_*` variable, secrets of connections included.
    #[must_use]
    pub fn expose_all(mut self, expose: bool) -> Self {
        self.expose_all = expose;
        self
    }

    /// Hides the secrets of these connections from guests, also where the manifest in use has no such connections: the
    /// variables are still there when another manifest gives a connection another name.
    #[must_use]
    pub fn hiding<'a>(mut self, connections: impl IntoIterator<Item = &'a String>) -> Self {
        self.hidden = connections.into_iter().map(|name| secret_prefix(name)).collect();
        self
    }

    /// Takes secrets from a folder instead of the variables: each file is one, its name the name of the variable.
    #[must_use]
    pub fn secrets_in(mut self, folder: Option<&Path>) -> Self {
        self.secrets = folder.map(Path::to_owned);
        self
    }

    /// Reads the env files again; variables that vanished from them disappear.
    pub fn reload(&self) {
        let mut variables = Variables::new();
        for path in self.directory.iter().flat_map(|directory| files(directory, &self.name)) {
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    tracing::warn!(target: "modus", path = %path.display(), error = %error, "Could not read env file.");
                    continue;
                }
            };
            match env_file::parse(&text) {
                Ok(entries) => variables.extend(entries),
                Err(error) => {
                    tracing::warn!(target: "modus", path = %path.display(), error = %error, "Skipped a faulty env file.")
                }
            }
        }
        let current = if variables.is_empty() {
            Arc::clone(&self.process)
        } else {
            variables.extend(self.process.iter().map(|(name, value)| (name.clone(), value.clone())));
            Arc::new(variables)
        };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
    }

    /// All variables as they are now.
    pub fn snapshot(&self) -> Arc<Variables> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A variable's value; an empty one is a value.
    pub fn get(&self, name: &str) -> Option<String> {
        self.snapshot().get(name).cloned()
    }

    /// A secret: from the folder of secrets if there is one, else a variable. Read anew each time, so that a changed
    /// file counts at once.
    pub fn secret(&self, name: &str) -> Option<String> {
        match &self.secrets {
            Some(folder) => secrets::read(folder, name),
            None => self.get(name),
        }
    }

    /// Whether secrets are files.
    pub fn has_secrets_folder(&self) -> bool {
        self.secrets.is_some()
    }

    /// Whether a variable is a true boolean (`1 t T TRUE true True`).
    pub fn flag(&self, name: &str) -> bool {
        self.snapshot().get(name).is_some_and(|value| is_true(value))
    }

    /// `MODUS_ENV`, by default `prod`; read once.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is development.
    pub fn is_dev(&self) -> bool {
        is_dev(&self.name)
    }

    /// The host's time zone, a name of the bundled database: `TZ` where that means one, else the system's, else `UTC`.
    pub fn host_time_zone(&self) -> String {
        let named = self.get("TZ").and_then(|text| zone::meant(&text));
        named.or_else(zone::of_system).unwrap_or_else(|| "UTC".to_owned())
    }

    /// The value of `TZ`, if that means no time zone.
    pub fn unknown_time_zone(&self) -> Option<String> {
        self.get("TZ").filter(|text| !matches!(text.as_str(), "" | ":") && zone::meant(text).is_none())
    }

    /// A zone that is given, else the host's.
    pub(crate) fn time_zone_or<'z>(&self, given: Option<&'z str>) -> Cow<'z, str> {
        given.map_or_else(|| self.host_time_zone().into(), Cow::Borrowed)
    }

    /// What a guest sees of the `MODUS_*` variables: without the prefix, without those of the runner, of `connections`
    /// and of those that are [hidden](Self::hiding).
    pub fn guest_variables<'a>(&self, connections: impl Iterator<Item = &'a str>) -> Vec<(String, String)> {
        let hidden: Vec<String> = connections.map(secret_prefix).chain(self.hidden.iter().cloned()).collect();
        let snapshot = self.snapshot();
        let visible = |name: &str| self.expose_all || !is_hidden(name, &hidden);
        snapshot
            .range("MODUS_".to_owned()..)
            .take_while(|(name, _)| name.starts_with("MODUS_"))
            .filter(|(name, _)| visible(name) || name.as_str() == ENV)
            .filter_map(|(name, value)| Some((name.strip_prefix("MODUS_")?, value)))
            .filter(|(name, value)| {
                !matches!(*name, "" | "TZ" | "CLAIMS") && !name.contains('\0') && !value.contains('\0')
            })
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

/// The process environment's name.
pub(crate) fn process_name() -> String {
    name_or_default(std::env::var(ENV).ok())
}

fn name_or_default(name: Option<String>) -> String {
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "prod".to_owned())
}

/// Whether an environment of this name is for development.
pub(crate) fn is_dev(name: &str) -> bool {
    matches!(name, "dev" | "development")
}

/// Whether text is one of the true booleans.
pub fn is_true(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "TRUE" | "true" | "True")
}

fn is_hidden(name: &str, connections: &[String]) -> bool {
    OWN.contains(&name)
        || OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || connections.iter().any(|prefix| name.starts_with(prefix.as_str()))
}

/// The process environment; names and values that are not Unicode are left out.
fn process_variables() -> Variables {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Env files from the lowest precedence to the highest.
pub(crate) fn files(directory: &Path, name: &str) -> Vec<PathBuf> {
    let lower = name.to_lowercase();
    let aliases: Vec<&str> = match lower.as_str() {
        "dev" | "development" => vec!["dev", "development"],
        "stage" | "staging" => vec!["stage", "staging"],
        "test" | "testing" => vec!["test", "testing"],
        "prod" | "production" => vec!["prod", "production"],
        _ => vec![name],
    };
    let mut names = vec![".env".to_owned(), ".env.local".to_owned()];
    for alias in aliases.iter().rev().filter(|alias| !alias.contains(['/', '\\', '\0'])) {
        names.push(format!(".env.{alias}"));
        names.push(format!(".env.{alias}.local"));
    }
    names.into_iter().map(|name| directory.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(entries: &[(&str, &str)]) -> Variables {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn guests_see_neither_the_runners_nor_the_connections_variables() {
        let environment = Environment::new(
            variables(&[
                ("MODUS_ENV", "dev"),
                ("MODUS_DB", "postgres://secret"),
                ("MODUS_JWKS_ENDPOINTS", "x"),
                ("MODUS_JWT_AUDIENCE", "x"),
                ("MODUS_LOG_LEVEL", "warn"),
                ("MODUS_RUNNER_ALLOW_HOST", "x"),
                ("MODUS_MY_API_KEY", "secret"),
                ("MODUS_OLD_NAME_KEY", "secret"),
                ("MODUS_OLD", "seen"),
                ("MODUS_APP_COLOUR", "blue"),
                ("MODUS_TZ", "fake"),
                ("MODUS_CLAIMS", "fake"),
                ("MODUS_MY", "seen"),
                ("PATH", "/bin"),
            ]),
            None,
        )
        .hiding(&["old-name".to_owned()]);
        let seen = environment.guest_variables(["my-api"].into_iter());
        let names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["APP_COLOUR", "ENV", "MY", "OLD"]);
        assert!(environment.is_dev());
    }

    #[test]
    fn env_files_by_precedence() {
        let names = |name| -> Vec<String> {
            files(Path::new(""), name).iter().rev().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(
            names("Dev"),
            [".env.dev.local", ".env.dev", ".env.development.local", ".env.development", ".env.local", ".env"]
        );
        assert_eq!(names("Mine"), [".env.Mine.local", ".env.Mine", ".env.local", ".env"]);
    }

    #[test]
    fn the_nearest_env_file_counts_and_the_process_most() {
        let folder = std::env::temp_dir().join(format!("modus-env-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let order = [
            ".env",
            ".env.local",
            ".env.development",
            ".env.development.local",
            ".env.dev",
            ".env.dev.local",
            ".env.test",
        ];
        for (rank, name) in order.iter().enumerate() {
            // Each sets its own variable and those of all that are weaker.
            let lines: String = (0..=rank).map(|weaker| format!("V{weaker}={name}\n")).collect();
            std::fs::write(folder.join(name), lines + "P=file\n").expect("written");
        }
        let environment = Environment::new(variables(&[("MODUS_ENV", "DEV"), ("P", "process")]), Some(&folder));
        std::fs::remove_dir_all(&folder).expect("removed");
        for rank in 0..6 {
            assert_eq!(environment.get(&format!("V{rank}")).as_deref(), Some(".env.dev.local"));
        }
        assert_eq!((environment.get("V6"), environment.get("P").as_deref()), (None, Some("process")));
    }
}
