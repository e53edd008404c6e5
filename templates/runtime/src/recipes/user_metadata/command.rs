//! `metadata`: the command for operators.

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde_json::{Map, Value, json};

use crate::admin::{Admin, CommandFailure, CommandOutput, RecipeCommand};

/// The command.
pub(crate) static COMMAND: RecipeCommand = RecipeCommand {
    define: Command::command,
    run: |admin, matches| Box::pin(run(admin, matches)),
};

/// Shows and changes the metadata of a user
#[derive(Debug, Parser)]
#[command(name = "metadata")]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Prints the metadata as JSON; `{}` where there is none
    Get(User),
    /// Replaces keys by those of a JSON object, of which `null` removes one; prints the metadata as it is then
    Update {
        #[command(flatten)]
        user: User,
        /// The object
        #[arg(value_name = "JSON", value_parser = object)]
        update: Map<String, Value>,
    },
    /// Deletes all metadata
    Clear {
        #[command(flatten)]
        user: User,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct User {
    /// The id of the user, or the address with which they sign in
    #[arg(long, value_name = "ID|EMAIL")]
    user: String,
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("it is no JSON object: {error}"))
}

async fn run(admin: &Admin, matches: &ArgMatches) -> Result<CommandOutput, CommandFailure> {
    let verb = Command::from_arg_matches(matches)?.verb;
    let (Verb::Get(user) | Verb::Update { user, .. } | Verb::Clear { user, .. }) = &verb;
    let Some(id) = admin.user_id(&user.user).await? else {
        let text = format!("no user signs in with {}", user.user);
        return Ok(CommandOutput::NotFound(text));
    };
    let metadata = admin.metadata();
    Ok(CommandOutput::Text(match &verb {
        Verb::Get(_) => Value::Object(metadata.get(&id).await?).to_string(),
        Verb::Update { update, .. } => {
            Value::Object(metadata.update(&id, update).await?).to_string()
        }
        Verb::Clear { json, .. } => {
            let was_there = metadata.clear(&id).await?;
            if *json {
                json!({ "userId": id, "cleared": was_there }).to_string()
            } else if was_there {
                format!("The metadata of {id} is deleted.")
            } else {
                format!("{id} had no metadata.")
            }
        }
    }))
}
