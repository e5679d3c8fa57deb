//! Public keys that verify the signatures of tokens.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents, VerificationAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::CertificateDer;
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;
use webpki::EndEntityCert;

/// What `alg` of a token may say. `none` and HMAC are missing on purpose: whoever knows a public key could make such
/// tokens.
static ALGORITHMS: [(&str, &dyn VerificationAlgorithm); 11] = [
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
    // The same under its later name (RFC 9864).
    ("Ed25519", &signature::ED25519),
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
    /// A key that states an algorithm which does not verify tokens, or not with this type of key.
    #[error("its `alg` is \"{0}\", which verifies no tokens with this type of key")]
    Algorithm(String),
    /// An RSA key that is too short or too long.
    #[error("the RSA key is too short or too long; expected 2048 to 8192 bits")]
    RsaSize,
    /// Not a set of keys.
    #[error("the document is not a JWKS: expected a JSON object with a list \"keys\"")]
    Document,
    /// A member of a key that is missing or has the wrong type.
    #[error("its member `{0}` is missing or malformed")]
    Member(&'static str),
    /// Not even an object.
    #[error("it is not a JSON object")]
    Object,
    /// A key that is meant for something else.
    #[error("its `use` or `key_ops` says that it is not meant for verifying signatures")]
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

/// The keys of all blocks of a PEM text. Environments and editors leave byte order marks in such texts, and `\n` for the
/// ends of lines; neither occurs in PEM.
///
/// # Errors
/// The first block that is not a public key.
pub(super) fn from_pem(text: &str) -> Result<Vec<Key>, KeyError> {
    let text = text.replace('\u{feff}', "").replace("\\r", "\r").replace("\\n", "\n");
    let blocks = pem::parse_many(text).map_err(|_| KeyError::Damaged)?;
    if blocks.is_empty() {
        return Err(KeyError::NoBlock);
    }
    blocks.iter().map(from_block).collect()
}

fn from_block(block: &pem::Pem) -> Result<Key, KeyError> {
    match block.tag() {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Key::new(block.contents(), |_| true),
        "CERTIFICATE" => from_certificate(block.contents(), |_| true),
        tag if tag.ends_with("PRIVATE KEY") => Err(KeyError::Private),
        tag => Err(KeyError::Block(tag.to_owned())),
    }
}

/// The key of a certificate in DER. Its dates do not matter: who configures it vouches for the key.
fn from_certificate(der: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Key, KeyError> {
    let der = CertificateDer::from(der);
    let certificate = EndEntityCert::try_from(&der).map_err(|e| KeyError::Certificate(format!("{e:?}")))?;
    Key::new(&certificate.subject_public_key_info(), wanted)
}

/// A key of a JWKS document that is not used.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skipped {
    /// Its `kid`.
    pub(super) id: Option<String>,
    /// Why it is not used.
    pub(super) reason: KeyError,
}

/// The keys of a JWKS document, and those of it that are not used.
///
/// # Errors
/// [`KeyError::Document`]
pub(super) fn from_jwks(document: &[u8]) -> Result<(Vec<Key>, Vec<Skipped>), KeyError> {
    #[derive(Deserialize)]
    struct Document {
        keys: Vec<Value>,
    }
    let document = document.strip_prefix("\u{feff}".as_bytes()).unwrap_or(document);
    let document: Document = serde_json::from_slice(document).map_err(|_| KeyError::Document)?;
    let (mut keys, mut skipped) = (Vec::new(), Vec::new());
    for value in document.keys {
        let id = key_id(&value);
        match value.as_object().ok_or(KeyError::Object).and_then(from_jwk) {
            Ok(key) => keys.push(Key { id, ..key }),
            Err(reason) => skipped.push(Skipped { id, reason }),
        }
    }
    Ok((keys, skipped))
}

/// `kid` of a key or of a token's header. It is to be text; some issuers count.
pub(super) fn key_id(value: &Value) -> Option<String> {
    match value.get("kid")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// A key of a JWKS document (RFC 7517, RFC 7518 section 6, RFC 8037).
fn from_jwk(jwk: &Map<String, Value>) -> Result<Key, KeyError> {
    if text(jwk, "use")?.is_some_and(|purpose| purpose != "sig") || !may_verify(jwk)? {
        return Err(KeyError::Purpose);
    }
    // Whoever can read the document can sign with such a key.
    if jwk.contains_key("d") {
        return Err(KeyError::Private);
    }
    let kind = text(jwk, "kty")?.ok_or(KeyError::Member("kty"))?;
    let curve = text(jwk, "crv")?;
    let fitting: fn(&str) -> bool = match (kind, curve) {
        ("RSA", _) => is_rsa,
        ("EC", Some("P-256")) => |name| name == "ES256",
        ("EC", Some("P-384")) => |name| name == "ES384",
        ("EC", Some("P-521")) => |name| name == "ES512",
        ("OKP", Some("Ed25519")) => is_ed25519,
        // Only a certificate says which curve it is.
        ("EC" | "OKP", None) if jwk.contains_key("x5c") => |name| name.starts_with('E'),
        _ => return Err(KeyError::Unsupported),
    };
    let stated = text(jwk, "alg")?;
    let wanted = |name: &str| {
        fitting(name) && stated.is_none_or(|stated| stated == name || (is_ed25519(stated) && is_ed25519(name)))
    };
    if let Some(stated) = stated
        && !ALGORITHMS.iter().any(|(name, _)| wanted(name))
    {
        return Err(KeyError::Algorithm(stated.to_owned()));
    }
    let key_itself = if kind == "RSA" { "n" } else { "x" };
    if !jwk.contains_key(key_itself)
        && let Some(certificate) = certificate(jwk)?
    {
        return from_certificate(&certificate, wanted);
    }
    match (kind, curve) {
        ("RSA", _) => {
            let (n, e) = (number(jwk, "n")?, number(jwk, "e")?);
            let (n, e) = (without_zeros(&n), without_zeros(&e));
            let der = RsaPublicKeyComponents { n, e }.as_der().map_err(|_| KeyError::Unsupported)?;
            Key::new(der.as_ref(), wanted)
        }
        ("EC", curve) => {
            let width = match curve {
                Some("P-256") => 32,
                Some("P-384") => 48,
                _ => 66,
            };
            let point = [vec![4], coordinate(jwk, "x", width)?, coordinate(jwk, "y", width)?].concat();
            Key::new(&point, wanted)
        }
        _ => Key::new(&number(jwk, "x")?, wanted),
    }
}

fn is_ed25519(algorithm: &str) -> bool {
    matches!(algorithm, "EdDSA" | "Ed25519")
}

/// A member that is text; missing and null are the same.
fn text<'k>(jwk: &'k Map<String, Value>, name: &'static str) -> Result<Option<&'k str>, KeyError> {
    match jwk.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyError::Member(name)),
    }
}

/// Whether `key_ops` lets the key verify.
fn may_verify(jwk: &Map<String, Value>) -> Result<bool, KeyError> {
    match jwk.get("key_ops") {
        None | Some(Value::Null) => Ok(true),
        Some(Value::Array(operations)) => Ok(operations.iter().any(|operation| operation == "verify")),
        Some(_) => Err(KeyError::Member("key_ops")),
    }
}

/// The first certificate of `x5c`, which is the key's own (RFC 7517, section 4.7), in DER.
fn certificate(jwk: &Map<String, Value>) -> Result<Option<Vec<u8>>, KeyError> {
    match jwk.get("x5c") {
        None | Some(Value::Null) => Ok(None),
        Some(chain) => {
            let first = chain.get(0).and_then(Value::as_str).and_then(decoded);
            first.map(Some).ok_or(KeyError::Member("x5c"))
        }
    }
}

fn number(jwk: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, KeyError> {
    text(jwk, name)?.and_then(decoded).ok_or(KeyError::Member(name))
}

/// A coordinate in as many bytes as its curve wants. Some issuers leave out zeros in front, some add a sign byte.
fn coordinate(jwk: &Map<String, Value>, name: &'static str, width: usize) -> Result<Vec<u8>, KeyError> {
    let number = number(jwk, name)?;
    let digits = without_zeros(&number);
    let zeros = width.checked_sub(digits.len()).ok_or(KeyError::Member(name))?;
    Ok([&vec![0; zeros], digits].concat())
}

/// Base64url is what a JWK is to hold. Padding and the other alphabet of base64 occur, too, and leave no doubt.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    URL_SAFE_NO_PAD.decode(text).ok()
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
            left_out.into_iter().next().expect("a reason").reason
        };
        assert_eq!(left_out("5"), KeyError::Object);
        assert_eq!(left_out("{}"), KeyError::Member("kty"));
        assert_eq!(left_out(r#"{"kty": "RSA", "e": "AQAB"}"#), KeyError::Member("n"));
        assert_eq!(left_out(r#"{"kty": "RSA", "n": "", "e": "AQAB"}"#), KeyError::Unsupported);
        assert_eq!(left_out(r#"{"kty": "RSA", "n": "xcU", "e": "AQAB"}"#), KeyError::RsaSize);
        assert_eq!(left_out(r#"{"kty": "RSA", "n": "xcU=", "e": "AQAB"}"#), KeyError::RsaSize);
        assert_eq!(left_out(r#"{"kty": "RSA", "n": "x cU", "e": "AQAB"}"#), KeyError::Member("n"));
        assert_eq!(left_out(r#"{"kty": "RSA", "n": 5, "e": "AQAB"}"#), KeyError::Member("n"));
        assert_eq!(left_out(r#"{"kty": "RSA", "x5c": []}"#), KeyError::Member("x5c"));
        assert!(matches!(left_out(r#"{"kty": "RSA", "x5c": ["AAAA"]}"#), KeyError::Certificate(_)));
        assert_eq!(
            left_out(r#"{"kty": "RSA", "alg": "RSA-OAEP", "n": "xcU"}"#),
            KeyError::Algorithm("RSA-OAEP".into())
        );
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
