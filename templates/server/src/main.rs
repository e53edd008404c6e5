//! The server as a program: it serves, and has commands for operators.

use std::process::ExitCode;

use auth_server::{APP_INFO, Endpoints, Program};

#[tokio::main]
async fn main() -> ExitCode {
    let program = Program {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        app_info: &APP_INFO,
    };
    auth_server::run(program, Endpoints::new()).await
}
