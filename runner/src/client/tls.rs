//! Settings of TLS for servers of every kind: one stack, and one set of roots.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

/// How the certificate of a server is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust<'p> {
    /// By the roots of the system, the built-in ones where there are none; its name has to fit.
    System,
    /// By the roots in this PEM text; its name has to fit.
    Roots(&'p [u8]),
    /// By the roots of the system, or by those in this PEM text, whatever its name is.
    AnyName(Option<&'p [u8]>),
    /// Not at all: what is sent is only hidden from those who merely listen.
    Nobody,
}

/// The settings of a TLS client with such a trust. Reads the roots of the system, so it is not for the start.
///
/// # Errors
/// A sentence about the roots.
pub(crate) fn client(trust: Trust<'_>) -> Result<ClientConfig, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    Ok(match trust {
        Trust::System => builder.with_root_certificates(system_roots()).with_no_client_auth(),
        Trust::Roots(pem) => builder.with_root_certificates(roots(pem)?).with_no_client_auth(),
        Trust::AnyName(pem) => {
            let roots = pem.map_or_else(|| Ok(system_roots()), roots)?;
            let issuers = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
            let issuers = Some(issuers.map_err(|error| error.to_string())?);
            let verifier = Arc::new(Lenient { provider, issuers });
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
        Trust::Nobody => {
            let verifier = Arc::new(Lenient { provider, issuers: None });
            builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
        }
    })
}

/// The roots of the system that can be used, for a client with settings of its own. Where there are none, it is to take the
/// built-in ones. Reads files, so it is not for the start.
pub(crate) fn system_certificates() -> Vec<CertificateDer<'static>> {
    let mut certificates = rustls_native_certs::load_native_certs().certs;
    certificates.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
    certificates
}

/// The system's, and the built-in ones where there are none, as in a container without a distribution.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(system_certificates());
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn roots(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("a root certificate cannot be read: {error}"))?;
        roots.add(certificate).map_err(|error| format!("a root certificate cannot be used: {error}"))?;
    }
    if roots.is_empty() { Err("there is no root certificate in the text".to_owned()) } else { Ok(roots) }
}

/// Accepts any certificate, or those of a trusted issuer for other names. Its owner still has to prove that it is its own.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    issuers: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use rustls::CertificateError::{NotValidForName, NotValidForNameContext};
        let Some(issuers) = &self.issuers else { return Ok(ServerCertVerified::assertion()) };
        match issuers.verify_server_cert(certificate, others, name, response, now) {
            // The name is looked at last.
            Err(rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_that_cannot_be_used() {
        for (pem, expected) in [
            ("", "there is no root certificate in the text"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a root certificate cannot be used"),
            ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "a root certificate cannot be read"),
        ] {
            let error = client(Trust::Roots(pem.as_bytes())).expect_err(pem);
            assert!(error.starts_with(expected), "{pem}: {error}");
        }
    }

    #[test]
    fn trusts() {
        for trust in [Trust::System, Trust::AnyName(None), Trust::Nobody] {
            client(trust).expect("settings");
        }
    }
}
