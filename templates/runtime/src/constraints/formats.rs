//! `format`: those of JSON Schema 2020-12 (Validation, §7.3) and of OpenAPI that say which texts or numbers
//! are meant. Any other is a note for people.

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::numbers::Sent;
use crate::email::{self, EmailAddress};

/// A format that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `date-time` (RFC 3339 §5.6).
    DateTime,
    /// `date` (RFC 3339 §5.6).
    Date,
    /// `time` (RFC 3339 §5.6).
    Time,
    /// `email`, as this server sends mail to it.
    Email,
    /// `hostname` (RFC 1123 §2.1).
    Hostname,
    /// `ipv4`.
    Ipv4,
    /// `ipv6` (RFC 4291 §2.2).
    Ipv6,
    /// `uri`, an absolute one (RFC 3986).
    Uri,
    /// `uuid` (RFC 9562 §4).
    Uuid,
    /// `byte`: base64 (RFC 4648 §4).
    Base64,
    /// `int32`.
    Int32,
}

impl Format {
    /// Whether it is of numbers.
    pub(super) fn is_of_numbers(self) -> bool {
        self == Self::Int32
    }

    /// Whether a number has the format.
    pub(super) fn holds_number(self, number: Sent) -> bool {
        match number {
            Sent::Int(whole) => i32::try_from(whole).is_ok(),
            Sent::Float(float) => float >= f64::from(i32::MIN) && float <= f64::from(i32::MAX),
        }
    }

    /// Whether a text has the format.
    pub(super) fn holds(self, text: &str) -> bool {
        let is_date_time = |text: &str| OffsetDateTime::parse(text, &Rfc3339).is_ok();
        match self {
            Self::DateTime => is_date_time(text),
            Self::Date => text.len() == 10 && is_date_time(&format!("{text}T00:00:00Z")),
            Self::Time => is_date_time(&format!("2000-01-01T{text}")),
            Self::Email => email::trim(text) == text && EmailAddress::parse(text).is_ok(),
            Self::Hostname => is_hostname(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Uri => text.is_ascii() && !text.contains(' ') && url::Url::parse(text).is_ok(),
            Self::Uuid => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
            Self::Base64 => STANDARD.decode(text).is_ok(),
            Self::Int32 => true,
        }
    }

    /// What is said where a value does not have it.
    pub(super) fn demand(self) -> &'static str {
        match self {
            Self::DateTime => "must be a date with a time, such as 2030-01-31T12:00:00Z",
            Self::Date => "must be a date, such as 2030-01-31",
            Self::Time => "must be a time, such as 12:00:00Z",
            Self::Email => "must be an email address",
            Self::Hostname => "must be a host name",
            Self::Ipv4 => "must be an IPv4 address",
            Self::Ipv6 => "must be an IPv6 address",
            Self::Uri => "must be an absolute URI",
            Self::Uuid => "must be a UUID",
            Self::Base64 => "must be base64",
            Self::Int32 => "must be a number of 32 bits",
        }
    }
}

fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}
