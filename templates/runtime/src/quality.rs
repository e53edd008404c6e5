//! Quality values: the weights in headers by which a client chooses.

/// The thousandths of a weight such as `0.25`: 0 to 1, with three decimals at most (RFC 9110 §12.4.2).
pub(crate) fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = matches!(whole, "0" | "1")
        && fraction.len() <= 3
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let digits = is_number.then(|| format!("{whole}{fraction:0<3}"))?;
    digits.parse().ok().filter(|value| *value <= 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_zero_to_one_with_three_decimals() {
        for (text, expected) in [
            ("0", Some(0)),
            ("0.25", Some(250)),
            ("0.001", Some(1)),
            ("1", Some(1000)),
            ("1.000", Some(1000)),
            ("1.001", None),
            ("0.0001", None),
            ("66", None),
            (".5", None),
            ("+0.5", None),
            ("-1", None),
            ("NaN", None),
            ("", None),
        ] {
            assert_eq!(thousandths(text), expected, "{text}");
        }
    }
}
