//! Host functions: one file a capability. Each describes its functions here, is configured from the manifest once, and
//! is called by its entry in the table.

pub mod client;
mod connection;
mod egress;
mod http;
mod models;
mod secrets;
mod system;
mod template;
mod url;

use std::sync::Arc;

use abi::manifest::Manifest;
use abi::transfer::record;
use abi::value::Value;
use futures::future::BoxFuture;

use crate::environment::Environment;
use crate::limits::LimitId;
use crate::sandbox::Output;
use crate::telemetry::{LogContext, metrics};
use ::url::Url;
use client::{ClientError, Hop, HttpClient, Request, Response};
use connection::{Address, Targets};

pub use system::is_time_zone;
pub use template::expand as expand_template;

/// What host functions are configured with.
#[derive(Debug)]
pub struct Services {
    /// Variables.
    pub environment: Arc<Environment>,
    /// Models and connections.
    pub manifest: Arc<Manifest>,
    /// One client for all connections.
    pub client: Arc<HttpClient>,
    /// Redirects lead only to where a connection leads.
    pub strict_redirects: bool,
    /// Host functions of whoever embeds the runner, beside the built-in ones.
    pub functions: Vec<&'static HostFunction>,
    targets: Targets,
    models: models::Addresses,
}

impl Services {
    /// Configures all capabilities.
    pub fn new(environment: Arc<Environment>, manifest: Arc<Manifest>) -> Self {
        let client = Arc::new(HttpClient::new(&environment));
        let (targets, models) = (Targets::new(&manifest), models::addresses(&manifest));
        Self { environment, manifest, client, strict_redirects: false, functions: Vec::new(), targets, models }
    }

    /// Follows redirects only to URLs that a connection of the manifest allows.
    #[must_use]
    pub fn strict_redirects(mut self, strict: bool) -> Self {
        self.strict_redirects = strict;
        self
    }

    /// Sets how many names may be looked up at a time: in the whole process, whose threads do it.
    #[must_use]
    pub fn max_lookups(self, max: usize) -> Self {
        client::set_max_lookups(max);
        self
    }

    /// Sends a request to a server of a connection.
    async fn send(&self, request: Request) -> Result<Response, HostError> {
        let judge = |url: &Url| match self.targets.find(&Address::of(url)) {
            Some(_) => Hop::Named,
            None if self.strict_redirects => Hop::Refused,
            None => Hop::Found,
        };
        self.client.send(request, judge).await.map_err(|error| match error {
            ClientError::Forbidden(_) => {
                metrics::refused(LimitId::StrictRedirects);
                error.to_string().into()
            }
            ClientError::Egress { .. } => {
                format!("{error}; name the URL in a connection of the manifest if it is wanted").into()
            }
            error => error.to_string().into(),
        })
    }

    /// The host function a module imports.
    pub(crate) fn find(&self, module: &str, name: &str) -> Option<&'static HostFunction> {
        let mine = self.functions.iter().copied().find(|function| function.module == module && function.name == name);
        mine.or_else(|| find(module, name))
    }
}

/// What a host function may use during one call.
pub struct Invocation<'a> {
    pub(crate) services: &'a Arc<Services>,
    pub(crate) log: &'a LogContext,
    /// The client's, if it has a known one.
    pub(crate) time_zone: Option<&'a str>,
    pub(crate) output: &'a mut Output,
}

/// A failed operation: what the log says, and what the guest gets, which is null unless said otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct HostError {
    /// For the log.
    pub message: String,
    /// For the guest.
    pub answer: Value,
}

impl<T: Into<String>> From<T> for HostError {
    fn from(message: T) -> Self {
        Self { message: message.into(), answer: Value::Null }
    }
}

/// What a host function answers.
pub type Answer = Result<Value, HostError>;
/// The same, later. It owns what it needs: nothing of the guest or its call is borrowed while it waits.
pub type Pending = BoxFuture<'static, Answer>;

/// How an operation runs.
#[derive(Debug)]
pub enum Work {
    /// At once.
    Immediate(fn(&mut Invocation<'_>, &[Value]) -> Answer),
    /// It waits for somebody else: what it sends is made at once, the rest is a future that is dropped when the call
    /// ends.
    Waiting(fn(&Invocation<'_>, &[Value]) -> Pending),
}

/// Texts of the log records around an operation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Messages {
    /// Before.
    pub starting: Option<&'static str>,
    /// After success.
    pub completed: Option<&'static str>,
    /// When the call ended meanwhile.
    pub cancelled: Option<&'static str>,
    /// After failure.
    pub error: Option<&'static str>,
}

impl Messages {
    /// Nothing is written around the operation.
    pub const NONE: Self = Self { starting: None, completed: None, cancelled: None, error: None };
}

/// A host function.
#[derive(Debug)]
pub struct HostFunction {
    /// Module of the import.
    pub module: &'static str,
    /// Name of the import.
    pub name: &'static str,
    /// Records around the operation.
    pub messages: Messages,
    /// What the records say the operation is about.
    pub detail: fn(&[Value]) -> Option<String>,
    /// The operation.
    pub work: Work,
}

impl HostFunction {
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }
}

/// The host function a module imports.
fn find(module: &str, name: &str) -> Option<&'static HostFunction> {
    let capabilities: [&'static [HostFunction]; 4] =
        [&system::FUNCTIONS, &models::FUNCTIONS, &http::FUNCTIONS, &secrets::FUNCTIONS];
    capabilities.into_iter().flatten().find(|function| function.module == module && function.name == name)
}

/// The text of an argument; null and absent count as empty.
fn text(arguments: &[Value], index: usize) -> &str {
    optional_text(arguments, index).unwrap_or_default()
}

fn optional_text(arguments: &[Value], index: usize) -> Option<&str> {
    match arguments.get(index) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// A member of a guest's object, in whatever case the guest's language writes its name.
fn member<'v>(value: &'v Value, name: &str) -> &'v Value {
    match value {
        Value::Object(members) => record::member(members, name).unwrap_or(&Value::Null),
        _ => &Value::Null,
    }
}

/// The text of a value; anything else counts as empty.
fn text_of(value: &Value) -> &str {
    match value {
        Value::String(text) => text,
        _ => "",
    }
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect())
}
