//! `tenants`: the command for operators. No output holds a secret of a provider.

use std::path::PathBuf;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde_json::{Value, json};

use super::settings;
use super::tenants::Deletion;
use crate::admin::{Admin, CommandFailure, CommandOutput, RecipeCommand};
use crate::tenant::Tenant;

/// The command.
pub(crate) static COMMAND: RecipeCommand = RecipeCommand {
    define: Tenants::command,
    run: |admin, matches| Box::pin(run(admin, matches)),
};

/// Makes, changes, lists and deletes tenants
#[derive(Debug, Parser)]
#[command(name = "tenants")]
struct Tenants {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Lists the tenants, in the order of their ids
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes a tenant, or changes what is given of one that exists
    Set(Set),
    /// Makes the tenants of a file, or changes them to what it says: a JSON list as `AUTH_TENANTS_FILE` names
    Apply {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Deletes a tenant with its sessions
    Delete {
        /// The id of the tenant
        #[arg(value_name = "TENANT")]
        id: String,
        /// Also where it has users: those who are in no other tenant are deleted
        #[arg(long)]
        with_users: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Set {
    /// The id of the tenant: letters, digits and `-`
    #[arg(value_name = "TENANT")]
    id: String,
    #[command(flatten)]
    factors: Factors,
    /// A file with its providers: a JSON list as that of the settings, `[]` for those of the settings
    #[arg(long, value_name = "FILE")]
    providers: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(required = false, multiple = false)]
struct Factors {
    /// The first factors that it allows, with commas between them; an empty text for none
    #[arg(long, value_name = "LIST")]
    first_factors: Option<String>,
    /// Allows all first factors of the server
    #[arg(long)]
    all_first_factors: bool,
}

async fn run(admin: &Admin, matches: &ArgMatches) -> Result<CommandOutput, CommandFailure> {
    match Tenants::from_arg_matches(matches)?.verb {
        Verb::List { json } => list(admin, json).await,
        Verb::Set(set) => set.run(admin).await,
        Verb::Apply { file, json } => {
            let tenants = settings::read_file(&file)?;
            let are_new = admin.tenants().set_all(&tenants).await?;
            let new = are_new.iter().filter(|is_new| **is_new).count();
            let changed = are_new.len() - new;
            Ok(CommandOutput::Text(if json {
                json!({ "created": new, "changed": changed }).to_string()
            } else {
                format!("{new} tenants are new, {changed} were there.")
            }))
        }
        Verb::Delete {
            id,
            with_users,
            json,
        } => delete(admin, &id, with_users, json).await,
    }
}

async fn list(admin: &Admin, json: bool) -> Result<CommandOutput, CommandFailure> {
    let mut all: Vec<Tenant> = Vec::new();
    loop {
        let after = all.last().map(|tenant| tenant.id.as_str());
        let more = admin.tenants().list(after).await?;
        if more.is_empty() {
            break;
        }
        all.extend(more);
    }
    if json {
        let tenants: Vec<Value> = all.iter().map(as_json).collect();
        return Ok(CommandOutput::Text(
            json!({ "tenants": tenants }).to_string(),
        ));
    }
    let rows = all.iter().map(|tenant| {
        let factors = tenant.first_factors.as_ref();
        let factors = factors.map_or_else(
            || "all of the server".to_owned(),
            |factors| match factors.as_slice() {
                [] => "none".to_owned(),
                factors => factors.join(", "),
            },
        );
        let providers = match ids(tenant).as_slice() {
            [] => "of the settings".to_owned(),
            ids => ids.join(", "),
        };
        vec![tenant.id.clone(), factors, providers]
    });
    Ok(CommandOutput::Table {
        headings: &["TENANT", "FIRST FACTORS", "PROVIDERS"],
        rows: rows.collect(),
    })
}

impl Set {
    async fn run(&self, admin: &Admin) -> Result<CommandOutput, CommandFailure> {
        let tenants = admin.tenants();
        let mut tenant = match tenants.get(&self.id).await? {
            Some(tenant) => tenant,
            None => Tenant::new(&self.id)?,
        };
        if let Some(list) = &self.factors.first_factors {
            let factors = list.split(',').map(str::trim);
            let factors = factors.filter(|factor| !factor.is_empty());
            tenant.first_factors = Some(factors.map(str::to_owned).collect());
        }
        if self.factors.all_first_factors {
            tenant.first_factors = None;
        }
        if let Some(file) = &self.providers {
            tenant.providers = settings::read_providers(file)?;
        }
        let is_new = tenants.set(&tenant).await?;
        Ok(CommandOutput::Text(if self.json {
            json!({ "created": is_new, "tenant": as_json(&tenant) }).to_string()
        } else if is_new {
            format!("The tenant {} is made.", tenant.id)
        } else {
            format!("The tenant {} is changed.", tenant.id)
        }))
    }
}

async fn delete(
    admin: &Admin,
    id: &str,
    with_users: bool,
    json: bool,
) -> Result<CommandOutput, CommandFailure> {
    match admin.tenants().delete(id, with_users).await? {
        Deletion::Done { users } => Ok(CommandOutput::Text(if json {
            json!({ "deletedUsers": users }).to_string()
        } else {
            format!("The tenant {id} is deleted, and {users} users with it.")
        })),
        Deletion::NotFound => Ok(CommandOutput::NotFound(format!("there is no tenant {id}"))),
        Deletion::HasUsers => Err(format!(
            "the tenant {id} has users: say --with-users to delete those who are in no other tenant"
        )
        .into()),
    }
}

fn as_json(tenant: &Tenant) -> Value {
    json!({
        "tenantId": tenant.id,
        "firstFactors": tenant.first_factors,
        "providers": ids(tenant),
    })
}

/// The ids of the providers of a tenant.
fn ids(tenant: &Tenant) -> Vec<&str> {
    let providers = tenant.providers.iter();
    let ids = providers.filter_map(|provider| provider.get("thirdPartyId")?.as_str());
    ids.collect()
}
