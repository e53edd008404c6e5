//! Cryptography: password hashes, random tokens, signing keys, and their encryption at rest.
//!
//! The primitives are those of libraries: hashing is `argon2`, everything else is AWS-LC through `aws-lc-rs`.
//! This module uses neither the database nor HTTP.

pub mod encryption;
pub mod keys;
#[cfg(feature = "passwords")]
pub mod password;
#[cfg(not(feature = "passwords"))]
#[path = "crypto/no_password.rs"]
pub mod password;
pub mod schedule;
#[cfg(any(feature = "otel", feature = "outgoing", feature = "postgres"))]
pub(crate) mod tls;
pub mod token;
