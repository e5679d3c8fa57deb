//! TLS on a connection to PostgreSQL: whether, how, and what binds the log-in to it.

use std::sync::{Arc, OnceLock};

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::address::{Tls, TlsMode};
use super::wire::Stream;
use crate::client::tls::{Trust, client};
use crate::host_functions::database::DatabaseError;

/// How connections to a database are encrypted. Files and roots are read by the first that is.
pub(super) struct Encryption {
    pub(super) settings: Tls,
    connector: OnceLock<TlsConnector>,
}

/// A stream with what a log-in can be bound to: a hash of the server's certificate.
pub(super) struct Secured {
    pub(super) stream: Box<dyn Stream>,
    pub(super) encrypted: bool,
    pub(super) end_point: Option<Vec<u8>>,
}

impl Secured {
    pub(super) fn plain(stream: Box<dyn Stream>) -> Self {
        Self { stream, encrypted: false, end_point: None }
    }
}

impl Encryption {
    pub(super) fn new(settings: Tls) -> Self {
        Self { settings, connector: OnceLock::new() }
    }

    /// Asks the server for TLS. A server without it gives a plain stream, if that will do.
    pub(super) async fn secure(&self, mut stream: Box<dyn Stream>, host: &str) -> Result<Secured, DatabaseError> {
        let failed = |error: std::io::Error| DatabaseError::Unreachable(error.to_string());
        let mut request = BytesMut::new();
        frontend::ssl_request(&mut request);
        stream.write_all(&request).await.map_err(failed)?;
        stream.flush().await.map_err(failed)?;
        // One byte and no more: what comes behind it would not be encrypted.
        let mut answer = [0];
        stream.read_exact(&mut answer).await.map_err(failed)?;
        if answer != *b"S" {
            let optional = matches!(self.settings.mode, TlsMode::Allow | TlsMode::Prefer);
            return match answer {
                [b'N'] if optional => Ok(Secured::plain(stream)),
                [b'N'] => Err(DatabaseError::Unreachable(
                    "the server has no TLS, which sslmode of the connection string asks for".to_owned(),
                )),
                _ => Err(DatabaseError::Unreachable("the server does not speak PostgreSQL's protocol".to_owned())),
            };
        }
        let connector = match self.connector.get() {
            Some(connector) => connector,
            // A file that is not there may be there next time.
            None => {
                let made = self.make().map_err(DatabaseError::Unreachable)?;
                self.connector.get_or_init(|| made)
            }
        };
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| DatabaseError::Unreachable("the host is no name for TLS".to_owned()))?;
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|error| DatabaseError::Unreachable(format!("TLS: {error}")))?;
        let end_point = stream.get_ref().1.peer_certificates().and_then(|chain| end_point(chain.first()?));
        Ok(Secured { stream: Box::new(stream), encrypted: true, end_point })
    }

    fn make(&self) -> Result<TlsConnector, String> {
        let read = |path: &str| {
            std::fs::read(path).map_err(|error| format!("the file {path} of the connection string: {error}"))
        };
        let roots = match self.settings.roots.as_deref() {
            None | Some("system") => None,
            Some(path) => Some(read(path)?),
        };
        let trust = match (self.settings.mode, &roots) {
            (TlsMode::VerifyFull, Some(roots)) => Trust::Roots(roots),
            (TlsMode::VerifyFull, None) => Trust::System,
            (TlsMode::VerifyCa, roots) => Trust::AnyName(roots.as_deref()),
            _ => Trust::Nobody,
        };
        let mut config = client(trust)?;
        if let Some((certificate, key)) = &self.settings.certificate {
            identify(&mut config, &read(certificate)?, &read(key)?)?;
        }
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// Shows the server a certificate of the client's own.
fn identify(config: &mut ClientConfig, certificate: &[u8], key: &[u8]) -> Result<(), String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.map_err(|error| format!("the certificate of sslcert cannot be read: {error}"))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| "the key of sslkey cannot be read".to_owned())?;
    let certified = rustls::sign::CertifiedKey::from_der(chain, key, config.crypto_provider());
    let certified = certified.map_err(|error| format!("sslcert and sslkey cannot be used: {error}"))?;
    config.client_auth_cert_resolver = Arc::new(rustls::sign::SingleCertAndKey::from(certified));
    Ok(())
}

/// `tls-server-end-point` of RFC 5929: the certificate, hashed as it was for its signature. None if that is not known.
fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, … }, signature }
    let (whole, _) = element(certificate, 0x30)?;
    let (_, rest) = element(whole, 0x30)?;
    let (algorithm, _) = element(rest, 0x30)?;
    let (identifier, _) = element(algorithm, 0x06)?;
    // PKCS #1: 1.2.840.113549.1.1.*, and ECDSA: 1.2.840.10045.4.*
    match identifier {
        // MD5 and SHA-1 are replaced by SHA-256.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 4 | 5 | 11]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 2]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01] => Some(Sha256::digest(certificate).to_vec()),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 12] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 3] => {
            Some(Sha384::digest(certificate).to_vec())
        }
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 13] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 4] => {
            Some(Sha512::digest(certificate).to_vec())
        }
        _ => None,
    }
}

/// The contents of the DER element that stands first, if it has this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
        (digits.iter().try_fold(0_usize, |sum, digit| sum.checked_mul(256)?.checked_add(usize::from(*digit)))?, rest)
    };
    (first == tag).then_some(())?;
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_end_too_early() {
        assert_eq!(element(&[0x30, 2, 1, 2, 3], 0x30), Some((&[1, 2][..], &[3][..])));
        assert_eq!(element(&[0x30, 0x81, 1, 9], 0x30), Some((&[9][..], &[][..])));
        for bytes in [
            &[][..],
            &[0x30],
            &[0x31, 0],
            &[0x30, 3, 1],
            &[0x30, 0x82, 1],
            &[0x30, 0x89, 255, 255, 255, 255, 255, 255, 255, 255, 255],
        ] {
            assert_eq!(element(bytes, 0x30), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_certificate_is_hashed_as_for_its_signature() {
        let tbs = [0x30, 1, 7];
        let with = |identifier: &[u8]| {
            let mut algorithm = vec![0x06, identifier.len() as u8];
            algorithm.extend(identifier);
            let mut inner = tbs.to_vec();
            inner.extend([0x30, algorithm.len() as u8]);
            inner.extend(algorithm);
            let mut whole = vec![0x30, inner.len() as u8];
            whole.extend(inner);
            end_point(&CertificateDer::from(whole)).map(|hash| hash.len())
        };
        assert_eq!(with(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]), Some(32));
        assert_eq!(with(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5]), Some(32));
        assert_eq!(with(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]), Some(48));
        assert_eq!(with(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13]), Some(64));
        assert_eq!(with(&[0x2b, 0x65, 0x70]), None);
    }
}
