//! What went wrong, in words that show no secret (`host-functions` section 9.2).

use mysql_async::{DriverError, Error, IoError, ServerError};
use mysql_common::proto::codec::error::PacketCodecError;

use super::address::Address;
use crate::host_functions::database::DatabaseError;

/// The server's own words, with code and state: `Error 1146 (42S02): Table 'app.t' doesn't exist`.
pub(super) fn shown(error: &ServerError, address: &Address) -> String {
    let ServerError { code, state, message } = error;
    address.without_secrets(format!("Error {code} ({state}): {message}"))
}

/// Why there is no connection.
pub(super) fn of_connecting(error: &Error, address: &Address) -> DatabaseError {
    DatabaseError::Unreachable(match error {
        Error::Server(error) => shown(error, address),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => {
            "the server offers no TLS, which the connection string asks for (`tls`)".to_owned()
        }
        Error::Driver(DriverError::CleartextPluginDisabled) => {
            "the server asks for the password itself, which needs the option `allowCleartextPasswords=true`".to_owned()
        }
        other => of_client(other),
    })
}

/// Why an operation failed whose answer may have `most` bytes.
pub(super) fn of_operation(error: &Error, address: &Address, most: usize) -> DatabaseError {
    match error {
        Error::Server(error) => DatabaseError::Refused(shown(error, address)),
        Error::Io(IoError::Io(io)) if is_too_large(io) => DatabaseError::TooLarge(most),
        Error::Io(_) | Error::Driver(DriverError::ConnectionClosed) => DatabaseError::Lost(of_client(error)),
        other => DatabaseError::Unusable(of_client(other)),
    }
}

fn is_too_large(error: &std::io::Error) -> bool {
    let codec = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(codec, Some(PacketCodecError::PacketTooLarge))
}

/// The client's words. Those with values in them are left out.
fn of_client(error: &Error) -> String {
    match error {
        Error::Io(IoError::Io(error)) => error.to_string(),
        Error::Io(IoError::Tls(error)) => format!("TLS: {error}"),
        Error::Driver(error) => error.to_string(),
        _ => "the client failed".to_owned(),
    }
}
