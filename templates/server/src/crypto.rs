//! Cryptography: password hashes, random tokens, signing keys.
//!
//! Nothing here is invented: hashing is `argon2`, everything else is AWS-LC through `aws-lc-rs`.
//! This module knows neither the database nor HTTP.

pub mod keys;
pub mod password;
pub mod schedule;
pub mod token;
