//! `keys`: the keys that sign access tokens.

use auth_server::admin::Admin;
use auth_server::crypto::schedule::OVERLAP_MS;
use auth_server::session::{KEY_POLL, KeyInformation, KeyState};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Done, Failure, print_table, shown};

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Lists all keys, newest first, and what each is used for
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes a new key now; it signs a minute later, when everybody can know it
    Rotate(Rotate),
}

/// Replaces a key.
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The old keys are in wrong hands: remove them, so that what they signed counts no more. Clients
    /// refresh and stay signed in
    #[arg(long)]
    leaked: bool,
    /// Replace the key that is otherwise never replaced
    #[arg(long = "static")]
    fixed: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Keys {
    pub(super) async fn run(&self, admin: &Admin) -> Result<Done, Failure> {
        match self {
            Self::List { json } => list(admin, *json).await?,
            Self::Rotate(rotate) => rotate.run(admin).await?,
        }
        Ok(Done::Well)
    }
}

async fn list(admin: &Admin, json: bool) -> Result<(), Failure> {
    let keys = admin.keys().list().await?;
    if json {
        let keys: Vec<Value> = keys.iter().map(as_json).collect();
        println!("{}", json!({ "keys": keys }));
        return Ok(());
    }
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            [
                key.kid.clone(),
                key.algorithm.to_owned(),
                kind(key).to_owned(),
                state(key).to_owned(),
                shown(key.created_at),
            ]
        })
        .collect();
    print_table(["KEY", "ALGORITHM", "KIND", "STATE", "MADE"], &rows);
    Ok(())
}

impl Rotate {
    async fn run(&self, admin: &Admin) -> Result<(), Failure> {
        let (kid, removed) = if self.leaked {
            admin.keys().replace_leaked(!self.fixed).await?
        } else {
            (admin.keys().rotate(!self.fixed).await?, Vec::new())
        };
        let keys = admin.keys().list().await?;
        let state = keys.iter().find(|key| key.kid == kid).map(state);
        if self.json {
            let answer = json!({ "kid": kid, "state": state, "removed": removed });
            println!("{answer}");
            return Ok(());
        }
        let poll = KEY_POLL.as_secs();
        if self.leaked {
            println!("{kid} signs from now on.");
            for kid in removed {
                println!("{kid} is removed; running servers stop accepting it within {poll} s.");
            }
        } else if state == Some("signing") {
            println!("{kid} signs from now on: there was none before.");
        } else {
            let seconds = OVERLAP_MS / 1000;
            println!("{kid} is published and signs in {seconds} s; older keys go on verifying.");
        }
        Ok(())
    }
}

fn as_json(key: &KeyInformation) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "kind": kind(key),
        "state": state(key),
        "createdAt": key.created_at,
    })
}

fn kind(key: &KeyInformation) -> &'static str {
    if key.rotates { "rotating" } else { "static" }
}

fn state(key: &KeyInformation) -> &'static str {
    match key.state {
        KeyState::Next => "next",
        KeyState::Signing => "signing",
        KeyState::Verifying => "verifying",
        KeyState::Expired => "expired",
    }
}
