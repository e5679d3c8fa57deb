//! Metrics of calls of models. The names of models are the manifest's.

use std::time::Duration;

use super::families::{Codes, Count, Grid, Histograms};
use super::{SECOND, SECONDS, nanoseconds};
use crate::label::label;

pub(super) static SECONDS_OF_CALLS: Histograms = Histograms::new(
    "runtime_model_duration_seconds",
    "Time of a call of a model, until its answer is there; waiting to be sent again included.",
    "model",
    SECONDS,
    SECOND,
);
pub(super) static FAILURES: Grid<{ ModelFailure::ALL.len() }> = Grid::new(
    "runtime_model_failures_num",
    "Calls of models without the model's answer, by what they ended with.",
    ["model", "ending"],
    ModelFailure::NAMES,
);
pub(super) static RETRIES: Codes = Codes::new(
    "runtime_model_retries_num",
    "Calls of models that were sent again, by the status that they were refused with.",
    "code",
);
pub(super) static TOKENS: Grid<2> = Grid::new(
    "runtime_model_tokens_num",
    "Tokens that models have read (input) and written (output), as far as their answers tell.",
    ["model", "kind"],
    ["input", "output"],
);

pub(super) static INFERENCES_DROPPED: Count =
    Count::new("runtime_dropped_inferences_num", "Records of the history of model calls that were not written.");

label! {
    /// What a call of a model without the model's answer ended with.
    pub enum ModelFailure {
        /// Nothing could be sent: model, connection or input cannot be used.
        Unusable "unusable",
        /// No answer of a server.
        Unanswered "unanswered",
        /// A status that is none of success.
        Status "status",
        /// An answer that cannot be translated.
        Unreadable "unreadable",
    }
}

/// Records an exchange with the server of the model of this name, and the tokens that its answer tells.
pub fn model_answered(model: &str, time: Duration, input_tokens: Option<u64>, output_tokens: Option<u64>) {
    SECONDS_OF_CALLS.of(model).observe(nanoseconds(time));
    if input_tokens.is_some() || output_tokens.is_some() {
        TOKENS.add(model, [input_tokens.unwrap_or(0), output_tokens.unwrap_or(0)]);
    }
}

/// Counts a call of the model of this name that failed.
pub fn model_failed(model: &str, failure: ModelFailure) {
    FAILURES.add_one(model, failure as usize);
}

/// Counts a call of a model that is sent again after this status.
pub fn model_retried(status: u16) {
    RETRIES.add(status);
}

/// Counts a record of the history of model calls that is not written.
pub fn inference_dropped() {
    INFERENCES_DROPPED.add();
}
