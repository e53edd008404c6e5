//! What a plain scalar means: the core schema of YAML 1.2 (§10.3.2), not the wider one of 1.1,
//! so `yes`, `no` and `on` are words.

use serde_json::{Number, Value};

/// The value of an unquoted scalar.
pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str) -> Option<Number> {
    // Nearly every scalar of a description is a word; this settles it in one look.
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        let positive = text.strip_prefix('+').unwrap_or(text);
        if let Ok(number) = positive.parse::<i64>() {
            return Some(number.into());
        }
        if let Ok(number) = positive.parse::<u64>() {
            return Some(number.into());
        }
        return positive.parse().ok().and_then(Number::from_f64);
    }
    // Rust also reads `inf`, `nan` and `.`; the core schema does not, and JSON has no infinity.
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let mantissa_holds = mantissa.bytes().any(|byte| byte.is_ascii_digit())
        && mantissa.bytes().filter(|byte| *byte == b'.').count() <= 1
        && mantissa
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let exponent_holds = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if mantissa_holds && exponent_holds {
        text.parse().ok().and_then(Number::from_f64)
    } else {
        None
    }
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    let holds = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    holds
        .then(|| u64::from_str_radix(digits, radix).ok())
        .flatten()
        .map(Number::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, value) in [
            ("~", json!(null)),
            ("True", json!(true)),
            ("12", json!(12)),
            ("-12", json!(-12)),
            ("+12", json!(12)),
            ("0o17", json!(15)),
            ("0xff", json!(255)),
            ("18446744073709551615", json!(u64::MAX)),
            ("1.5", json!(1.5)),
            (".5e3", json!(500.0)),
            ("1e3", json!(1000.0)),
        ] {
            assert_eq!(plain(text), value, "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_word() {
        for text in [
            "yes",
            "no",
            "on",
            "y",
            "NaN",
            ".nan",
            ".inf",
            "-.inf",
            "inf",
            "-",
            "+",
            ".",
            "1_000",
            "3.0.0",
            "0x",
            "0o8",
            "1e",
            "e3",
            "12:30",
            "2024-01-01",
            "- 1",
            "tRue",
            "1e999",
        ] {
            assert_eq!(plain(text), Value::String(text.into()), "{text}");
        }
    }
}
