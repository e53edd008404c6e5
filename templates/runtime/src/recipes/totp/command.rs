//! `totp`: the command for operators. No output holds a secret.

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde_json::{Value, json};

use crate::admin::{Admin, CommandFailure, CommandOutput, RecipeCommand};

/// The command.
pub(crate) static COMMAND: RecipeCommand = RecipeCommand {
    define: Totp::command,
    run: |admin, matches| Box::pin(run(admin, matches)),
};

/// Lists and removes the authenticator apps of a user
#[derive(Debug, Parser)]
#[command(name = "totp")]
struct Totp {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Lists the authenticator apps of a user, by their names
    List {
        /// The id of the user, or the address with which they sign in
        #[arg(long, value_name = "ID|EMAIL")]
        user: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Removes the authenticator apps of a user who has lost them. Make sure first that it is the user who asks. Sessions
    /// stay: `sessions revoke` ends them
    Reset {
        /// The id of the user, or the address with which they sign in
        #[arg(long, value_name = "ID|EMAIL")]
        user: String,
        /// Only the one of this name
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

async fn run(admin: &Admin, matches: &ArgMatches) -> Result<CommandOutput, CommandFailure> {
    match Totp::from_arg_matches(matches)?.verb {
        Verb::List { user, json } => list(admin, &user, json).await,
        Verb::Reset { user, device, json } => reset(admin, &user, device.as_deref(), json).await,
    }
}

async fn list(admin: &Admin, user: &str, json: bool) -> Result<CommandOutput, CommandFailure> {
    let Some(id) = admin.user_id(user).await? else {
        return Ok(no_such_user(user));
    };
    let devices = admin.totp().list(&id).await?;
    if json {
        let devices: Vec<Value> = devices
            .iter()
            .map(|device| json!({ "name": device.name, "verified": device.verified }))
            .collect();
        let answer = json!({ "userId": id, "devices": devices });
        return Ok(CommandOutput::Text(answer.to_string()));
    }
    if devices.is_empty() {
        return Ok(CommandOutput::Text(format!(
            "{id} has no authenticator app."
        )));
    }
    let state = |verified| if verified { "verified" } else { "not verified" };
    let rows = devices
        .into_iter()
        .map(|device| vec![device.name, state(device.verified).to_owned()]);
    Ok(CommandOutput::Table {
        headings: &["AUTHENTICATOR APP", "STATE"],
        rows: rows.collect(),
    })
}

async fn reset(
    admin: &Admin,
    user: &str,
    device: Option<&str>,
    json: bool,
) -> Result<CommandOutput, CommandFailure> {
    let Some(id) = admin.user_id(user).await? else {
        return Ok(no_such_user(user));
    };
    let removed = match device {
        None => admin.totp().reset(&id).await?,
        Some(name) if admin.totp().remove(&id, name).await? => 1,
        Some(name) => {
            return Ok(CommandOutput::NotFound(format!(
                "{id} has no authenticator app `{name}`"
            )));
        }
    };
    Ok(CommandOutput::Text(if json {
        json!({ "userId": id, "removed": removed }).to_string()
    } else {
        match removed {
            0 => format!("{id} had no authenticator app."),
            1 => format!("Removed 1 authenticator app of {id}."),
            many => format!("Removed {many} authenticator apps of {id}."),
        }
    }))
}

fn no_such_user(user: &str) -> CommandOutput {
    CommandOutput::NotFound(format!("no user signs in with {user}"))
}
