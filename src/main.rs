//! The `auth-gen` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Syntax trees are millions of small pieces: with the allocator of the system they take twice the time. Without huge pages,
/// which would double the memory of a short run.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    auth_gen::cli::run()
}
