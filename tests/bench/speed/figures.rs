//! Figures: medians with their spread, and what they are held against.

use std::fmt;

/// Measurements of one thing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    /// One more.
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// The one in the middle.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The one that this share of all does not exceed.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let places = sorted.len().saturating_sub(1);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a list"
        )]
        let place = (places as f64 * share).ceil() as usize;
        sorted.get(place).copied().unwrap_or(f64::NAN)
    }

    /// Each divided by the one of the same round.
    pub(crate) fn over(&self, others: &Self) -> Self {
        Self(self.0.iter().zip(&others.0).map(|(a, b)| a / b).collect())
    }
}

/// `median (smallest to largest)`, with as many decimals as asked for.
impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        let (low, high) = (self.quantile(0.0), self.quantile(1.0));
        let median = self.median();
        write!(
            f,
            "{median:.decimals$} ({low:.decimals$} to {high:.decimals$})"
        )
    }
}

/// Says whether a target is reached.
pub(crate) fn target(text: &str, reached: bool) {
    println!(
        "  target {text}: {}",
        if reached { "reached" } else { "missed" }
    );
}

/// How many processes want to run: above the number of cores, figures say more about the neighbours.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}
