//! `keys`: the keys that sign access tokens.

use crate::admin::Admin;
use crate::crypto::schedule::OVERLAP_MS;
use crate::session::{KEY_POLL, KeyInformation, KeyState};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Done, Failure, shown, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Lists all keys, newest first, and what each is used for
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes a new key now; it signs a minute later, when all verifiers can have it
    Rotate(Rotate),
}

/// Replaces a key.
#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The old keys have leaked: remove them, so that tokens that they signed are refused. Clients
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
        let answer = match self {
            Self::List { json } => list(admin, *json).await?,
            Self::Rotate(rotate) => rotate.run(admin).await?,
        };
        Ok(Done::Well(answer))
    }
}

async fn list(admin: &Admin, json: bool) -> Result<String, Failure> {
    let keys = admin.keys().list().await?;
    if json {
        let keys: Vec<Value> = keys.iter().map(as_json).collect();
        return Ok(json!({ "keys": keys }).to_string());
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
    let headings = ["KEY", "ALGORITHM", "KIND", "STATE", "MADE"];
    Ok(table(&headings, &rows))
}

impl Rotate {
    async fn run(&self, admin: &Admin) -> Result<String, Failure> {
        let (kid, removed) = if self.leaked {
            admin.keys().replace_leaked(!self.fixed).await?
        } else {
            (admin.keys().rotate(!self.fixed).await?, Vec::new())
        };
        let keys = admin.keys().list().await?;
        let state = keys.iter().find(|key| key.kid == kid).map(state);
        if self.json {
            let answer = json!({ "kid": kid, "state": state, "removed": removed });
            return Ok(answer.to_string());
        }
        if self.leaked {
            let poll = KEY_POLL.as_secs();
            let mut lines = vec![format!("{kid} signs from now on.")];
            lines.extend(removed.iter().map(|kid| {
                format!("{kid} is removed; running servers stop accepting it within {poll} s.")
            }));
            return Ok(lines.join("\n"));
        }
        if state == Some("signing") {
            return Ok(format!("{kid} signs from now on: there was none before."));
        }
        let seconds = OVERLAP_MS / 1000;
        Ok(format!(
            "{kid} is published and signs in {seconds} s; older keys go on verifying."
        ))
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
