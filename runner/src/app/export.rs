//! Sending traces with a client as host functions use it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hyper::body::Bytes;
use hyper::{Request, Response};
use opentelemetry_http::HttpError;
use tokio::runtime::Handle;

use crate::client::{self, Clients, HttpClient};
use crate::egress::Hop;
use crate::environment::Environment;

/// Time for one export.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of what a collector answers, which is a few.
const ANSWER: usize = 1 << 20;

/// Sends what the exporter of traces hands it.
#[derive(Debug)]
pub(super) struct Exporter {
    runtime: Handle,
    http: Arc<HttpClient>,
    /// Whether the last export failed: only the first failure in a row is logged.
    failing: AtomicBool,
}

impl Exporter {
    pub(super) fn new(runtime: Handle, clients: &Clients) -> Self {
        let http = Arc::new(clients.separate(&Environment::load(None)));
        Self { runtime, http, failing: AtomicBool::new(false) }
    }

    fn report(&self, failure: Option<&str>) {
        let failed_before = self.failing.swap(failure.is_some(), Ordering::Relaxed);
        match failure {
            Some(error) if !failed_before => {
                tracing::warn!(target: "modus", error, "Traces could not be exported.");
            }
            None if failed_before => tracing::info!(target: "modus", "Traces are exported again."),
            _ => {}
        }
    }
}

#[async_trait]
impl opentelemetry_http::HttpClient for Exporter {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let url = head.uri.to_string().parse()?;
        let request =
            client::Request { method: head.method, url, headers: head.headers, confidential: Vec::new(), body };
        let http = Arc::clone(&self.http);
        // The exporter has a thread of its own, which is none of the runtime's.
        let task = self.runtime.spawn(async move {
            let no_redirects = |_: &url::Url| Hop::Refused;
            tokio::time::timeout(TIMEOUT, http.send(request, ANSWER, no_redirects)).await
        });
        let sent = match task.await {
            Ok(Ok(Ok(response))) => Ok(response),
            Ok(Ok(Err(error))) => Err(error.to_string()),
            Ok(Err(_)) => Err("the collector did not answer in time".to_owned()),
            Err(_) => Err("the process is ending".to_owned()),
        };
        let failure = match &sent {
            Ok(response) if !response.status.is_success() => Some(format!("the collector answers {}", response.status)),
            Ok(_) => None,
            Err(error) => Some(error.clone()),
        };
        self.report(failure.as_deref());
        let sent = sent?;
        let mut response = Response::new(sent.body);
        *response.status_mut() = sent.status;
        *response.headers_mut() = sent.headers;
        Ok(response)
    }
}
