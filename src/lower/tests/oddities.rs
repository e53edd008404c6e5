//! The errors of published specs, each once, in the fixture that the output's snapshots use too.

use super::{show, try_lower};
use crate::spec::tolerances;

/// The fixture's text.
fn oddities() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cases/published-oddities/api.yaml"
    );
    std::fs::read_to_string(path).expect("the fixture is there")
}

#[test]
fn every_tolerance_is_met_and_warned_about_once() {
    let (_, warnings) = try_lower(&oddities()).expect("nothing in it is an error");
    for tolerance in tolerances::PUBLISHED {
        let met = warnings
            .iter()
            .filter(|warning| warning.code == tolerance.code());
        assert_eq!(met.count(), 1, "{}", tolerance.code());
    }
    assert_eq!(warnings.iter().count(), tolerances::PUBLISHED.len());
    insta::assert_snapshot!("warnings", warnings.render(false));
}

#[test]
fn the_wire_decides_what_oddities_mean() {
    let (api, _) = try_lower(&oddities()).expect("nothing in it is an error");
    insta::assert_snapshot!("oddities", show::show(&api));
}
