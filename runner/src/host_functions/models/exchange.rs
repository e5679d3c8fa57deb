//! The exchange with a model's server. Where that refuses for now and says when it may be asked again, it is, within bounds.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::super::HostError;
use super::super::connection::{Connections, http_error};
use super::super::pauses::scattered;
use crate::client::{Request, Response};
use crate::limits::{LimitId, ModelLimits};
use crate::telemetry::{LogContext, Record, Severity, metrics};

/// Sends a request to a server of a connection until it is answered otherwise than by a refusal that names its end, or the limits are reached. `detail`
/// is for the log.
pub(super) async fn send(
    connections: &Connections,
    connection: &str,
    limits: ModelLimits,
    log: &LogContext,
    detail: &str,
    request: Request,
) -> Result<Response, HostError> {
    let mut time_left = limits.retry_wait;
    let mut tries_left = limits.retries;
    loop {
        let response = connections.send("model", connection, request.clone()).await?;
        let now = Timestamp::now();
        let Some(wait) = refused_for(response.status, &response.headers, now) else { return Ok(response) };
        let wait = wait.saturating_add(spread(wait));
        let limit = match (tries_left.checked_sub(1), time_left.checked_sub(wait)) {
            (Some(tries), Some(time)) => {
                (tries_left, time_left) = (tries, time);
                None
            }
            (None, _) => Some(LimitId::ModelRetries),
            (_, None) => Some(LimitId::ModelRetryWait),
        };
        if let Some(limit) = limit {
            metrics::refused(limit);
            return Ok(response);
        }
        metrics::model_retried(response.status.as_u16());
        let error = http_error(response.status);
        let record = Record { detail: Some(detail), error: Some(&error), user_visible: true, ..Default::default() };
        log.write(Severity::Warn, "The model's server refused for now: it is asked again.", record);
        tokio::time::sleep(wait).await;
    }
}

/// What a request carries that nobody is to read: values of headers with a secret, the secret behind a scheme such as
/// `Bearer`, and values of the URL's query. What is too short to be a secret is left out.
pub(super) fn secrets(request: &Request) -> Vec<String> {
    const SHORTEST: usize = 8;
    let values = request.headers.values().filter(|value| value.is_sensitive()).filter_map(|value| value.to_str().ok());
    let mut secrets: Vec<String> = Vec::new();
    for value in values {
        secrets.push(value.to_owned());
        secrets.extend(value.split_once(' ').map(|(_, secret)| secret.trim().to_owned()));
    }
    let parameters = request.url.query_pairs().map(|(_, value)| value.into_owned());
    secrets.extend(parameters.filter(|value| value.len() >= 2 * SHORTEST));
    secrets.retain(|secret| secret.len() >= SHORTEST);
    // The longer ones first: others may be parts of them.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets
}

/// How long a server wants to be left alone that has refused a request, so that it can be sent again: nothing of it was
/// begun. No other failure says so.
fn refused_for(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    if !matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than can be counted is longer than anybody waits.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    static DATES: DateTimeParser = DateTimeParser::new();
    let until = DATES.parse_timestamp(text).ok()?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// What is waited longer than was asked for: up to a quarter, and up to a tenth of a second.
fn spread(wait: Duration) -> Duration {
    scattered(wait.min(Duration::from_secs(60)) / 4 + Duration::from_millis(100), 0.0..1.0)
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn refused(status: u16, value: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(RETRY_AFTER, HeaderValue::from_str(value).expect("a value"));
        }
        let now = "1994-11-06T08:49:30Z".parse().expect("a time");
        refused_for(StatusCode::from_u16(status).expect("a status"), &headers, now)
    }

    #[test]
    fn only_refusals_that_name_their_end() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(refused(429, Some("7")), seconds(7));
        assert_eq!(refused(503, Some(" 0 ")), seconds(0));
        assert_eq!(refused(503, Some("Sun, 06 Nov 1994 08:49:37 GMT")), seconds(7));
        assert_eq!(refused(503, Some("Sun, 06 Nov 1994 08:49:00 GMT")), seconds(0));
        assert_eq!(refused(429, Some("99999999999999999999999")), seconds(u64::MAX));
        for (status, value) in [
            (429, None),
            (429, Some("")),
            (429, Some("soon")),
            (429, Some("-1")),
            (500, Some("1")),
            (502, Some("1")),
            (504, Some("1")),
            (200, Some("1")),
        ] {
            assert_eq!(refused(status, value), None, "{status} {value:?}");
        }
    }

    #[test]
    fn what_is_added_is_bounded() {
        for wait in [Duration::ZERO, Duration::from_secs(4), Duration::MAX] {
            assert!(spread(wait) <= Duration::from_millis(15_100));
        }
    }
}
