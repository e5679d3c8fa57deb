//! Where a database is: connection strings as libpq writes them, and the `PG*` variables of the environment
//! (`host-functions` section 9.3).

use std::collections::BTreeMap;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::host_functions::sql::duration;

/// All that is needed to reach a database. It has no `Debug`, for it knows the password.
#[derive(Clone, PartialEq)]
pub(super) struct Address {
    /// Servers to try, in this order; never empty.
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) database: String,
    pub(super) tls: Tls,
    /// For each server.
    pub(super) connect_timeout: Duration,
    /// What the server has to be.
    pub(super) wanted: Wanted,
    /// Parameters of the session, `application_name` among them.
    pub(super) session: BTreeMap<String, String>,
    pub(super) pool: PoolSettings,
}

/// A server. A host that begins with `/` is the folder of a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) port: u16,
}

/// What the connection string says about TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tls {
    pub(super) mode: TlsMode,
    /// A PEM file of root certificates, or `system`.
    pub(super) roots: Option<String>,
    /// PEM files: the client's own certificate and its key.
    pub(super) certificate: Option<(String, String)>,
    pub(super) binding: Binding,
}

/// `sslmode`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TlsMode {
    Disable,
    Allow,
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// `channel_binding`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Binding {
    Disable,
    #[default]
    Prefer,
    Require,
}

/// `target_session_attrs`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wanted {
    #[default]
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// What the connection string says about the pool; names and defaults are pgx's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PoolSettings {
    /// Connections, if fewer than the runner allows.
    pub(super) most: Option<usize>,
    pub(super) lifetime: Duration,
    pub(super) idle: Duration,
    /// Statements that a connection keeps prepared.
    pub(super) statements: usize,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { most: None, lifetime: Duration::from_secs(3600), idle: Duration::from_secs(1800), statements: 512 }
    }
}

/// Options that libpq or pgx know and that make no difference here.
const WITHOUT_EFFECT: [&str; 20] = [
    "default_query_exec_mode",
    "description_cache_capacity",
    "fallback_application_name",
    "gssencmode",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "min_read_buffer_size",
    "passfile",
    "pool_health_check_period",
    "pool_max_conn_lifetime_jitter",
    "pool_min_conns",
    "pool_min_idle_conns",
    "replication",
    "sslsni",
    "tcp_user_timeout",
];

/// Variables that stand in for what the connection string lacks.
pub(super) const VARIABLES: [(&str, &str); 13] = [
    ("PGHOST", "host"),
    ("PGPORT", "port"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGAPPNAME", "application_name"),
    ("PGOPTIONS", "options"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
];

impl Address {
    /// Reads a connection string. `variable` is a variable of the environment.
    ///
    /// # Errors
    /// A sentence that shows names of options, and no value that could be a secret.
    pub(super) fn parse(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut options = Options::default();
        for (name, option) in VARIABLES {
            if let Some(value) = variable(name).filter(|value| !value.is_empty()) {
                options.0.insert(option.to_owned(), value);
            }
        }
        let text = text.trim();
        let rest = text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://"));
        match rest {
            Some(rest) => options.read_url(rest)?,
            None => options.read_keywords(text)?,
        }
        let user = variable("USER").filter(|user| !user.is_empty());
        options.address(user)
    }
}

/// The options of a connection string by their names.
#[derive(Default)]
struct Options(BTreeMap<String, String>);

impl Options {
    /// `[user[:password]@][host[:port],…][/database][?option=value&…]`
    fn read_url(&mut self, rest: &str) -> Result<(), String> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        // A password may hold what ends a host where people did not escape it.
        let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
        if let Some(login) = login {
            let (user, password) = login.split_once(':').map_or((login, None), |(user, word)| (user, Some(word)));
            self.put("user", &decoded(user)?);
            if let Some(password) = password {
                self.put("password", &decoded(password)?);
            }
        }
        let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
        self.put("dbname", &decoded(database)?);
        let (mut names, mut ports) = (Vec::new(), Vec::new());
        for host in hosts.split(',') {
            let after_brackets = host.find(']').map_or(0, |end| end + 1);
            let (name, port) = match host[after_brackets..].find(':') {
                Some(colon) => host.split_at(after_brackets + colon),
                None => (host, ""),
            };
            names.push(decoded(name.trim_matches(['[', ']']))?);
            ports.push(port.trim_start_matches(':'));
        }
        if !hosts.is_empty() {
            self.put("host", &names.join(","));
            if ports.iter().any(|port| !port.is_empty()) {
                self.put("port", &ports.join(","));
            }
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) =
                pair.split_once('=').ok_or_else(|| "an option of the connection string has no \"=\"".to_owned())?;
            let name = decoded(name)?;
            let value = decoded(value)?;
            match (name.as_str(), value.as_str()) {
                ("ssl", "true") => self.put("sslmode", "require"),
                ("database", _) => self.put("dbname", &value),
                _ => self.put(&name, &value),
            }
        }
        Ok(())
    }

    /// `name=value name='value with spaces'`, where `\` makes the next character stand for itself.
    fn read_keywords(&mut self, text: &str) -> Result<(), String> {
        let mut rest = text.chars().peekable();
        loop {
            while rest.next_if(|char| char.is_whitespace()).is_some() {}
            if rest.peek().is_none() {
                return Ok(());
            }
            let mut name = String::new();
            while let Some(char) = rest.next_if(|char| *char != '=' && !char.is_whitespace()) {
                name.push(char);
            }
            while rest.next_if(|char| char.is_whitespace()).is_some() {}
            // What stands there may be anything, a password too.
            rest.next_if_eq(&'=').ok_or(
                "the connection string is neither a URL (postgresql://user:password@host/database) nor a list of name=value",
            )?;
            while rest.next_if(|char| char.is_whitespace()).is_some() {}
            let quoted = rest.next_if_eq(&'\'').is_some();
            let mut value = String::new();
            loop {
                match rest.next() {
                    Some('\\') => value.extend(rest.next()),
                    Some('\'') if quoted => break,
                    Some(char) if !quoted && char.is_whitespace() => break,
                    Some(char) => value.push(char),
                    None if quoted => return Err("a quoted value of the connection string does not end".to_owned()),
                    None => break,
                }
            }
            self.put(if name == "database" { "dbname" } else { &name }, &value);
        }
    }

    /// Nothing is as good as not given.
    fn put(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    fn address(mut self, os_user: Option<String>) -> Result<Address, String> {
        let hosts = self.hosts()?;
        let user = self.take("user").or(os_user).ok_or("the connection string has no user")?;
        let database = self.take("dbname").unwrap_or_else(|| user.clone());
        let password = self.take("password");
        let tls = self.tls()?;
        let connect_timeout = match self.number("connect_timeout")? {
            None | Some(0) => Duration::from_secs(30),
            Some(seconds) => Duration::from_secs(seconds as u64),
        };
        let wanted = match self.take("target_session_attrs").as_deref() {
            None | Some("any") => Wanted::Any,
            Some("read-write") => Wanted::ReadWrite,
            Some("read-only") => Wanted::ReadOnly,
            Some("primary") => Wanted::Primary,
            Some("standby") => Wanted::Standby,
            Some("prefer-standby") => Wanted::PreferStandby,
            Some(_) => return Err("target_session_attrs has none of the values that PostgreSQL knows".to_owned()),
        };
        let pool = self.pool()?;
        match self.take("sslnegotiation").as_deref() {
            None | Some("postgres") => {}
            Some(_) => return Err("only sslnegotiation=postgres is supported".to_owned()),
        }
        for name in ["service", "servicefile", "sslpassword", "sslcrl", "sslcrldir", "require_auth"] {
            if self.0.contains_key(name) {
                return Err(format!("the option {name} of the connection string is not supported"));
            }
        }
        WITHOUT_EFFECT.iter().for_each(|name| drop(self.take(name)));
        // As in pgx, what is left are parameters of the session; the server refuses those that it does not know.
        let mut session = self.0;
        session.entry("application_name".to_owned()).or_insert_with(|| "modus-runner".to_owned());
        Ok(Address { hosts, user, password, database, tls, connect_timeout, wanted, session, pool })
    }

    fn hosts(&mut self) -> Result<Vec<Host>, String> {
        // An address spares the look-up, but a certificate is for the name.
        let names = self.take("host").or_else(|| self.take("hostaddr")).unwrap_or_else(|| "localhost".to_owned());
        self.take("hostaddr");
        let ports = self.take("port").unwrap_or_default();
        let ports: Vec<&str> = ports.split(',').map(str::trim).collect();
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        if ports.len() != 1 && ports.len() != names.len() {
            return Err("the connection string has another number of ports than of hosts".to_owned());
        }
        names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let port = match ports[index.min(ports.len() - 1)] {
                    "" => 5432,
                    port => {
                        port.parse().ok().filter(|port| *port != 0).ok_or("the port is not a number up to 65535")?
                    }
                };
                let name = if name.is_empty() { "localhost" } else { name };
                Ok(Host { name: name.to_owned(), port })
            })
            .collect()
    }

    fn tls(&mut self) -> Result<Tls, String> {
        let roots = self.take("sslrootcert");
        let mode = match self.take("sslmode").as_deref() {
            None if roots.as_deref() == Some("system") => TlsMode::VerifyFull,
            None | Some("prefer") => TlsMode::Prefer,
            Some("disable") => TlsMode::Disable,
            Some("allow") => TlsMode::Allow,
            // As in libpq: roots are there to be used.
            Some("require") if roots.is_some() => TlsMode::VerifyCa,
            Some("require") => TlsMode::Require,
            Some("verify-ca") => TlsMode::VerifyCa,
            Some("verify-full") => TlsMode::VerifyFull,
            Some(_) => {
                let modes = "disable, allow, prefer, require, verify-ca, verify-full";
                return Err(format!("sslmode is none of {modes}"));
            }
        };
        let certificate = match (self.take("sslcert"), self.take("sslkey")) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err("sslcert and sslkey go together".to_owned()),
        };
        let binding = match self.take("channel_binding").as_deref() {
            None | Some("prefer") => Binding::Prefer,
            Some("disable") => Binding::Disable,
            Some("require") => Binding::Require,
            Some(_) => return Err("channel_binding is none of disable, prefer, require".to_owned()),
        };
        Ok(Tls { mode, roots, certificate, binding })
    }

    fn pool(&mut self) -> Result<PoolSettings, String> {
        let usual = PoolSettings::default();
        Ok(PoolSettings {
            most: self.number("pool_max_conns")?.map(|most| most.max(1)),
            lifetime: self.duration("pool_max_conn_lifetime")?.unwrap_or(usual.lifetime),
            idle: self.duration("pool_max_conn_idle_time")?.unwrap_or(usual.idle),
            statements: self.number("statement_cache_capacity")?.unwrap_or(usual.statements).min(4096),
        })
    }

    fn number(&mut self, name: &str) -> Result<Option<usize>, String> {
        let value = self.take(name);
        value.map(|value| value.parse().map_err(|_| format!("{name} is not a number"))).transpose()
    }

    /// As Go writes them: `1h30m`, `500ms`.
    fn duration(&mut self, name: &str) -> Result<Option<Duration>, String> {
        let value = self.take(name);
        value.map(|value| duration(&value).ok_or_else(|| format!("{name} is not a duration like 1h30m"))).transpose()
    }
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Into::into).map_err(|_| "the connection string has escapes that are no UTF-8".to_owned())
}

#[cfg(test)]
mod tests;
