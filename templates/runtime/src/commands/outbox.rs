//! `outbox`: the mails that are not sent.

use crate::admin::{Admin, MailInformation, Mails};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Done, Failure, shown, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Outbox {
    /// Lists the mails that wait and those that were given up, oldest first, with the last error
    List {
        /// Only those that were given up
        #[arg(long)]
        failed: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes the running servers try again now, and for a day
    Retry(Which),
    /// Gives mails up finally, and deletes their recipients and contents
    Discard(Which),
}

/// Which mails.
#[derive(Debug, Args)]
pub(crate) struct Which {
    #[command(flatten)]
    mails: OneOrAll,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct OneOrAll {
    /// The mail of this id
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// All that were given up
    #[arg(long)]
    all_failed: bool,
}

impl Outbox {
    pub(super) async fn run(&self, admin: &Admin) -> Result<Done, Failure> {
        match self {
            Self::List { failed, json } => list(admin, *failed, *json).await,
            Self::Retry(which) => {
                let mails = which.mails();
                let count = admin.retry_mails(&mails).await?;
                Ok(which.answer("retried", count))
            }
            Self::Discard(which) => {
                let mails = which.mails();
                let count = admin.discard_mails(&mails).await?;
                Ok(which.answer("discarded", count))
            }
        }
    }
}

async fn list(admin: &Admin, only_failed: bool, json: bool) -> Result<Done, Failure> {
    let mut mails = admin.mails().await?;
    mails.retain(|mail| mail.is_failed || !only_failed);
    if json {
        let mails: Vec<Value> = mails.iter().map(as_json).collect();
        return Ok(Done::Well(json!({ "mails": mails }).to_string()));
    }
    if mails.is_empty() {
        return Ok(Done::Well("No mail waits.".to_owned()));
    }
    let rows: Vec<_> = mails
        .iter()
        .map(|mail| {
            [
                mail.id.clone(),
                mail.kind.clone(),
                mail.recipient.clone(),
                state(mail).to_owned(),
                mail.attempts.to_string(),
                shown(mail.created_at),
                mail.failure.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let headings = [
        "MAIL",
        "KIND",
        "RECIPIENT",
        "STATE",
        "ATTEMPTS",
        "ACCEPTED",
        "LAST ERROR",
    ];
    Ok(Done::Well(table(&headings, &rows)))
}

impl Which {
    fn mails(&self) -> Mails {
        match &self.mails.id {
            Some(id) => Mails::One(id.clone()),
            None => Mails::AllFailed,
        }
    }

    fn answer(&self, done: &str, count: u64) -> Done {
        match &self.mails.id {
            Some(id) if count == 0 => {
                Done::NotFound(format!("there is no mail {id} that waits or was given up"))
            }
            _ if self.json => Done::Well(json!({ done: count }).to_string()),
            _ if count == 1 => Done::Well(format!("1 mail was {done}.")),
            _ => Done::Well(format!("{count} mails were {done}.")),
        }
    }
}

fn state(mail: &MailInformation) -> &'static str {
    if mail.is_failed { "failed" } else { "waiting" }
}

fn as_json(mail: &MailInformation) -> Value {
    json!({
        "id": mail.id,
        "kind": mail.kind,
        "tenantId": mail.tenant_id,
        "recipient": mail.recipient,
        "state": state(mail),
        "attempts": mail.attempts,
        "acceptedAt": mail.created_at,
        "dueAt": mail.due_at,
        "lastError": mail.failure,
    })
}
