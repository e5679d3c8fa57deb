//! A client of one Dgraph server: it signs in, and carries out operations.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use prost::Message;
use tonic::Code;

use super::super::database::{Behind, DatabaseError};
use super::super::masked::masked;
use super::super::pauses::scattered;
use super::address::{Address, User};
use super::messages::{Check, Jwt, Login, Operation, Payload, Request, Response, Version};
use super::rpc::{Call, Channel, Failure, call};
use crate::client::HttpClient;
use crate::limits::DatabaseLimits;

const ACCESS: HeaderName = HeaderName::from_static("accessjwt");
/// What Dgraph says of a transaction that had to give way to another.
const ABORTED: &str = "Transaction has been aborted. Please retry";
/// How often a transaction is begun again, and how long is waited at first, at most. The wait doubles.
const AGAIN: u32 = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// A client, which connects when it is first used.
pub(super) struct Client {
    address: Address,
    limits: DatabaseLimits,
    http: Arc<HttpClient>,
    channel: OnceLock<Result<Channel, String>>,
    session: Mutex<Option<Session>>,
    /// Held while somebody signs in, so that the others wait for the same token.
    signing_in: tokio::sync::Mutex<()>,
}

impl Behind for Client {
    const SYSTEM: &'static str = "dgraph";
}

/// Tokens of a user who has signed in.
struct Session {
    access: HeaderValue,
    refresh: String,
}

impl Client {
    pub(super) fn new(address: Address, limits: DatabaseLimits, http: Arc<HttpClient>) -> Self {
        let (session, signing_in) = (Mutex::default(), tokio::sync::Mutex::default());
        Self { address, limits, http, channel: OnceLock::new(), session, signing_in }
    }

    /// Runs a query, or a transaction that commits itself.
    ///
    /// One that was aborted is begun again: Dgraph has undone it as a whole, and the request has all of it, the query and
    /// the conditions too, so it sees the new state. Nothing else is sent twice. Where a connection is lost nobody knows
    /// whether the transaction was committed.
    pub(super) async fn run(&self, request: Request) -> Result<Response, DatabaseError> {
        let mut pause = PAUSE;
        for _ in 0..AGAIN {
            match self.authorized("/api.Dgraph/Query", request.clone()).await {
                Err(failure) if request.commit_now && is_abort(&failure) => {}
                result => return self.told(result),
            }
            tokio::time::sleep(scattered(pause, 0.5..1.0)).await;
            pause *= 2;
        }
        let last = self.authorized("/api.Dgraph/Query", request).await;
        self.told(last)
    }

    /// Changes the schema, or drops what is there.
    pub(super) async fn alter(&self, operation: Operation) -> Result<(), DatabaseError> {
        let result: Result<Payload, Failure> = self.authorized("/api.Dgraph/Alter", operation).await;
        self.told(result).map(drop)
    }

    /// Whether the server is there and lets this client in.
    pub(super) async fn check(&self) -> Result<(), DatabaseError> {
        let result: Result<Version, Failure> = self.authorized("/api.Dgraph/CheckVersion", Check {}).await;
        self.told(result).map(drop)
    }

    /// A call with the token of the user, if there is one. A token that the server does not take any more is renewed: it
    /// is looked at before anything is done.
    async fn authorized<M, R>(&self, path: &'static str, message: M) -> Result<R, Failure>
    where
        M: Message + Clone + 'static,
        R: Message + Default + 'static,
    {
        let Some(user) = &self.address.user else { return self.call(path, message, None).await };
        let token = self.token(user, None).await?;
        match self.call(path, message.clone(), Some(&token)).await {
            Err(Failure::Told(Code::Unauthenticated, _)) => {
                let token = self.token(user, Some(&token)).await?;
                self.call(path, message, Some(&token)).await
            }
            result => result,
        }
    }

    async fn call<M, R>(&self, path: &'static str, message: M, token: Option<&HeaderValue>) -> Result<R, Failure>
    where
        M: Message + 'static,
        R: Message + Default + 'static,
    {
        let connect = || self.http.http2(self.address.trust, self.limits.timeout);
        let channel = self.channel.get_or_init(connect).as_ref();
        let channel = channel.map_err(|reason| Failure::Found(DatabaseError::Unreachable(reason.clone())))?;
        let mut headers = HeaderMap::new();
        headers.extend(self.address.authorization.clone().map(|value| (AUTHORIZATION, value)));
        headers.extend(token.map(|token| (ACCESS, token.clone())));
        call(channel, Call { origin: &self.address.origin, path, headers, message, most: self.limits.answer }).await
    }

    /// The token of the user, another one than that which the server did not take.
    async fn token(&self, user: &User, refused: Option<&HeaderValue>) -> Result<HeaderValue, Failure> {
        let known = || self.session().as_ref().map(|session| session.access.clone()).filter(|it| refused != Some(it));
        if let Some(token) = known() {
            return Ok(token);
        }
        let _alone = self.signing_in.lock().await;
        if let Some(token) = known() {
            return Ok(token);
        }
        let refresh = self.session().as_ref().map(|session| session.refresh.clone()).filter(|token| !token.is_empty());
        let new = match refresh {
            Some(refresh_token) => match self.sign_in(Login { refresh_token, ..Login::default() }).await {
                // It is too old, or the server has other keys since.
                Err(Failure::Told(..)) => self.sign_in(user.into()).await,
                result => result,
            },
            None => self.sign_in(user.into()).await,
        };
        let new = new.map_err(|failure| match failure {
            Failure::Told(code, text) => {
                let reason = self.hidden(format!("failed to sign in user: {}", status(code, &text)));
                Failure::Found(DatabaseError::Unreachable(reason))
            }
            found => found,
        })?;
        Ok(self.session().insert(new).access.clone())
    }

    fn session(&self) -> MutexGuard<'_, Option<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sign_in(&self, login: Login) -> Result<Session, Failure> {
        let response: Response = self.call("/api.Dgraph/Login", login, None).await?;
        let unusable = || Failure::Found(DatabaseError::Unusable("the tokens of the server cannot be read".to_owned()));
        let Jwt { access_jwt, refresh_jwt } = Jwt::decode(&*response.json).map_err(|_| unusable())?;
        let mut access = HeaderValue::from_str(&access_jwt).map_err(|_| unusable())?;
        access.set_sensitive(true);
        Ok(Session { access, refresh: refresh_jwt })
    }

    /// What is told of a failure.
    fn told<R>(&self, result: Result<R, Failure>) -> Result<R, DatabaseError> {
        result.map_err(|failure| match failure {
            failure if is_abort(&failure) => DatabaseError::Refused(ABORTED.to_owned()),
            Failure::Found(error) => error,
            Failure::Told(code, text) => DatabaseError::Refused(self.hidden(status(code, &text))),
        })
    }

    /// A text of the server without what only the two of us know, should it repeat that.
    fn hidden(&self, text: String) -> String {
        let of_header = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let mut secrets = Vec::new();
        if let Some(value) = &self.address.authorization {
            let value = of_header(value);
            secrets.push(value.strip_prefix("Bearer ").unwrap_or(&value).to_owned());
        }
        secrets.extend(self.address.user.iter().map(|user| user.password.clone()));
        let session = self.session();
        secrets.extend(session.iter().flat_map(|session| [of_header(&session.access), session.refresh.clone()]));
        masked(text, None, secrets.iter().map(String::as_str))
    }
}

impl From<&User> for Login {
    fn from(user: &User) -> Self {
        let User { name, password, namespace } = user;
        Self { userid: name.clone(), password: password.clone(), refresh_token: String::new(), namespace: *namespace }
    }
}

/// Whether the server undid the transaction because of another. It also says so without the code that there is for it.
fn is_abort(failure: &Failure) -> bool {
    matches!(failure, Failure::Told(code, text) if *code == Code::Aborted || text == ABORTED)
}

/// A status as gRPC in Go writes it.
fn status(code: Code, text: &str) -> String {
    let name = match code {
        Code::Ok => "OK",
        Code::Cancelled => "Canceled",
        Code::Unknown => "Unknown",
        Code::InvalidArgument => "InvalidArgument",
        Code::DeadlineExceeded => "DeadlineExceeded",
        Code::NotFound => "NotFound",
        Code::AlreadyExists => "AlreadyExists",
        Code::PermissionDenied => "PermissionDenied",
        Code::ResourceExhausted => "ResourceExhausted",
        Code::FailedPrecondition => "FailedPrecondition",
        Code::Aborted => "Aborted",
        Code::OutOfRange => "OutOfRange",
        Code::Unimplemented => "Unimplemented",
        Code::Internal => "Internal",
        Code::Unavailable => "Unavailable",
        Code::DataLoss => "DataLoss",
        Code::Unauthenticated => "Unauthenticated",
    };
    format!("rpc error: code = {name} desc = {text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Clients;
    use crate::environment::{Environment, Variables};

    /// With this user and token, although both together would not be usual.
    fn client(text: &str) -> Client {
        let address = Address::of_connection_string(text).map_err(|error| error.message).expect("an address");
        let http = Clients::default().shared(&Environment::new(Variables::new(), None));
        Client::new(address, DatabaseLimits::default(), http)
    }

    #[test]
    fn secrets_are_hidden() {
        let client = client("dgraph://ann:passw0rd@h:1?sslmode=require&bearertoken=t0ken");
        let access = HeaderValue::from_static("acc3ss");
        *client.session() = Some(Session { access, refresh: "r3fresh".to_owned() });
        let told: Result<(), _> =
            client.told(Err(Failure::Told(Code::Internal, "passw0rd, t0ken, acc3ss, r3fresh, ann".to_owned())));
        let expected = "rpc error: code = Internal desc = ***, ***, ***, ***, ann";
        assert_eq!(told, Err(DatabaseError::Refused(expected.to_owned())));
        assert_eq!(self::client("dgraph://ann:a@h:1").hidden("ann says a".to_owned()), "ann says a");
    }

    #[test]
    fn aborts() {
        let told = |code, text: &str| client("dgraph://h:1").told::<()>(Err(Failure::Told(code, text.to_owned())));
        let refused = |text: &str| Err(DatabaseError::Refused(text.to_owned()));
        assert_eq!(told(Code::Aborted, "x"), refused(ABORTED));
        assert_eq!(told(Code::Unknown, ABORTED), refused(ABORTED));
        assert_eq!(told(Code::Cancelled, "x"), refused("rpc error: code = Canceled desc = x"));
    }

    #[test]
    fn pauses() {
        for _ in 0..100 {
            let pause = scattered(PAUSE, 0.5..1.0);
            assert!(pause >= PAUSE / 2 && pause <= PAUSE, "{pause:?}");
        }
    }
}
