//! Connection strings: `mysql://user:password@host:port/database?option=value` (`host-functions` section 9.3).
//!
//! The options are those of Go's driver. Errors name an option and never a value, for that may be a secret.

use std::sync::OnceLock;
use std::time::Duration;

use mysql_async::{OptsBuilder, SslOpts};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::client::tls::system_certificates;
use crate::host_functions::masked::masked;
use crate::host_functions::sql::duration;

/// Options of Go's driver that make no difference here. Text is always `utf8mb4`, dates and times are always text in UTC,
/// connections are always looked at before they are used, and statements have the runner's time.
const WITHOUT_EFFECT: [&str; 20] = [
    "allowAllFiles",
    "allowNativePasswords",
    "charset",
    "checkConnLiveness",
    "columnsWithAlias",
    "compress",
    "connectionAttributes",
    "inlineParams",
    "interpolateParams",
    "loc",
    "maxAllowedPacket",
    "parseTime",
    "readTimeout",
    "rejectReadOnly",
    "serverPubKey",
    "strict",
    "timeTruncate",
    "useLocationTime",
    "writeTimeout",
    "collation",
];
/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 64;

/// How much of TLS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tls {
    /// None.
    Off,
    /// Where the server offers it; its certificate is not looked at.
    Preferred,
    /// Always; the certificate is not looked at.
    Unverified,
    /// Always, with a certificate for the host that the system trusts.
    Verified,
}

/// What a connection string says. It has secrets in it, so it cannot be printed.
pub(super) struct Address {
    /// Name or IP address.
    pub(super) host: String,
    port: u16,
    pub(super) user: String,
    password: Option<String>,
    database: Option<String>,
    pub(super) tls: Tls,
    /// Whether an unencrypted connection will do where the server offers no other.
    pub(super) falls_back: bool,
    /// Time to connect, of what an operation has.
    pub(super) timeout: Option<Duration>,
    /// Whether a text may have several statements.
    pub(super) several: bool,
    found_rows: bool,
    clear_password: bool,
    old_password: bool,
    /// Each connection begins with it.
    pub(super) first_statement: String,
}

impl Address {
    /// Reads a connection string.
    ///
    /// # Errors
    /// What is wrong with it, without any part of it but the names of options.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| {
            format!("{error}; what has a meaning in a URL, such as / or # in a password, is written as %2F or %23")
        })?;
        if url.scheme() != "mysql" {
            return Err("it does not begin with mysql://".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("localhost");
        let mut address = Self {
            host: decoded(host.trim_start_matches('[').trim_end_matches(']'))?,
            port: url.port().unwrap_or(3306),
            user: decoded(url.username())?,
            password: url.password().map(decoded).transpose()?,
            database: Some(decoded(url.path().trim_start_matches('/'))?).filter(|name| !name.is_empty()),
            tls: Tls::Preferred,
            falls_back: false,
            timeout: None,
            several: false,
            found_rows: true,
            clear_password: false,
            old_password: false,
            first_statement: "SET time_zone='+00:00'".to_owned(),
        };
        for (name, value) in url.query_pairs() {
            address.set(&name, &value)?;
        }
        address.falls_back |= address.tls == Tls::Preferred;
        Ok(address)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "tls" => {
                self.tls = match value {
                    "preferred" => Tls::Preferred,
                    "skip-verify" => Tls::Unverified,
                    _ => match truth(value) {
                        Some(true) => Tls::Verified,
                        Some(false) => Tls::Off,
                        None => return Err("option `tls` is none of true, false, preferred and skip-verify".to_owned()),
                    },
                }
            }
            "timeout" => {
                let time = duration(value).ok_or("option `timeout` is no duration such as 5s or 500ms")?;
                self.timeout = Some(time).filter(|time| !time.is_zero());
            }
            "collation" if value.starts_with("utf8mb4_") && is_word(value) => {
                // The names of the character set are set first, for it has a collation of its own.
                self.first_statement.push_str(&format!(", NAMES utf8mb4 COLLATE {value}"));
            }
            "allowCleartextPasswords" => self.clear_password = flag(name, value)?,
            "allowFallbackToPlaintext" => self.falls_back = flag(name, value)?,
            "allowOldPasswords" => self.old_password = flag(name, value)?,
            "clientFoundRows" => self.found_rows = flag(name, value)?,
            "multiStatements" => self.several = flag(name, value)?,
            _ if WITHOUT_EFFECT.contains(&name) => {}
            // As with Go's driver, it is a variable of the server, which knows whether there is such a one.
            _ if is_word(name) && name.bytes().all(|byte| !byte.is_ascii_uppercase()) && !value.contains(';') => {
                self.first_statement.push_str(&format!(", {name}={value}"));
            }
            _ => return Err(format!("option `{}` is unknown", name.escape_default())),
        }
        Ok(())
    }

    /// What the client needs, for packets of at most so many bytes.
    pub(super) fn options(&self, packet: usize, tls: Tls) -> OptsBuilder {
        if tls != Tls::Off {
            // The client takes the one of the process. There may be one already.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let tls = match tls {
            Tls::Off => None,
            Tls::Preferred | Tls::Unverified => Some(SslOpts::default().with_danger_accept_invalid_certs(true)),
            Tls::Verified => Some(trusting_system()),
        };
        OptsBuilder::default()
            .ip_or_hostname(&self.host)
            .tcp_port(self.port)
            // It would be looked for at the server, and used instead of the address.
            .prefer_socket(false)
            .user(Some(&self.user))
            .pass(self.password.as_ref())
            .db_name(self.database.as_ref())
            .ssl_opts(tls)
            .client_found_rows(self.found_rows)
            .enable_cleartext_plugin(self.clear_password)
            .secure_auth(!self.old_password)
            .stmt_cache_size(STATEMENTS)
            .max_allowed_packet(Some(packet))
            // It would be asked for, to no use.
            .wait_timeout(Some(0))
    }

    /// A text for everybody: without user and password, whatever the server says.
    pub(super) fn without_secrets(&self, text: String) -> String {
        masked(text, [&*self.user], self.password.as_deref())
    }
}

/// TLS that trusts whom the HTTP client trusts: the system's roots, and the built-in ones where there are none. They are read
/// once, as the HTTP client reads them.
fn trusting_system() -> SslOpts {
    static READ: OnceLock<SslOpts> = OnceLock::new();
    READ.get_or_init(read_system).clone()
}

fn read_system() -> SslOpts {
    let roots: Vec<_> = system_certificates().iter().map(|root| root.to_vec().into()).collect();
    SslOpts::default().with_disable_built_in_roots(!roots.is_empty()).with_root_certs(roots)
}

fn decoded(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(|text| text.into_owned()).map_err(|_| "it has an escape that is no UTF-8".to_owned())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn truth(value: &str) -> Option<bool> {
    match value {
        "1" | "true" | "TRUE" | "True" => Some(true),
        "0" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn flag(name: &str, value: &str) -> Result<bool, String> {
    truth(value).ok_or_else(|| format!("option `{name}` is neither true nor false"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        Address::parse(text).err().unwrap_or_else(|| panic!("{text} is accepted"))
    }

    #[test]
    fn parts() {
        let address = Address::parse("mysql://us%40er:p%2Fw@db.example.com:3307/app").expect("an address");
        let options = mysql_async::Opts::from(address.options(1 << 20, address.tls));
        assert_eq!((options.ip_or_hostname(), options.tcp_port()), ("db.example.com", 3307));
        assert_eq!((options.user(), options.pass(), options.db_name()), (Some("us@er"), Some("p/w"), Some("app")));
        assert!(options.client_found_rows() && options.ssl_opts().is_some_and(SslOpts::accept_invalid_certs));
        assert_eq!((address.tls, address.falls_back, address.several), (Tls::Preferred, true, false));

        let address = Address::parse("mysql://?clientFoundRows=false&tls=true").expect("an address");
        let options = mysql_async::Opts::from(address.options(1 << 20, address.tls));
        assert_eq!((options.ip_or_hostname(), options.tcp_port()), ("localhost", 3306));
        assert_eq!((options.pass(), options.db_name(), options.client_found_rows()), (None, None, false));
        assert!(options.ssl_opts().is_some_and(|tls| !tls.accept_invalid_certs()));

        let address = Address::parse("mysql://[::1]/a?tls=0").expect("an address");
        let options = mysql_async::Opts::from(address.options(1 << 20, address.tls));
        assert_eq!((options.ip_or_hostname(), options.ssl_opts().is_some()), ("::1", false));
    }

    #[test]
    fn options_of_go() {
        let parse = |query: &str| Address::parse(&format!("mysql://h/d?{query}")).expect(query);
        for (tls, expected, falls_back) in [
            ("tls=preferred", Tls::Preferred, true),
            ("tls=skip-verify", Tls::Unverified, false),
            ("tls=True", Tls::Verified, false),
            ("tls=true&allowFallbackToPlaintext=true", Tls::Verified, true),
            ("tls=false", Tls::Off, false),
        ] {
            let address = parse(tls);
            assert_eq!((address.tls, address.falls_back), (expected, falls_back), "{tls}");
        }
        assert_eq!(parse("timeout=1m30s500ms").timeout, Some(Duration::from_millis(90_500)));
        assert_eq!(parse("timeout=0").timeout, None);
        assert!(parse("multiStatements=true").several);
        for name in WITHOUT_EFFECT {
            assert_eq!(parse(&format!("{name}=utf8_x")).first_statement, "SET time_zone='+00:00'", "{name}");
        }
        assert_eq!(
            parse("collation=utf8mb4_bin&sql_mode=%27ANSI%27").first_statement,
            "SET time_zone='+00:00', NAMES utf8mb4 COLLATE utf8mb4_bin, sql_mode='ANSI'"
        );
    }

    #[test]
    fn what_cannot_be_used() {
        for (text, expected) in [
            ("mysql://u:s3cret#x@h/d", "invalid port number; what has a meaning in a URL"),
            ("postgresql://u:s3cret@h/d", "it does not begin with mysql://"),
            ("mysql://h/d?tls=s3cret", "option `tls` is none of"),
            ("mysql://h/d?timeout=5", "option `timeout` is no duration"),
            ("mysql://h/d?timeout=", "option `timeout` is no duration"),
            ("mysql://h/d?timeout=-5s", "option `timeout` is no duration"),
            ("mysql://h/d?timeout=99999999999999999999h", "option `timeout` is no duration"),
            ("mysql://h/d?multiStatements=s3cret", "option `multiStatements` is neither true nor false"),
            ("mysql://h/d?clientfoundRows=true", "option `clientfoundRows` is unknown"),
            ("mysql://h/d?a=1;DROP+TABLE+s3cret", "option `a` is unknown"),
            ("mysql://h/%ff", "it has an escape that is no UTF-8"),
        ] {
            let fault = fault(text);
            assert!(fault.starts_with(expected) && !fault.contains("s3cret"), "{text}: {fault}");
        }
    }

    #[test]
    fn secrets_are_taken_out_of_texts() {
        let address = Address::parse("mysql://joe:s3cret@h/d").expect("an address");
        let text = "Access denied for user 'joe'@'localhost' (using password: s3cret)";
        assert_eq!(
            address.without_secrets(text.to_owned()),
            "Access denied for user '***'@'localhost' (using password: ***)"
        );
        let address = Address::parse("mysql://h/d").expect("an address");
        assert_eq!(address.without_secrets(text.to_owned()), text);
    }
}
