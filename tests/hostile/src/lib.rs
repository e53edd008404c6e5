//! What the attacks in `tests` have in common.

use std::io::Write as _;

/// Says what was measured, straight to the terminal, so that it is seen when a test passes.
pub fn figures(attack: &str, figures: &str) {
    let line = format!("{attack}: {figures}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
