//! TLS for servers that stand in for others.

use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What makes TLS of connections, with a new certificate for these names and one of these protocols (ALPN); and the
/// certificate as PEM. Panics when a certificate cannot have such a name.
pub(crate) fn acceptor(names: &[&str], protocols: &[&str]) -> (TlsAcceptor, String) {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let key = rcgen::generate_simple_self_signed(names).expect("a certificate");
    let certificate = key.cert.pem();
    let tls = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .and_then(|tls| {
            let private = PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
            tls.with_no_client_auth().with_single_cert(vec![key.cert.into()], private)
        });
    let mut tls = tls.expect("TLS");
    tls.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    (TlsAcceptor::from(Arc::new(tls)), certificate)
}
