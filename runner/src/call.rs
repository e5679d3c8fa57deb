//! The seam between GraphQL and the sandbox: one root field is one [`CallRequest`], answered by one [`Outcome`].

use std::sync::Arc;
use std::time::Duration;

use abi::selection::Selection;
use abi::value::Value;
use futures::future::BoxFuture;

use crate::capacity::Admission;
use crate::limits::LimitId;

/// What a root field asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallRequest {
    /// Index into `Program::functions`.
    pub function: u32,
    /// One entry per parameter, in parameter order. `None`: not given, the guest's own default applies. `Some(Null)`:
    /// given as null.
    pub arguments: Vec<Option<Value>>,
    /// The work that it is to move the arguments, as [`Budget::weight`](abi::transfer::budget::Budget::weight) counts it. Literals of
    /// the document are not counted.
    pub weight: u64,
    /// What is wanted of the result.
    pub selection: Arc<Selection>,
    /// The client's time zone (header `X-Time-Zone`), as it was sent.
    pub time_zone: Option<Arc<str>>,
    /// Claims of the verified token as JSON text.
    pub claims: Option<Arc<str>>,
    /// Whether a host function asks for it, for a call that waits meanwhile: it is not one more of the calls that run.
    pub is_inner: bool,
}

/// How a call ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The id under which the log holds what the client is not told.
    pub execution_id: String,
    /// The result; `None` when the call ended without one, `Some(Null)` for a function without result.
    pub value: Option<Value>,
    /// The work that it was to read the result, as [`Budget::weight`](abi::transfer::budget::Budget::weight) counts it: to write it is
    /// about as much.
    pub weight: u64,
    /// What went wrong, in the order of the response: logged errors, error lines of the output, the call's own failure.
    pub errors: Vec<CallFailure>,
    /// Messages and captured lines that are not errors, for `extensions.invocations`.
    pub logs: Vec<Message>,
    /// What it took, where the client is told.
    pub usage: Option<Usage>,
}

/// What a call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// From the moment when its instance was there to its end, waits included.
    pub time: Duration,
    /// Bytes of memory that its instance had in the end.
    pub memory: usize,
}

/// Errors that a client is told of one call or response, besides one for each field: a guest may print tens of thousands, and
/// a list can have millions.
pub(crate) const MOST_ERRORS: usize = 1000;

/// One error of a call, as the client may see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallFailure {
    /// The text.
    pub message: String,
    /// `error` or `fatal` for what the guest said itself.
    pub level: Option<Level>,
    /// Where inside the result; empty for the whole.
    pub path: Vec<PathSegment>,
    /// Whether it is why the call has no result: however many errors there are, the client is told of it.
    pub is_own: bool,
}

/// A step into a result.
pub use abi::transfer::fault::Step as PathSegment;

/// A logged message or a captured line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Level; captured lines without a prefix have none.
    pub level: Option<Level>,
    /// The text.
    pub text: String,
}

/// Level of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `debug`
    Debug,
    /// `info`
    Info,
    /// `warning`
    Warning,
    /// `error`
    Error,
    /// `fatal`
    Fatal,
}

impl Level {
    /// The level's name in a response.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// Something that can run functions of the app.
pub trait Call: Send + Sync {
    /// Runs one function. Dropping the future means that the client is gone: the call is to be cancelled.
    fn call(&self, request: CallRequest) -> BoxFuture<'static, Outcome>;

    /// Promises to run so many calls, or to have them wait for their turn, until the answer is dropped.
    ///
    /// # Errors
    /// The limit that is reached.
    fn admit(&self, calls: usize) -> Result<Admission, LimitId> {
        let _ = calls;
        Ok(Admission::default())
    }
}

/// A closure runs functions too.
impl<F> Call for F
where
    F: Fn(CallRequest) -> BoxFuture<'static, Outcome> + Send + Sync,
{
    fn call(&self, request: CallRequest) -> BoxFuture<'static, Outcome> {
        self(request)
    }
}
