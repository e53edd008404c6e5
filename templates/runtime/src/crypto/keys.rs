//! Keys that sign access tokens.
//!
//! RS256 unless configured otherwise, because that is what consumers of the JWKS expect; ES256 and
//! EdDSA are smaller and faster. The rule kept here: **the key decides the algorithm**. A token is
//! verified with the one algorithm of the key that its `kid` names, so a header that says `none`
//! or `HS256` has no say (RFC 8725 §3.1, <https://www.rfc-editor.org/rfc/rfc8725>).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use jsonwebtoken::DecodingKey;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::crypto::token;
use crate::error::Error;
pub use crate::shapes::Jwk;

/// What signs access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// RSA with SHA-256 and a key of 2048 bits.
    #[default]
    Rs256,
    /// ECDSA on P-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Its name in JWT headers and JWKS (RFC 7518, RFC 8037).
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// How long its signatures are.
    pub fn signature_bytes(self) -> usize {
        match self {
            Self::Rs256 => 256,
            Self::Es256 | Self::EdDsa => 64,
        }
    }

    fn of_jwt(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}

impl FromStr for Algorithm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Rs256, Self::Es256, Self::EdDsa]
            .into_iter()
            .find(|algorithm| algorithm.name() == text)
            .ok_or_else(|| "signing algorithm must be one of RS256, ES256 or EdDSA".to_owned())
    }
}

/// A key pair, read once and ready for use.
pub struct SigningKey {
    algorithm: Algorithm,
    private: Private,
    public: DecodingKey,
    jwk: Jwk,
}

enum Private {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.jwk.kid)
            .finish_non_exhaustive()
    }
}

/// A new private key, as PKCS#8. RSA takes some 100 ms: not for the threads that answer requests.
pub fn generate(algorithm: Algorithm) -> Result<Vec<u8>, Error> {
    let document = |der: Result<Pkcs8V1Der<'_>, _>| der.map(|der| der.as_ref().to_vec());
    match algorithm {
        Algorithm::Rs256 => RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048)
            .and_then(|pair| document(pair.as_der())),
        Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .and_then(|pair| pair.to_pkcs8v1().map(|der| der.as_ref().to_vec())),
        Algorithm::EdDsa => Ed25519KeyPair::generate().and_then(|pair| document(pair.as_der())),
    }
    .map_err(|_| Error::internal("a signing key could not be made"))
}

impl SigningKey {
    /// Reads a private key that [`generate`] made.
    pub fn parse(kid: &str, algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, Error> {
        let broken = |_| Error::internal(format!("the signing key {kid} cannot be read"));
        let jwk = Jwk {
            kty: String::new(),
            kid: kid.to_owned(),
            n: None,
            e: None,
            crv: None,
            x: None,
            y: None,
            alg: algorithm.name().to_owned(),
            use_: "sig".to_owned(),
        };
        let (private, public, jwk) = match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(broken)?;
                let key = pair.public_key();
                let modulus = key.modulus().big_endian_without_leading_zero();
                let exponent = key.exponent().big_endian_without_leading_zero();
                let public = DecodingKey::from_rsa_raw_components(modulus, exponent);
                let jwk = Jwk {
                    kty: "RSA".to_owned(),
                    n: Some(token::encode(modulus)),
                    e: Some(token::encode(exponent)),
                    ..jwk
                };
                (Private::Rsa(pair), public, jwk)
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(broken)?;
                // An uncompressed point: one octet 4, then two coordinates of equal length.
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at((point.len() - 1) / 2);
                let public = DecodingKey::from_ec_der(point);
                let jwk = Jwk {
                    kty: "EC".to_owned(),
                    crv: Some("P-256".to_owned()),
                    x: Some(token::encode(x)),
                    y: Some(token::encode(y)),
                    ..jwk
                };
                (Private::Ecdsa(pair), public, jwk)
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(broken)?;
                let point = pair.public_key().as_ref();
                let public = DecodingKey::from_ed_der(point);
                let jwk = Jwk {
                    kty: "OKP".to_owned(),
                    crv: Some("Ed25519".to_owned()),
                    x: Some(token::encode(point)),
                    ..jwk
                };
                (Private::Ed25519(pair), public, jwk)
            }
        };
        Ok(Self {
            algorithm,
            private,
            public,
            jwk,
        })
    }

    /// The public key.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs `claims` under the header `{"kid":…,"typ":"JWT","version":…,"alg":…}`.
    ///
    /// The compact form (RFC 7515 §3.1) is put together here, not by `jsonwebtoken`: that reads the
    /// private key again for each signature, which with RSA costs twice the signature itself.
    pub fn sign(
        &self,
        version: Option<&str>,
        claims: &Map<String, Value>,
    ) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Header<'a> {
            kid: &'a str,
            typ: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            version: Option<&'a str>,
            alg: &'a str,
        }
        let header = Header {
            kid: &self.jwk.kid,
            typ: "JWT",
            version,
            alg: self.algorithm.name(),
        };
        let header = serde_json::to_vec(&header).map_err(Error::internal)?;
        let claims = serde_json::to_vec(claims).map_err(Error::internal)?;
        let signed = format!("{}.{}", token::encode(&header), token::encode(&claims));
        let signature = self.signature(signed.as_bytes())?;
        Ok(format!("{signed}.{}", token::encode(&signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::internal("a token could not be signed");
        let random = SystemRandom::new();
        match &self.private {
            Private::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
            Private::Ecdsa(pair) => {
                let signature = pair.sign(&random, message).map_err(failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Private::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }

    /// The claims of a token that this key signed; `None` if it did not. Times are not looked at.
    pub fn verify(&self, jwt: &str) -> Option<Map<String, Value>> {
        let mut validation = jsonwebtoken::Validation::new(self.algorithm.of_jwt());
        // Only the signature is checked here. Expiry is the caller's business: it has the clock of
        // the server, allows no leeway, and wants `exp` to be a number and nothing else.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        install_provider();
        jsonwebtoken::decode(jwt, &self.public, &validation)
            .ok()
            .map(|token| token.claims)
    }
}

/// Names AWS-LC as what `jsonwebtoken` computes with. Left to itself it panics in an application
/// whose other dependencies switch its second backend on, too.
pub(crate) fn install_provider() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // It fails if the application has chosen already; that choice is as good.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn key(algorithm: Algorithm) -> SigningKey {
        let pkcs8 = generate(algorithm).expect("generate");
        SigningKey::parse("d-1", algorithm, &pkcs8).expect("parse")
    }

    fn claims() -> Map<String, Value> {
        let Value::Object(claims) = json!({ "sub": "u", "é": "✓" }) else {
            unreachable!("an object");
        };
        claims
    }

    #[test]
    fn each_algorithm_verifies_what_it_signed() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            let key = key(algorithm);
            let jwt = key.sign(Some("5"), &claims()).expect("sign");
            assert_eq!(key.verify(&jwt), Some(claims()), "{algorithm:?}");
            assert_eq!(
                super::tests::key(algorithm).verify(&jwt),
                None,
                "another key"
            );
            let (head, signature) = jwt.rsplit_once('.').expect("parts");
            let flipped = if signature.starts_with('A') { "B" } else { "A" };
            let forged = format!("{head}.{flipped}{}", &signature[1..]);
            assert_eq!(key.verify(&forged), None, "a changed signature");
            assert_eq!(key.verify(&format!("{head}.")), None, "no signature");
        }
    }

    #[test]
    fn the_header_has_the_four_fields_in_order() {
        let jwt = key(Algorithm::Rs256)
            .sign(Some("5"), &claims())
            .expect("sign");
        let expected = r#"{"kid":"d-1","typ":"JWT","version":"5","alg":"RS256"}"#;
        assert_eq!(
            jwt.split('.').next(),
            Some(token::encode(expected.as_bytes()).as_str())
        );
    }

    #[test]
    fn the_header_does_not_choose_the_algorithm() {
        let key = key(Algorithm::Rs256);
        let modulus = key.jwk().n.clone().expect("RSA");
        let payload = token::encode(br#"{"sub":"u"}"#);
        for alg in ["none", "HS256", "RS384", "PS256", "ES256"] {
            let header = token::encode(format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#).as_bytes());
            let message = format!("{header}.{payload}");
            let mac = token::hmac_sha256(modulus.as_bytes(), message.as_bytes());
            for signature in [String::new(), token::encode(&mac)] {
                assert_eq!(key.verify(&format!("{message}.{signature}")), None, "{alg}");
            }
        }
    }

    #[test]
    fn published_keys_name_their_kind() {
        let rsa = serde_json::to_value(key(Algorithm::Rs256).jwk()).expect("json");
        assert_eq!(rsa["kty"], "RSA");
        assert_eq!(rsa["e"], "AQAB");
        assert_eq!(rsa["n"].as_str().map(str::len), Some(342));
        assert_eq!((&rsa["use"], &rsa["alg"]), (&json!("sig"), &json!("RS256")));
        let ec = key(Algorithm::Es256).jwk().clone();
        assert_eq!(
            (ec.x.map(|x| x.len()), ec.y.map(|y| y.len())),
            (Some(43), Some(43))
        );
        let okp = key(Algorithm::EdDsa).jwk().clone();
        assert_eq!(
            (okp.kty.as_str(), okp.crv.as_deref()),
            ("OKP", Some("Ed25519"))
        );
    }
}
