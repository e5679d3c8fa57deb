//! Bodies of responses that have no data.

use super::error::RequestError;
use super::json;

/// A body with errors and no data.
pub(crate) fn errors(errors: &[RequestError]) -> Vec<u8> {
    let mut out = b"{\"errors\":[".to_vec();
    for (index, error) in errors.iter().enumerate() {
        error.count();
        json::separate(&mut out, index);
        out.extend_from_slice(b"{\"message\":");
        json::string(&mut out, &error.message);
        if !error.locations.is_empty() {
            out.extend_from_slice(b",\"locations\":[");
            for (index, (line, column)) in error.locations.iter().enumerate() {
                json::separate(&mut out, index);
                json::integer(&mut out, format_args!("{{\"line\":{line},\"column\":{column}}}"));
            }
            out.push(b']');
        }
        if let Some(code) = error.code {
            out.extend_from_slice(b",\"extensions\":{\"code\":");
            json::string(&mut out, code);
            out.push(b'}');
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    out
}
