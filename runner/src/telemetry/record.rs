//! Log records about one call.

use std::sync::Arc;

use super::filter::USER_VISIBLE;

/// Severity of a record. `Fatal` and `Plain` are not known to `tracing`; they travel in the field `severity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Debugging output.
    Debug,
    /// Ordinary.
    Info,
    /// Worth a look.
    Warn,
    /// Failure.
    Error,
    /// The author's code gave up. Never ends the runner.
    Fatal,
    /// Without a level; always written.
    Plain,
}

/// One record; what is `None` is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    /// Text of the guest.
    pub text: Option<&'a str>,
    /// What a host call is about.
    pub detail: Option<&'a str>,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// Milliseconds.
    pub duration_ms: Option<f64>,
    /// What a server's answer lists as errors, in JSON.
    pub errors: Option<&'a str>,
    /// Exit code of the guest.
    pub exit_code: Option<i32>,
    /// Name of the host function.
    pub host_function: Option<&'a str>,
    /// A name (of a secret, a zone).
    pub name: Option<&'a str>,
    /// wasm backtrace.
    pub backtrace: Option<&'a str>,
    /// End users of the app may see the record.
    pub user_visible: bool,
}

/// What every record of one call carries.
#[derive(Clone, Debug)]
pub struct LogContext {
    /// App.
    pub plugin: Arc<str>,
    /// Build of the app.
    pub build_id: Arc<str>,
    /// Function being called.
    pub function: Arc<str>,
    /// The call.
    pub execution_id: Arc<str>,
}

/// `tracing` wants level and message at compile time; the message therefore is a field, too.
macro_rules! emit {
    ($level:ident, $severity:expr, $context:expr, $message:expr, $record:expr) => {
        if $record.user_visible {
            emit!(USER_VISIBLE, $level, $severity, $context, $message, $record)
        } else {
            emit!("modus", $level, $severity, $context, $message, $record)
        }
    };
    ($target:expr, $level:ident, $severity:expr, $context:expr, $message:expr, $record:expr) => {
        tracing::event!(
            target: $target,
            tracing::Level::$level,
            message = $message,
            severity = $severity,
            text = $record.text,
            detail = $record.detail,
            error = $record.error,
            errors = $record.errors,
            exit_code = $record.exit_code,
            duration_ms = $record.duration_ms.map(to_microseconds),
            host_function = $record.host_function,
            name = $record.name,
            backtrace = $record.backtrace,
            user_visible = $record.user_visible.then_some(true),
            function = &*$context.function,
            execution_id = &*$context.execution_id,
            plugin = &*$context.plugin,
            build_id = &*$context.build_id,
        )
    };
}

/// What a guest says has this message.
pub(crate) const FROM_FUNCTION: &str = "Message logged from function.";

/// Milliseconds with three decimals: clocks do not tell more, and more looks like `0.015573000000000002`.
fn to_microseconds(milliseconds: f64) -> f64 {
    (milliseconds * 1000.0).round() / 1000.0
}

impl LogContext {
    /// Writes a debugging message of the guest: for people a line with its text behind time and level, and nothing else.
    pub fn bare(&self, text: &str) {
        tracing::event!(
            target: USER_VISIBLE,
            tracing::Level::DEBUG,
            bare = true,
            message = FROM_FUNCTION,
            text = text,
            user_visible = true,
            function = &*self.function,
            execution_id = &*self.execution_id,
            plugin = &*self.plugin,
            build_id = &*self.build_id,
        );
    }

    /// Writes one record.
    pub fn write(&self, severity: Severity, message: &str, record: Record<'_>) {
        let none = None::<&str>;
        match severity {
            Severity::Debug => emit!(DEBUG, none, self, message, record),
            Severity::Info => emit!(INFO, none, self, message, record),
            Severity::Warn => emit!(WARN, none, self, message, record),
            Severity::Error => emit!(ERROR, none, self, message, record),
            Severity::Fatal => emit!(ERROR, Some("fatal"), self, message, record),
            Severity::Plain => emit!(ERROR, Some(""), self, message, record),
        }
    }
}
