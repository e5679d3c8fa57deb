//! What the log says about where an app is served.

use std::net::SocketAddr;

use abi::reserved_paths;

use super::App;

/// Says what is served.
pub(super) fn announce(app: &App, address: SocketAddr) {
    for route in app.routes.endpoints() {
        let url = url(address, &route.normal_path);
        tracing::info!(target: "modus", endpoint = route.name, url, "Serving.");
    }
    if app.routes.has_explorer() {
        tracing::info!(target: "modus", url = url(address, reserved_paths::EXPLORER), "The API explorer is on.");
    }
    if app.routes.endpoints().is_empty() {
        tracing::warn!(target: "modus", "The manifest has no endpoints: no GraphQL is served.");
    }
}

/// An address that a browser on this machine can open.
fn url(address: SocketAddr, path: &str) -> String {
    match address {
        address if address.ip().is_unspecified() => format!("http://localhost:{}{path}", address.port()),
        address => format!("http://{address}{path}"),
    }
}
