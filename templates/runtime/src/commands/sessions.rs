//! `sessions`: lists and ends the sessions of a user.

use crate::admin::Admin;
use crate::session::SessionInformation;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Done, Failure, shown, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Sessions {
    /// Lists the sessions of a user, oldest first
    List {
        /// The id of the user, or the address with which they sign in
        #[arg(long, value_name = "ID|EMAIL")]
        user: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Ends sessions. An access token that was issued is accepted until it expires, except where the API checks
    /// the database
    Revoke(Revoke),
}

/// Ends sessions.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    #[command(flatten)]
    whose: Whose,
    /// With `--session`: all sessions of the user whose session it is
    #[arg(long)]
    all_of_user: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Whose {
    /// All sessions of this user: an id, or the address with which they sign in
    #[arg(long, value_name = "ID|EMAIL")]
    user: Option<String>,
    /// The session of this handle
    #[arg(long, value_name = "HANDLE")]
    session: Option<String>,
}

impl Sessions {
    pub(super) async fn run(&self, admin: &Admin) -> Result<Done, Failure> {
        match self {
            Self::List { user, json } => list(admin, user, *json).await,
            Self::Revoke(revoke) => revoke.run(admin).await,
        }
    }
}

async fn list(admin: &Admin, user: &str, json: bool) -> Result<Done, Failure> {
    let Some(id) = admin.user_id(user).await? else {
        return Ok(no_such_user(user));
    };
    let sessions = admin.sessions_of(&id).await?;
    if json {
        let sessions: Vec<Value> = sessions.iter().map(as_json).collect();
        let answer = json!({ "userId": id, "sessions": sessions });
        return Ok(Done::Well(answer.to_string()));
    }
    if sessions.is_empty() {
        return Ok(Done::Well(format!("{id} has no session.")));
    }
    let rows: Vec<_> = sessions
        .iter()
        .map(|session| {
            [
                session.handle.clone(),
                session.tenant_id.clone(),
                shown(session.created_at),
                shown(session.expires_at),
            ]
        })
        .collect();
    let headings = ["SESSION", "TENANT", "BEGAN", "EXPIRES"];
    Ok(Done::Well(table(&headings, &rows)))
}

impl Revoke {
    async fn run(&self, admin: &Admin) -> Result<Done, Failure> {
        let user = match (&self.whose.user, &self.whose.session) {
            (Some(user), _) => match admin.user_id(user).await? {
                Some(id) => Some(id),
                None => return Ok(no_such_user(user)),
            },
            (None, Some(handle)) if self.all_of_user => {
                match admin.sessions().information_by_handle(handle).await? {
                    Some(session) => Some(session.user_id),
                    None => return Ok(no_session(handle)),
                }
            }
            (None, _) => None,
        };
        let revoked = match (user, &self.whose.session) {
            (Some(id), _) => admin.sessions().revoke_all(&id, None).await?,
            (None, Some(handle)) => {
                let handles = std::slice::from_ref(handle);
                let revoked = admin.sessions().revoke_many(handles).await?;
                if revoked.is_empty() {
                    return Ok(no_session(handle));
                }
                revoked
            }
            (None, None) => Vec::new(),
        };
        if self.json {
            return Ok(Done::Well(json!({ "revoked": revoked }).to_string()));
        }
        let headline = match revoked.len() {
            0 => "There was no session to revoke.".to_owned(),
            1 => "Revoked 1 session:".to_owned(),
            many => format!("Revoked {many} sessions:"),
        };
        let lines: Vec<_> = std::iter::once(headline).chain(revoked).collect();
        Ok(Done::Well(lines.join("\n")))
    }
}

fn no_such_user(user: &str) -> Done {
    Done::NotFound(format!("no user signs in with {user}"))
}

fn no_session(handle: &str) -> Done {
    Done::NotFound(format!("there is no session {handle}"))
}

fn as_json(session: &SessionInformation) -> Value {
    json!({
        "handle": session.handle,
        "userId": session.user_id,
        "recipeUserId": session.recipe_user_id,
        "tenantId": session.tenant_id,
        "createdAt": session.created_at,
        "expiresAt": session.expires_at,
    })
}
