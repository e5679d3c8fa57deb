//! What a capability is: `FUNCTIONS` describes it, `configure` makes its state for an app, and its functions are called
//! with that.

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use abi::host_functions as table;
use abi::manifest::Manifest;
use abi::plan::Program;
use abi::value::Value;
use futures::future::BoxFuture;

use super::connection::Connections;
use super::{HostedModels, OwnFunctions};
use crate::environment::Environment;
use crate::output::Output;
use crate::process::Process;
use crate::telemetry::LogContext;

/// Host functions that have a state in common, which is a value of the type that implements this.
pub trait Capability: Sized + Send + Sync + 'static {
    /// Its part of the table of host functions.
    const TABLE: &'static table::Capability;

    /// Its functions.
    const FUNCTIONS: &'static [Function<Self>];

    /// Makes its state, once for each app that imports its module. Each start of the runner waits for this: what has
    /// to be read or connected belongs behind a `OnceLock`.
    fn configure(setup: &Setup<'_>) -> Self;

    /// What is wrong with the connections of the manifest that it uses, a sentence each, for `--check-config`. With
    /// `connect` it also tries to reach their servers.
    fn check(_setup: &Setup<'_>, _connect: bool) -> BoxFuture<'static, Vec<String>> {
        Box::pin(async { Vec::new() })
    }
}

/// What capabilities are configured with.
#[derive(Debug)]
pub struct Setup<'a> {
    /// Of the app.
    pub(super) manifest: Arc<Manifest>,
    /// Of the app.
    pub(super) environment: Arc<Environment>,
    /// What stands in for models that Hypermode hosted.
    pub(super) hosted_models: Arc<HostedModels>,
    /// The app's functions, once it is there.
    pub(super) own: Arc<OwnFunctions>,
    /// The app, where it is known.
    pub(super) program: Option<Arc<Program>>,
    /// What outlives the app.
    pub(crate) process: &'a Process,
    connections: OnceCell<Arc<Connections>>,
}

impl<'a> Setup<'a> {
    /// What an app brings, and what its process has.
    pub fn new(manifest: Arc<Manifest>, environment: Arc<Environment>, process: &'a Process) -> Self {
        let (hosted_models, own) = (Arc::default(), Arc::default());
        let connections = OnceCell::new();
        Self { manifest, environment, hosted_models, own, program: None, process, connections }
    }

    /// With the app.
    #[must_use]
    pub fn program(self, program: Arc<Program>) -> Self {
        Self { program: Some(program), ..self }
    }

    /// With what stands in for models that Hypermode hosted.
    #[must_use]
    pub fn hosted_models(self, hosted_models: HostedModels) -> Self {
        Self { hosted_models: Arc::new(hosted_models), ..self }
    }

    /// The way to the app's own functions, to be connected when it is there.
    pub fn own_functions(&self) -> Arc<OwnFunctions> {
        Arc::clone(&self.own)
    }

    /// The `http` connections of the manifest, which several capabilities send requests to.
    pub(super) fn connections(&self) -> Arc<Connections> {
        let (manifest, environment) = (Arc::clone(&self.manifest), Arc::clone(&self.environment));
        let connections = || Arc::new(Connections::new(manifest, environment, self.process));
        Arc::clone(self.connections.get_or_init(connections))
    }
}

/// What a host function may use during one call.
pub struct Invocation<'a> {
    pub(crate) log: &'a LogContext,
    /// The client's, if it has a known one.
    pub(crate) time_zone: Option<&'a str>,
    pub(crate) output: &'a mut Output,
    /// Whether a host function itself called the guest, for a call that waits for it.
    pub(crate) is_inner: bool,
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

/// What a call of a host function has become.
pub enum Called {
    /// It is over.
    Done(Answer),
    /// It waits for somebody else. It is dropped when the guest's call ends.
    Pending(Pending),
}

/// What the log says around an operation.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    /// Before.
    pub starting: Option<&'static str>,
    /// After success.
    pub completed: Option<&'static str>,
    /// When the call ended meanwhile.
    pub cancelled: Option<&'static str>,
    /// After failure.
    pub error: Option<&'static str>,
    /// What the operation is about.
    pub detail: fn(&[Value]) -> Option<String>,
}

impl Messages {
    /// Nothing is written around the operation.
    pub const NONE: Self = Self { starting: None, completed: None, cancelled: None, error: None, detail: |_| None };
}

/// What is known about a host function before it is called.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Module of the import.
    pub module: &'static str,
    /// Name of the import.
    pub name: &'static str,
    /// Whether a call may wait. Helpers of a language's runtime can call only those that do not.
    pub waits: bool,
    /// Records around the operation.
    pub messages: Messages,
}

impl About {
    /// Module and name as in a message.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }
}

/// A host function, ready to be called for an app.
pub trait HostFunction: Send + Sync {
    /// What is known about it.
    fn about(&self) -> &About;

    /// Calls it with the values that the guest passed.
    fn call(&self, invocation: &mut Invocation<'_>, arguments: &[Value]) -> Called;
}

impl fmt::Debug for dyn HostFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.about().fmt(formatter)
    }
}

/// A function of a capability.
pub struct Function<C: 'static> {
    pub(super) about: About,
    work: Work<C>,
}

enum Work<C: 'static> {
    /// Done at once.
    Immediate(fn(&C, &mut Invocation<'_>, &[Value]) -> Answer),
    /// What is to be sent is made at once, the rest is a future.
    Waiting(fn(&Arc<C>, &Invocation<'_>, &[Value]) -> Pending),
}

impl<C: Capability> Function<C> {
    /// One that is done at once. To be made in constants: it does not compile unless the table has it.
    pub(super) const fn immediate(
        name: &str,
        messages: Messages,
        run: fn(&C, &mut Invocation<'_>, &[Value]) -> Answer,
    ) -> Self {
        let about = Self::about(name, messages);
        assert!(!about.waits, "the table says that it waits");
        Self { about, work: Work::Immediate(run) }
    }

    /// One that waits for somebody else. To be made in constants, likewise.
    pub(super) const fn waiting(
        name: &str,
        messages: Messages,
        run: fn(&Arc<C>, &Invocation<'_>, &[Value]) -> Pending,
    ) -> Self {
        let about = Self::about(name, messages);
        assert!(about.waits, "the table says that it does not wait");
        Self { about, work: Work::Waiting(run) }
    }

    const fn about(name: &str, messages: Messages) -> About {
        let function = C::TABLE.function(name);
        About { module: C::TABLE.module, name: function.name, waits: function.waits, messages }
    }
}

/// A function of a capability with its state.
pub(super) struct Bound<C: Capability> {
    pub(super) state: Arc<C>,
    pub(super) function: &'static Function<C>,
}

impl<C: Capability> HostFunction for Bound<C> {
    fn about(&self) -> &About {
        &self.function.about
    }

    fn call(&self, invocation: &mut Invocation<'_>, arguments: &[Value]) -> Called {
        match self.function.work {
            Work::Immediate(run) => Called::Done(run(&self.state, invocation, arguments)),
            Work::Waiting(run) => Called::Pending(run(&self.state, invocation, arguments)),
        }
    }
}
