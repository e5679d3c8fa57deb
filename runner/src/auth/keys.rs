//! Public keys that verify the signatures of tokens.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::CertificateDer;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use thiserror::Error;
use webpki::EndEntityCert;

/// What `alg` of a token may say. `none` and HMAC are missing on purpose: whoever knows a public key could make such
/// tokens.
static ALGORITHMS: [(&str, &dyn VerificationAlgorithm); 10] = [
    ("RS256", &signature::RSA_PKCS1_2048_8192_SHA256),
    ("RS384", &signature::RSA_PKCS1_2048_8192_SHA384),
    ("RS512", &signature::RSA_PKCS1_2048_8192_SHA512),
    ("PS256", &signature::RSA_PSS_2048_8192_SHA256),
    ("PS384", &signature::RSA_PSS_2048_8192_SHA384),
    ("PS512", &signature::RSA_PSS_2048_8192_SHA512),
    ("ES256", &signature::ECDSA_P256_SHA256_FIXED),
    ("ES384", &signature::ECDSA_P384_SHA384_FIXED),
    ("ES512", &signature::ECDSA_P521_SHA512_FIXED),
    ("EdDSA", &signature::ED25519),
];

/// Why text or JSON is not a key that can verify signatures.
#[derive(Debug, Error, PartialEq, Eq)]
pub(super) enum KeyError {
    /// No PEM at all.
    #[error("no complete PEM block was found; expected -----BEGIN PUBLIC KEY----- … -----END PUBLIC KEY-----")]
    NoBlock,
    /// PEM that cannot be decoded.
    #[error("the PEM text is damaged")]
    Damaged,
    /// A private key.
    #[error(
        "this is a private key, which must stay with whoever issues tokens; give the public key, which \
         `openssl pkey -pubout` makes of it, and replace the pair if others could read this one"
    )]
    Private,
    /// Another kind of PEM block.
    #[error("a PEM block \"{0}\" is not a key; expected PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE")]
    Block(String),
    /// A certificate that cannot be read.
    #[error(
        "the certificate cannot be read ({0}); expected X.509 version 3, or its public key, which \
         `openssl x509 -pubkey -noout` prints"
    )]
    Certificate(String),
    /// A key of another type.
    #[error("this type of key is not supported; expected RSA, EC on P-256, P-384 or P-521, or Ed25519")]
    Unsupported,
    /// An RSA key that is too short or too long.
    #[error("the RSA key is too short or too long; expected 2048 to 8192 bits")]
    RsaSize,
    /// Not a set of keys.
    #[error("the document is not a JWKS: expected a JSON object with a list \"keys\"")]
    Document,
    /// A member of a key that is missing or has the wrong type.
    #[error("a member of the key is missing or malformed")]
    Member,
    /// A key that is meant for something else.
    #[error("the key is not meant for verifying signatures")]
    Purpose,
}

/// A public key, ready for every algorithm that it fits.
#[derive(Debug)]
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<(&'static str, ParsedPublicKey)>,
}

impl Key {
    /// The key in DER or as a point, for those algorithms of its type that `wanted` selects.
    fn new(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Self, KeyError> {
        let fits = |&(name, algorithm)| Some((name, ParsedPublicKey::new(algorithm, bytes).ok()?));
        let algorithms: Vec<_> = ALGORITHMS.iter().filter(|(name, _)| wanted(name)).filter_map(fits).collect();
        match algorithms.first() {
            None => Err(KeyError::Unsupported),
            // Fewer bits are not safe (RFC 7518, section 3.3), more are slow.
            Some((name, key)) if is_rsa(name) && !has_good_size(key) => Err(KeyError::RsaSize),
            Some(_) => Ok(Self { id: None, algorithms }),
        }
    }

    /// Whether the key has this id.
    pub(super) fn is(&self, id: &str) -> bool {
        self.id.as_deref() == Some(id)
    }

    /// Whether the signature is this key's, made with this algorithm.
    pub(super) fn verifies(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        let key = self.algorithms.iter().find(|(name, _)| *name == algorithm);
        key.is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }
}

fn is_rsa(algorithm: &str) -> bool {
    algorithm.starts_with("RS") || algorithm.starts_with("PS")
}

/// Whether the key has 2048 to 8192 bits. Verifying refuses other keys too, but only with each signature.
fn has_good_size(key: &ParsedPublicKey) -> bool {
    key.as_der().is_ok_and(|der| PublicEncryptingKey::from_der(der.as_ref()).is_ok())
}

/// Whether tokens can be signed with the algorithm.
pub(super) fn is_supported(algorithm: &str) -> bool {
    ALGORITHMS.iter().any(|(name, _)| *name == algorithm)
}

/// The keys of all blocks of a PEM text.
///
/// # Errors
/// The first block that is not a public key.
pub(super) fn from_pem(text: &str) -> Result<Vec<Key>, KeyError> {
    let blocks = pem::parse_many(text).map_err(|_| KeyError::Damaged)?;
    if blocks.is_empty() {
        return Err(KeyError::NoBlock);
    }
    blocks.iter().map(from_block).collect()
}

fn from_block(block: &pem::Pem) -> Result<Key, KeyError> {
    match block.tag() {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Key::new(block.contents(), |_| true),
        "CERTIFICATE" => {
            let der = CertificateDer::from(block.contents());
            let certificate = EndEntityCert::try_from(&der).map_err(|e| KeyError::Certificate(format!("{e:?}")))?;
            Key::new(&certificate.subject_public_key_info(), |_| true)
        }
        tag if tag.ends_with("PRIVATE KEY") => Err(KeyError::Private),
        tag => Err(KeyError::Block(tag.to_owned())),
    }
}

/// The keys of a JWKS document, and why others of it are not used.
///
/// # Errors
/// [`KeyError::Document`]
pub(super) fn from_jwks(document: &[u8]) -> Result<(Vec<Key>, Vec<KeyError>), KeyError> {
    #[derive(Deserialize)]
    struct Document {
        keys: Vec<Value>,
    }
    let document: Document = serde_json::from_slice(document).map_err(|_| KeyError::Document)?;
    let (mut keys, mut left_out) = (Vec::new(), Vec::new());
    for value in document.keys {
        match serde_json::from_value(value).map_err(|_| KeyError::Member).and_then(from_jwk) {
            Ok(key) => keys.push(key),
            Err(error) => left_out.push(error),
        }
    }
    Ok((keys, left_out))
}

/// A key of a JWKS document (RFC 7517, RFC 7518 section 6, RFC 8037).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    d: Option<IgnoredAny>,
}

fn from_jwk(jwk: Jwk) -> Result<Key, KeyError> {
    let verify = |operations: &Vec<String>| operations.iter().any(|operation| operation == "verify");
    if jwk.r#use.as_deref().is_some_and(|purpose| purpose != "sig") || !jwk.key_ops.as_ref().is_none_or(verify) {
        return Err(KeyError::Purpose);
    }
    // Whoever can read the document can sign with such a key.
    if jwk.d.is_some() {
        return Err(KeyError::Private);
    }
    let stated = |name: &str| jwk.alg.as_deref().is_none_or(|stated| stated == name);
    let mut key = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => {
            let (n, e) = (bytes(jwk.n.as_ref())?, bytes(jwk.e.as_ref())?);
            let (n, e) = (without_zeros(&n), without_zeros(&e));
            let der = RsaPublicKeyComponents { n, e }.as_der().map_err(|_| KeyError::Unsupported)?;
            Key::new(der.as_ref(), |name| is_rsa(name) && stated(name))
        }
        ("EC", Some(curve @ ("P-256" | "P-384" | "P-521"))) => {
            let algorithm = match curve {
                "P-256" => "ES256",
                "P-384" => "ES384",
                _ => "ES512",
            };
            let point = [vec![4], bytes(jwk.x.as_ref())?, bytes(jwk.y.as_ref())?].concat();
            Key::new(&point, |name| name == algorithm && stated(name))
        }
        ("OKP", Some("Ed25519")) => Key::new(&bytes(jwk.x.as_ref())?, |name| name == "EdDSA" && stated(name)),
        _ => Err(KeyError::Unsupported),
    }?;
    key.id = jwk.kid;
    Ok(key)
}

fn bytes(member: Option<&String>) -> Result<Vec<u8>, KeyError> {
    member.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or(KeyError::Member)
}

/// Some issuers write numbers with a sign byte.
fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::PublicKeyX509Der;
    use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
    use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair as _};

    use super::*;

    fn names(key: &Key) -> Vec<&'static str> {
        key.algorithms.iter().map(|(name, _)| *name).collect()
    }

    fn pem(tag: &str, der: &[u8]) -> String {
        pem::encode(&pem::Pem::new(tag, der))
    }

    #[test]
    fn keys_fit_the_algorithms_of_their_type() {
        let rsa = RsaPair::generate(KeySize::Rsa2048).expect("a key");
        let spki: PublicKeyX509Der<'_> = rsa.public_key().as_der().expect("DER");
        let ec = EcdsaKeyPair::generate(&signature::ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key");
        let point = ec.public_key().as_ref();
        let text = format!("for staging:\n{}\n\n{}", pem("PUBLIC KEY", spki.as_ref()), pem("PUBLIC KEY", point));
        let keys = from_pem(&text).expect("two keys");
        assert_eq!(names(&keys[0]), ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]);
        assert_eq!(names(&keys[1]), ["ES384"]);
        assert!(!keys[1].verifies("ES256", b"", b"") && !keys[1].verifies("none", b"", b""));
    }

    #[test]
    fn texts_that_are_no_public_keys() {
        let check = |text: &str| from_pem(text).map(|_| ());
        for tag in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
            assert_eq!(check(&pem(tag, &[48, 0])), Err(KeyError::Private), "{tag}");
        }
        assert_eq!(check(""), Err(KeyError::NoBlock));
        assert_eq!(check("-----BEGIN PUBLIC KEY-----\nAAAA"), Err(KeyError::NoBlock));
        assert_eq!(check("-----BEGIN PUBLIC KEY-----\n?\n-----END PUBLIC KEY-----"), Err(KeyError::Damaged));
        assert_eq!(check(&pem("PUBLIC KEY", &[1; 91])), Err(KeyError::Unsupported));
        assert_eq!(check(&pem("EC PARAMETERS", &[48, 0])), Err(KeyError::Block("EC PARAMETERS".to_owned())));
        assert!(matches!(check(&pem("CERTIFICATE", &[48, 0])), Err(KeyError::Certificate(_))));
        let short = RsaPublicKeyComponents { n: vec![0xc5; 128], e: vec![1, 0, 1] }.as_der().expect("DER");
        assert_eq!(check(&pem("PUBLIC KEY", short.as_ref())), Err(KeyError::RsaSize));
    }

    #[test]
    fn documents() {
        let left_out = |key: &str| {
            let (keys, left_out) = from_jwks(format!(r#"{{"keys": [{key}]}}"#).as_bytes()).expect("a document");
            assert!(keys.is_empty(), "{key}");
            left_out.into_iter().next().expect("a reason")
        };
        assert_eq!(left_out("5"), KeyError::Member);
        assert_eq!(left_out(r#"{"kty": "RSA", "e": "AQAB"}"#), KeyError::Member);
        assert_eq!(left_out(r#"{"kty": "RSA", "n": "", "e": "AQAB"}"#), KeyError::Unsupported);
        assert_eq!(left_out(r#"{"kty": "RSA", "n": "xcU", "e": "AQAB"}"#), KeyError::RsaSize);
        assert_eq!(left_out(r#"{"kty": "RSA", "n": "xcU=", "e": "AQAB"}"#), KeyError::Member);
        assert_eq!(left_out(r#"{"kty": "oct", "k": "AAAA"}"#), KeyError::Unsupported);
        assert_eq!(left_out(r#"{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}"#), KeyError::Unsupported);
        assert_eq!(left_out(r#"{"kty": "RSA", "use": "enc"}"#), KeyError::Purpose);
        assert_eq!(left_out(r#"{"kty": "RSA", "key_ops": []}"#), KeyError::Purpose);
        assert_eq!(left_out(r#"{"kty": "RSA", "d": "AA"}"#), KeyError::Private);
        for text in ["", "[]", "{}", r#"{"keys": null}"#] {
            assert_eq!(from_jwks(text.as_bytes()).map(|_| ()), Err(KeyError::Document), "{text}");
        }
    }
}
