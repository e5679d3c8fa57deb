//! Keys and tokens, made with another library than the one that checks them.

use aws_lc_rs::encoding::{AsBigEndian as _, AsDer as _, EcPrivateKeyBin, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use crate::runner::Runner;

/// A pair of keys.
pub struct Pair {
    /// The algorithms of the type.
    pub algorithms: &'static [&'static str],
    /// Public key, DER.
    pub spki: Vec<u8>,
    /// Private key, DER.
    pub pkcs8: Vec<u8>,
    signer: Signer,
}

enum Signer {
    Library(EncodingKey),
    P521(EcdsaKeyPair),
}

/// What `RSA PUBLIC KEY` and the library's own private keys hold lies behind so many bytes in the other forms.
const RSA_SPKI_HEAD: usize = 24;
const RSA_PKCS8_HEAD: usize = 26;

impl Pair {
    /// RSA, 2048 bits.
    pub fn rsa() -> Self {
        Self::rsa_of(KeySize::Rsa2048)
    }

    fn rsa_of(size: KeySize) -> Self {
        let pair = RsaKeyPair::generate(size).unwrap();
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let signer = Signer::Library(EncodingKey::from_rsa_der(&pkcs8.as_ref()[RSA_PKCS8_HEAD..]));
        let algorithms = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
        Self { algorithms, spki: spki.as_ref().into(), pkcs8: pkcs8.as_ref().into(), signer }
    }

    /// EC on P-256.
    pub fn p256() -> Self {
        Self::ec(&ECDSA_P256_SHA256_FIXED_SIGNING, &["ES256"])
    }

    /// EC on P-384.
    pub fn p384() -> Self {
        Self::ec(&ECDSA_P384_SHA384_FIXED_SIGNING, &["ES384"])
    }

    /// EC on P-521.
    pub fn p521() -> Self {
        Self::ec(&ECDSA_P521_SHA512_FIXED_SIGNING, &["ES512"])
    }

    fn ec(algorithm: &'static EcdsaSigningAlgorithm, algorithms: &'static [&'static str]) -> Self {
        let pair = EcdsaKeyPair::generate(algorithm).unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let spki = spki.as_ref().into();
        let signer = match algorithms {
            ["ES512"] => Signer::P521(pair),
            _ => Signer::Library(EncodingKey::from_ec_der(pkcs8.as_ref())),
        };
        Self { algorithms, spki, pkcs8: pkcs8.as_ref().into(), signer }
    }

    /// Ed25519.
    pub fn ed25519() -> Self {
        let pair = Ed25519KeyPair::generate().unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let signer = Signer::Library(EncodingKey::from_ed_der(pkcs8.as_ref()));
        Self { algorithms: &["EdDSA"], spki: spki.as_ref().into(), pkcs8: pkcs8.as_ref().into(), signer }
    }

    /// One of each type.
    pub fn each() -> [Self; 5] {
        [Self::rsa(), Self::p256(), Self::p384(), Self::p521(), Self::ed25519()]
    }

    /// A block `PUBLIC KEY`.
    pub fn pem(&self) -> String {
        block("PUBLIC KEY", &self.spki)
    }

    /// A block `RSA PUBLIC KEY`.
    pub fn rsa_pem(&self) -> String {
        block("RSA PUBLIC KEY", &self.spki[RSA_SPKI_HEAD..])
    }

    /// A block `PRIVATE KEY`.
    pub fn private_pem(&self) -> String {
        block("PRIVATE KEY", &self.pkcs8)
    }

    /// A block `CERTIFICATE`, long expired.
    pub fn certificate(&self) -> String {
        let key = rcgen::KeyPair::try_from(&self.pkcs8[..]).unwrap();
        let mut parameters = rcgen::CertificateParams::new(["issuer.test".to_owned()]).unwrap();
        parameters.not_after = rcgen::date_time_ymd(2001, 1, 1);
        parameters.self_signed(&key).unwrap().pem()
    }

    /// The public key as JWK.
    pub fn jwk(&self, id: &str) -> Value {
        let mut jwk = match &self.signer {
            Signer::Library(key) => {
                let algorithm = self.algorithms[0].parse().unwrap();
                serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap()
            }
            Signer::P521(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(66);
                json!({"kty": "EC", "crv": "P-521", "x": base64(x), "y": base64(y)})
            }
        };
        jwk.as_object_mut().unwrap().remove("alg");
        jwk["kid"] = id.into();
        jwk
    }

    /// The private key as JWK; EC on P-521 only.
    pub fn private_jwk(&self, id: &str) -> Value {
        let Signer::P521(pair) = &self.signer else { panic!("only P-521") };
        let mut jwk = self.jwk(id);
        let secret: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().unwrap();
        jwk["d"] = base64(secret.as_ref()).into();
        jwk
    }

    /// A token, its first algorithm.
    pub fn token(&self, claims: &Value) -> String {
        self.signed(&json!({"alg": self.algorithms[0], "typ": "JWT"}), &claims.to_string())
    }

    /// A token that names its key.
    pub fn token_of(&self, id: &str, claims: &Value) -> String {
        self.signed(&json!({"alg": self.algorithms[0], "kid": id}), &claims.to_string())
    }

    /// A token with this header and payload, signed as the header says.
    pub fn signed(&self, header: &Value, payload: &str) -> String {
        let algorithm = header["alg"].as_str().unwrap().to_owned();
        self.signed_as(&algorithm, header, payload)
    }

    /// A token whose header need not tell the truth.
    pub fn signed_as(&self, algorithm: &str, header: &Value, payload: &str) -> String {
        let message = message(header, payload);
        let signature = match &self.signer {
            Signer::Library(key) => crypto::sign(message.as_bytes(), key, algorithm.parse().unwrap()).unwrap(),
            Signer::P521(pair) => base64(pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref()),
        };
        format!("{message}.{signature}")
    }
}

/// The status of the answer to a small query with this token, from a runner of the `people` example.
pub fn status(runner: &Runner, token: &str) -> u16 {
    let body = json!({"query": "{ sayHello }"}).to_string();
    runner.send("/graphql", &body, &[("Authorization", &format!("Bearer {token}"))]).0
}

/// Header and payload of a token.
pub fn message(header: &Value, payload: &str) -> String {
    format!("{}.{}", base64(header.to_string().as_bytes()), base64(payload.as_bytes()))
}

/// A token signed with a shared secret.
pub fn hmac(secret: &[u8], claims: &Value) -> String {
    let message = message(&json!({"alg": "HS256"}), &claims.to_string());
    let signature = crypto::sign(message.as_bytes(), &EncodingKey::from_secret(secret), Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

/// A PEM block.
pub fn block(tag: &str, der: &[u8]) -> String {
    pem::encode(&pem::Pem::new(tag, der))
}

/// The base64 of tokens.
pub fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
