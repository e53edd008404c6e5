//! The `auth-gen` command.

fn main() {}
