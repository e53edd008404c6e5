//! `cargo bench -p auth-server --bench speed`: how fast the generated server is, and how small.
//!
//! Names after `--` choose parts: `instructions`, `requests`, `refresh`, `sign-in`, `logins`, `start`,
//! `storage`; without any, all of
//! them run, which takes some five minutes. Every figure stands beside what it is compared with, taken in
//! turns with it, as a median and its spread. The servers are processes of their own — the program itself,
//! or a small application with the layer around it ([`app`]) — and so is what loads them ([`load`]), whose
//! share of the processor is printed. With `AUTH_TEST_POSTGRES_URL` PostgreSQL is measured, too.
//!
//! Figures are figures: whatever they are, the exit code is 0. What is wrong, such as an answer that is
//! not the expected one, still ends the run.
#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod app;
mod figures;
mod http;
mod instructions;
mod load;
mod logins;
mod program;
mod refresh;
mod requests;
mod sign_in;
mod single;
mod start;
mod storage;

use figures::load_average;

/// The first argument of a process that this benchmark starts of itself.
const ROLE: &str = "role";

fn main() {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [ROLE, "app", kind] => app::serve(kind),
        [ROLE, "load"] => load::run(),
        [ROLE, "known", kind, by, requests] => instructions::run(kind, by, requests),
        _ => measure(&words),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn measure(parts: &[&str]) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("machine: {cores} cores, load average {}", load_average());
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);
    if wanted("instructions") {
        instructions::measure();
    }
    if wanted("requests") {
        requests::measure().await;
    }
    if wanted("refresh") {
        refresh::measure().await;
    }
    if wanted("sign-in") {
        sign_in::measure(cores).await;
    }
    if wanted("logins") {
        logins::measure().await;
    }
    if wanted("start") {
        start::measure().await;
    }
    if wanted("storage") {
        storage::measure().await;
    }
    println!("\nload average at the end: {}", load_average());
}
