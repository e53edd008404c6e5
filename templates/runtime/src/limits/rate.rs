//! How often something may happen.

use std::fmt;
use std::str::FromStr;

/// So many at once, and then one per interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many there may be at once, after a long pause.
    pub burst: u32,
    /// The time until one more is allowed, in milliseconds.
    pub interval_ms: i64,
}

/// All that must hold for one key; without any rate, nothing is limited.
///
/// ```
/// use auth_runtime::limits::{Rate, Rates};
///
/// let rates: Rates = "5+2/m, 100+1/h".parse()?;
/// assert_eq!(rates.0[0], Rate { burst: 5, interval_ms: 30_000 });
/// assert_eq!(rates.0[1], Rate { burst: 100, interval_ms: 3_600_000 });
/// assert!("off".parse::<Rates>()?.0.is_empty());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(pub Vec<Rate>);

const HELP: &str = "must be `off`, or say how many at once and how many then in each s, m, h or d, such as \
    `5+2/m`, with commas between several";

impl Rate {
    /// So many at once, and then so many in each period (in milliseconds).
    pub const fn new(burst: u32, then: u32, period_ms: i64) -> Self {
        Self {
            burst,
            interval_ms: period_ms / then as i64,
        }
    }

    /// How far in the future the time at which a key is at rest may lie for one more to be allowed.
    pub(super) fn tolerance_ms(&self) -> i64 {
        (i64::from(self.burst) - 1).saturating_mul(self.interval_ms)
    }

    /// How far in the future that time can lie at all.
    pub(super) fn furthest_ms(&self) -> i64 {
        i64::from(self.burst).saturating_mul(self.interval_ms)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (burst, rest) = text.split_once('+')?;
            let (then, period) = rest.split_once('/')?;
            let period_ms = match period.trim() {
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => return None,
            };
            let count = |text: &str| {
                let count = text.trim().parse::<u32>().ok();
                count.filter(|count| (1..=100_000).contains(count))
            };
            let rate = Self::new(count(burst)?, count(then)?, period_ms);
            (rate.interval_ms > 0).then_some(rate)
        };
        parse().ok_or_else(|| format!("`{text}` {HELP}"))
    }
}

impl FromStr for Rates {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case("off") {
            return Ok(Self::default());
        }
        let rates = text.split(',').map(|rate| rate.trim().parse());
        rates.collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("off");
        }
        for (place, rate) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            let periods = [
                ("s", 1_000),
                ("m", 60_000),
                ("h", 3_600_000),
                ("d", 86_400_000),
            ];
            let whole = periods
                .iter()
                .find(|(_, period)| *period >= rate.interval_ms)
                .unwrap_or(&periods[3]);
            write!(
                f,
                "{}+{}/{}",
                rate.burst,
                whole.1 / rate.interval_ms,
                whole.0
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_written_as_they_are_read() {
        for text in [
            "5+2/m",
            "5+2/m, 100+1/h",
            "3+5/h",
            "10+1/d",
            "60+30/m",
            "off",
        ] {
            let rates: Rates = text.parse().expect("it is a rate");
            assert_eq!(rates.to_string(), text);
        }
    }

    #[test]
    fn a_text_that_is_no_rate_is_refused_with_an_example() {
        for text in [
            "", "5", "5+2", "0+1/m", "5+0/m", "5+2/w", "5+2/m,", "5+2000/s", "-1+1/m",
        ] {
            let error = text.parse::<Rates>().expect_err(text);
            assert!(error.contains("`5+2/m`"), "{error}");
        }
    }
}
