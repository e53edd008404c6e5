//! Cryptography: password hashes, random tokens, signing keys, and their encryption at rest.
//!
//! Nothing here is invented: hashing is `argon2`, everything else is AWS-LC through `aws-lc-rs`.
//! This module knows neither the database nor HTTP.

pub mod encryption;
pub mod keys;
pub mod password;
pub mod schedule;
pub mod token;
