//! The protocol of sessions, scenario by scenario, against a listening server.
//!
//! Each test has the number of its scenario in its name. What has no test here, and where the server
//! deliberately does something else, stands in the table of `README.md` beside this file; a scenario
//! that is in neither place fails the suite.

mod app;
mod claims;
#[path = "../common/mod.rs"]
mod common;
mod forgery;
mod keys;
mod logins;
mod protected;
mod refresh;
mod routes;
mod sign_out;
mod theft;

/// How many scenarios there are.
const SCENARIOS: u32 = 54;

/// All modules with tests.
const MODULES: [&str; 9] = [
    include_str!("claims.rs"),
    include_str!("forgery.rs"),
    include_str!("keys.rs"),
    include_str!("logins.rs"),
    include_str!("protected.rs"),
    include_str!("refresh.rs"),
    include_str!("routes.rs"),
    include_str!("sign_out.rs"),
    include_str!("theft.rs"),
];

#[test]
fn every_scenario_is_a_test_or_a_line_of_the_table() {
    let table = include_str!("README.md");
    let missing: Vec<u32> = (1..=SCENARIOS)
        .filter(|number| {
            let test = format!("#[tokio::test]\nasync fn s{number:02}_");
            let tests: usize = MODULES.iter().map(|text| text.matches(&test).count()).sum();
            assert!(tests <= 1, "scenario {number} has {tests} tests");
            tests == 0 && !table.contains(&format!("\n| {number} |"))
        })
        .collect();
    assert_eq!(missing, [0; 0]);
}
