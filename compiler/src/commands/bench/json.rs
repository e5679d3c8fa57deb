//! The report as JSON. Names tell the units.

use std::time::Duration;

use loadgen::samples::Summary;
use serde_json::{Value, json};

use super::Report;
use super::measure::{Call, FLOOR};
use super::questions::Question;

/// One object with everything.
pub(super) fn object(report: &Report<'_>) -> Value {
    let Report { arguments, machine, subject, questions, figures } = report;
    let app = &subject.program.app;
    json!({
        "app": {
            "name": app.name,
            "version": app.version,
            "buildId": app.build_id,
            "sdk": app.sdk,
            "language": subject.program.language.to_string(),
        },
        "file": { "path": subject.file.display().to_string(), "sizeBytes": subject.length },
        "runner": subject.runner.as_ref().map(|(path, length)| {
            json!({ "path": path.display().to_string(), "sizeBytes": length })
        }),
        "machine": {
            "processor": machine.processor,
            "architecture": std::env::consts::ARCH,
            "system": std::env::consts::OS,
            "cores": machine.cores,
            "loadAverage1Min": machine.load,
        },
        "settings": {
            "rounds": arguments.rounds,
            "connections": arguments.connections,
            "secondsOfLoad": rounded(figures.seconds, 3),
            "serverCore": arguments.pin,
            "endpointPath": subject.path,
            "environment": figures.environment,
            "runnerArguments": arguments.runner_arguments,
        },
        "coldStart": figures.cold.iter().map(|(question, summary)| cold(question, summary)).collect::<Vec<_>>(),
        "calls": figures.calls.iter().map(|(question, found)| call(question, found)).collect::<Vec<_>>(),
        "skippedFields": questions.skipped.iter().map(|(field, reason)| {
            json!({ "field": field, "reason": reason })
        }).collect::<Vec<_>>(),
        "floor": figures.floor.as_ref().map(|summary| json!({ "path": FLOOR, "latency": latency(summary) })),
        "memory": figures.memory.map(|(idle, peak)| {
            json!({ "residentAfterFirstAnswerBytes": idle, "peakResidentBytes": peak })
        }),
        "notes": report.notes(),
    })
}

fn cold(question: &Question, summary: &Summary<Duration>) -> Value {
    json!({
        "label": question.label,
        "query": question.query,
        "variables": question.variables,
        "rounds": summary.count,
        "minimumMs": milliseconds(summary.minimum),
        "medianMs": milliseconds(summary.median),
        "p95Ms": milliseconds(summary.p95),
    })
}

fn call(question: &Question, call: &Result<Call, String>) -> Value {
    let found = call.as_ref().ok();
    json!({
        "label": question.label,
        "query": question.query,
        "variables": question.variables,
        "given": question.given,
        "error": call.as_ref().err(),
        "latency": found.map(|call| latency(&call.latency)),
        "memory": found.and_then(|call| call.usage).map(|usage| json!({
            "collectionsPerCall": usage.collections.map(|collections| rounded(collections, 3)),
            "grownBytesPerCall": rounded(usage.grown, 1),
        })),
        "load": found.map(|call| json!({
            "requestsPerSecond": rounded(call.load.rate(), 1),
            "succeeded": call.load.succeeded,
            "failed": call.load.failed,
            "firstFailure": call.load.failure,
            "tookSeconds": rounded(call.load.took.as_secs_f64(), 3),
        })),
    })
}

fn latency(summary: &Summary<Duration>) -> Value {
    json!({
        "requests": summary.count,
        "minimumUs": microseconds(summary.minimum),
        "medianUs": microseconds(summary.median),
        "p95Us": microseconds(summary.p95),
        "p99Us": microseconds(summary.p99),
    })
}

fn milliseconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1e3, 3)
}

fn microseconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1e6, 1)
}

fn rounded(number: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (number * factor).round() / factor
}
