//! What may be asked of the servers of one connection at once, and why one of them gave no answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::super::turns::{Busy, Turns};
use crate::client::ClientError;
use crate::limits::{HttpLimits, LimitId};
use crate::telemetry::metrics;

/// The turns at the servers of each connection, over all apps of the process. Those at which nobody is are forgotten.
#[derive(Debug, Default)]
pub(super) struct Servers(Mutex<HashMap<String, Weak<Turns>>>);

impl Servers {
    /// The turns at the servers of the connection of this name.
    pub(super) fn turns(&self, name: &str, limits: &HttpLimits) -> Arc<Turns> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = all.get(name).and_then(Weak::upgrade) {
            return turns;
        }
        let turns = Arc::new(Turns::new(limits.requests, limits.waiting));
        all.retain(|_, turns| turns.strong_count() > 0);
        all.insert(name.to_owned(), Arc::downgrade(&turns));
        turns
    }
}

/// Why a request has no answer. The texts hold no secret.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    /// The client says why.
    #[error("{0}")]
    Client(ClientError),
    /// The answer is too large.
    #[error("{0} ({limit})", limit = LimitId::HttpAnswer)]
    TooLarge(ClientError),
    /// A redirect leads to an address that only a URL that is named may lead to.
    #[error("{0}; name the URL in a connection of the manifest if it is wanted")]
    Egress(ClientError),
    /// It took too long.
    #[error("it took longer than {seconds} s ({limit})", seconds = .0.as_secs_f64(), limit = LimitId::HttpTimeout)]
    TimedOut(Duration),
    /// Too many wait already.
    #[error("{0} requests are waiting for their turn ({limit})", limit = LimitId::HttpWaiting)]
    Busy(usize),
}

impl From<ClientError> for Unanswered {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::TooLarge { .. } => Self::TooLarge(error),
            ClientError::Egress { .. } => Self::Egress(error),
            error => Self::Client(error),
        }
    }
}

impl From<Busy> for Unanswered {
    fn from(Busy(waiting): Busy) -> Self {
        Self::Busy(waiting)
    }
}

impl Unanswered {
    /// The reason in a word, which spans have.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "too-large",
            Self::TimedOut(_) => "timeout",
            Self::Busy(_) | Self::Client(ClientError::Busy { .. }) => "busy",
            Self::Egress(_) | Self::Client(ClientError::Forbidden(_)) => "forbidden",
            Self::Client(_) => "unanswered",
        }
    }

    /// Counts the refusal, if it is one that nobody has counted.
    pub(super) fn count(&self) {
        metrics::refused(match self {
            Self::TooLarge(_) => LimitId::HttpAnswer,
            Self::TimedOut(_) => LimitId::HttpTimeout,
            Self::Busy(_) => LimitId::HttpWaiting,
            Self::Client(ClientError::Forbidden(_)) => LimitId::StrictRedirects,
            Self::Client(_) | Self::Egress(_) => return,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_shared_by_name_and_forgotten() {
        let (servers, limits) = (Servers::default(), HttpLimits::default());
        let a = servers.turns("a", &limits);
        assert!(Arc::ptr_eq(&a, &servers.turns("a", &limits)));
        assert!(!Arc::ptr_eq(&a, &servers.turns("b", &limits)));
        drop(a);
        let _c = servers.turns("c", &limits);
        assert_eq!(servers.0.lock().expect("a lock").keys().collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn refusals_name_their_limits() {
        let text = |error: Unanswered| error.to_string();
        let large = ClientError::TooLarge { host: "h".to_owned(), most: 5 };
        assert_eq!(text(large.into()), "the response of h is larger than 5 bytes (limit `http-answer`)");
        assert_eq!(text(Busy(3).into()), "3 requests are waiting for their turn (limit `http-waiting`)");
        let slow = Unanswered::TimedOut(Duration::from_millis(1500));
        assert_eq!(text(slow), "it took longer than 1.5 s (limit `http-timeout`)");
    }
}
