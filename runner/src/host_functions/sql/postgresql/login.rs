//! Connecting to a server and logging in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, SCRAM_SHA_256_PLUS, ScramSha256};
use postgres_protocol::message::backend::{AuthenticationSaslBody, Message};
use postgres_protocol::message::frontend;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UnixStream};

use super::address::{Address, Binding, Host, TlsMode, Wanted};
use super::session::{SETTINGS, Session};
use super::tls::{Encryption, Secured};
use super::wire::{SMALL, ServerError, Stream, Wire, unexpected};
use crate::client::{Clients, silence};
use crate::host_functions::database::DatabaseError;
use crate::host_functions::masked::masked;

/// How long the request to cancel a statement may take.
const CANCEL: Duration = Duration::from_secs(5);

/// The way to the servers of a database.
pub(super) struct Way {
    pub(super) address: Address,
    pub(super) encryption: Encryption,
    pub(super) clients: Clients,
}

/// What is needed to cancel what a connection does.
#[derive(Clone)]
pub(super) struct CancelKey {
    host: String,
    place: Place,
    encrypted: bool,
    process: i32,
    secret: i32,
}

/// Where a server listens.
#[derive(Clone)]
enum Place {
    Tcp(SocketAddr),
    Unix(String),
}

impl Way {
    /// A session on the first server that is what it has to be.
    pub(super) async fn connect(&self) -> Result<Session, DatabaseError> {
        let rounds = match self.address.wanted {
            Wanted::PreferStandby => &[Wanted::Standby, Wanted::Any][..],
            ref wanted => std::slice::from_ref(wanted),
        };
        let mut last = None;
        for wanted in rounds {
            for host in &self.address.hosts {
                match self.connect_to_host(host, *wanted).await {
                    Ok(session) => return Ok(session),
                    Err(error) => last = Some(error),
                }
            }
        }
        Err(last.unwrap_or_else(|| DatabaseError::Unreachable("no server is named".to_owned())))
    }

    async fn connect_to_host(&self, host: &Host, wanted: Wanted) -> Result<Session, DatabaseError> {
        let mut last = DatabaseError::Unreachable("the host's name has no address".to_owned());
        for place in self.places(host).await? {
            let mode = self.encryption.settings.mode;
            let unix = matches!(place, Place::Unix(_));
            let ways = match mode {
                _ if unix => &[false][..],
                TlsMode::Disable => &[false],
                TlsMode::Allow => &[false, true],
                TlsMode::Prefer => &[true, false],
                _ => &[true],
            };
            for encrypt in ways {
                let attempt = self.log_in(host, &place, *encrypt, wanted);
                let limit = self.address.connect_timeout;
                let timed = tokio::time::timeout(limit, attempt).await;
                last = match timed {
                    Ok(Ok(session)) => return Ok(session),
                    Ok(Err(error)) => self.without_secrets(error),
                    Err(_) => DatabaseError::Unreachable(format!("no answer within {} s", limit.as_secs_f64())),
                };
                // The other way only helps where the server has refused this one.
                let refused = matches!(&last, DatabaseError::Unreachable(reason) if reason.contains("SQLSTATE 28000"));
                if !(refused || mode == TlsMode::Prefer && is_about_tls(&last)) {
                    break;
                }
            }
        }
        Err(last)
    }

    async fn places(&self, host: &Host) -> Result<Vec<Place>, DatabaseError> {
        if host.name.starts_with('/') {
            return Ok(vec![Place::Unix(format!("{}/.s.PGSQL.{}", host.name, host.port))]);
        }
        let found = self.clients.addresses(&host.name, host.port).await.map_err(DatabaseError::Unreachable)?;
        Ok(found.into_iter().map(Place::Tcp).collect())
    }

    async fn log_in(
        &self,
        host: &Host,
        place: &Place,
        encrypt: bool,
        wanted: Wanted,
    ) -> Result<Session, DatabaseError> {
        let stream = place.open().await?;
        let secured = if encrypt { self.encryption.secure(stream, &host.name).await? } else { Secured::plain(stream) };
        let encrypted = secured.encrypted;
        let mut login = Login { way: self, wire: Wire::new(secured.stream), end_point: secured.end_point };
        login.start().await?;
        let mut parameters = BTreeMap::new();
        let (mut process, mut secret) = (0, 0);
        loop {
            match login.receive().await? {
                Message::ParameterStatus(body) => {
                    let (name, value) = (body.name().unwrap_or_default(), body.value().unwrap_or_default());
                    parameters.insert(name.to_owned(), value.to_owned());
                    if parameters.len() > SETTINGS {
                        return Err(unexpected("so many settings"));
                    }
                }
                Message::BackendKeyData(body) => (process, secret) = (body.process_id(), body.secret_key()),
                Message::ReadyForQuery(_) => break,
                Message::NoticeResponse(_) => {}
                _ => return Err(unexpected("a message")),
            }
        }
        let key = CancelKey { host: host.name.clone(), place: place.clone(), encrypted, process, secret };
        let mut session = Session::new(login.wire, key, parameters, self.address.pool.statements);
        session.check(wanted).await?;
        Ok(session)
    }

    /// The server repeats names that may come out of secrets.
    fn without_secrets(&self, error: DatabaseError) -> DatabaseError {
        let Address { user, password, .. } = &self.address;
        let hidden = |reason: String| masked(reason, None, [user.as_str()].into_iter().chain(password.as_deref()));
        match error {
            DatabaseError::Unreachable(reason) | DatabaseError::Lost(reason) | DatabaseError::Refused(reason) => {
                DatabaseError::Unreachable(hidden(reason))
            }
            other => other,
        }
    }

    /// Asks the server to end what a connection does. Whether it does so is not known.
    pub(super) async fn cancel(&self, key: CancelKey) {
        let asked = async {
            let stream = key.place.open().await?;
            let mut stream = match key.encrypted {
                true => self.encryption.secure(stream, &key.host).await?.stream,
                false => stream,
            };
            let mut request = BytesMut::new();
            frontend::cancel_request(key.process, key.secret, &mut request);
            stream.write_all(&request).await.map_err(|error| DatabaseError::Unreachable(error.to_string()))?;
            stream.shutdown().await.map_err(|error| DatabaseError::Unreachable(error.to_string()))
        };
        // The connection is closed in any case; a statement that goes on then ends when it answers.
        let _ = tokio::time::timeout(CANCEL, asked).await;
    }
}

fn is_about_tls(error: &DatabaseError) -> bool {
    matches!(error, DatabaseError::Unreachable(reason) if reason.starts_with("TLS: "))
}

#[cfg(test)]
impl CancelKey {
    /// One of a server that nobody reaches.
    pub(super) fn nowhere() -> Self {
        let place = Place::Unix("/nowhere".to_owned());
        Self { host: String::new(), place, encrypted: false, process: 0, secret: 0 }
    }
}

impl Place {
    async fn open(&self) -> Result<Box<dyn Stream>, DatabaseError> {
        let failed = |error: std::io::Error| DatabaseError::Unreachable(error.to_string());
        match self {
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await.map_err(failed)?)),
            Self::Tcp(address) => {
                let stream = TcpStream::connect(address).await.map_err(failed)?;
                // Without it everything still works, only less well.
                let _ = silence::noticed(&stream);
                Ok(Box::new(stream))
            }
        }
    }
}

struct Login<'w> {
    way: &'w Way,
    wire: Wire,
    end_point: Option<Vec<u8>>,
}

impl Login<'_> {
    /// Says who is there, and proves it.
    async fn start(&mut self) -> Result<(), DatabaseError> {
        let address = &self.way.address;
        let mut parameters: BTreeMap<&str, &str> =
            address.session.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        // What the shapes of answers rest on.
        let own = ["client_encoding", "datestyle", "intervalstyle"];
        parameters.retain(|name, _| !own.iter().any(|own| name.eq_ignore_ascii_case(own)));
        let fixed = [("client_encoding", "UTF8"), ("DateStyle", "ISO"), ("IntervalStyle", "iso_8601")];
        parameters.extend(fixed);
        parameters.extend([("user", address.user.as_str()), ("database", address.database.as_str())]);
        frontend::startup_message(parameters, &mut self.wire.unsent).map_err(|error| unsendable(&error))?;
        self.wire.flush().await?;
        self.authenticate().await
    }

    async fn receive(&mut self) -> Result<Message, DatabaseError> {
        match self.wire.receive(SMALL).await? {
            Message::ErrorResponse(body) => Err(DatabaseError::Unreachable(ServerError::new(&body).to_string())),
            message => Ok(message),
        }
    }

    async fn authenticate(&mut self) -> Result<(), DatabaseError> {
        let message = self.receive().await?;
        let bound = matches!(message, Message::AuthenticationSasl(_));
        if self.way.address.tls.binding == Binding::Require && !bound {
            return Err(unbound());
        }
        match message {
            Message::AuthenticationOk => return Ok(()),
            Message::AuthenticationCleartextPassword => {
                let password = self.password()?.to_owned();
                self.answer(|buffer| frontend::password_message(password.as_bytes(), buffer)).await?;
            }
            Message::AuthenticationMd5Password(body) => {
                let (user, password) = (&self.way.address.user, self.password()?);
                let hash = md5_hash(user.as_bytes(), password.as_bytes(), body.salt());
                self.answer(|buffer| frontend::password_message(hash.as_bytes(), buffer)).await?;
            }
            Message::AuthenticationSasl(body) => self.scram(&body).await?,
            _ => {
                let reason = "the server asks for a kind of authentication that is not supported";
                return Err(DatabaseError::Unreachable(reason.to_owned()));
            }
        }
        match self.receive().await? {
            Message::AuthenticationOk => Ok(()),
            _ => Err(unexpected("a message")),
        }
    }

    async fn scram(&mut self, offered: &AuthenticationSaslBody) -> Result<(), DatabaseError> {
        let (mut plain, mut bound) = (false, false);
        let mut mechanisms = offered.mechanisms();
        while let Some(name) = mechanisms.next().map_err(|error| unsendable(&error))? {
            plain |= name == SCRAM_SHA_256;
            bound |= name == SCRAM_SHA_256_PLUS;
        }
        let setting = self.way.address.tls.binding;
        let end_point = self.end_point.take().filter(|_| setting != Binding::Disable);
        let (mechanism, binding) = match end_point {
            Some(hash) if bound => (SCRAM_SHA_256_PLUS, ChannelBinding::tls_server_end_point(hash)),
            _ if setting == Binding::Require => return Err(unbound()),
            // Somebody in between may have taken the better one away: the server then knows.
            Some(_) if plain => (SCRAM_SHA_256, ChannelBinding::unrequested()),
            None if plain => (SCRAM_SHA_256, ChannelBinding::unsupported()),
            _ => return Err(DatabaseError::Unreachable("the server offers no authentication by SCRAM".to_owned())),
        };
        let mut scram = ScramSha256::new(self.password()?.as_bytes(), binding);
        self.answer(|buffer| frontend::sasl_initial_response(mechanism, scram.message(), buffer)).await?;
        let Message::AuthenticationSaslContinue(body) = self.receive().await? else {
            return Err(unexpected("a message"));
        };
        scram.update(body.data()).map_err(|error| unsendable(&error))?;
        self.answer(|buffer| frontend::sasl_response(scram.message(), buffer)).await?;
        let Message::AuthenticationSaslFinal(body) = self.receive().await? else {
            return Err(unexpected("a message"));
        };
        scram.finish(body.data()).map_err(|error| unsendable(&error))
    }

    fn password(&self) -> Result<&str, DatabaseError> {
        let password = self.way.address.password.as_deref();
        password.ok_or_else(|| {
            DatabaseError::Unreachable("the server asks for a password, and the connection string has none".to_owned())
        })
    }

    async fn answer(&mut self, write: impl FnOnce(&mut BytesMut) -> std::io::Result<()>) -> Result<(), DatabaseError> {
        write(&mut self.wire.unsent).map_err(|error| unsendable(&error))?;
        self.wire.flush().await
    }
}

/// What is in the way of logging in. No cause shows the password.
fn unsendable(error: &std::io::Error) -> DatabaseError {
    DatabaseError::Unreachable(format!("log-in: {error}"))
}

fn unbound() -> DatabaseError {
    let reason = "the log-in cannot be bound to TLS, which channel_binding of the connection string asks for";
    DatabaseError::Unreachable(reason.to_owned())
}
