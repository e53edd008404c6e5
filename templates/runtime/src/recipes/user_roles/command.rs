//! `roles`: the command for operators.

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use serde_json::{Value, json};

use super::roles::{RoleCreation, RoleDeletion, RoleGrant, RolePermissionsRemoval, RoleRevocation};
use crate::admin::{Admin, CommandFailure, CommandOutput, RecipeCommand};

/// The command.
pub(crate) static COMMAND: RecipeCommand = RecipeCommand {
    define: Command::command,
    run: |admin, matches| Box::pin(run(admin, matches)),
};

/// Makes and deletes roles, and gives them to users
#[derive(Debug, Parser)]
#[command(name = "roles")]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Lists the roles with their permissions, in the order of their names
    List {
        /// Only the roles that have this permission
        #[arg(long, value_name = "PERMISSION")]
        with_permission: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Makes a role, or adds permissions to one that exists
    Set(Permissions),
    /// Takes permissions from a role
    RemovePermissions(Permissions),
    /// Deletes a role, and takes it from all users in all tenants
    Delete {
        /// The name of the role
        role: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Gives a role to a user. Sessions that have begun do not say so
    Grant(Assignment),
    /// Takes a role from a user. Sessions that have begun say so until they end (`sessions revoke`), unless the API demands a
    /// newer claim
    Revoke(Assignment),
    /// Lists the roles of a user in a tenant
    OfUser {
        #[command(flatten)]
        user: User,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Lists the users with a role in a tenant, in the order of their ids; 500 at most
    Users {
        /// The name of the role
        role: String,
        /// The tenant
        #[arg(long, default_value = "public")]
        tenant: String,
        /// Begins after this id, the last one of the list before
        #[arg(long, value_name = "ID")]
        after: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Permissions {
    /// The name of the role
    role: String,
    /// A permission; can be repeated
    #[arg(long = "permission", value_name = "PERMISSION")]
    permissions: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Assignment {
    /// The name of the role
    role: String,
    #[command(flatten)]
    user: User,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct User {
    /// The id of the user, or the address with which they sign in
    #[arg(long, value_name = "ID|EMAIL")]
    user: String,
    /// The tenant
    #[arg(long, default_value = "public")]
    tenant: String,
}

async fn run(admin: &Admin, matches: &ArgMatches) -> Result<CommandOutput, CommandFailure> {
    match Command::from_arg_matches(matches)?.verb {
        Verb::List {
            with_permission,
            json,
        } => list(admin, with_permission.as_deref(), json).await,
        Verb::Set(set) => {
            let made = admin.roles().set(&set.role, &set.permissions).await?;
            let created = made == RoleCreation::Created;
            let text = match made {
                RoleCreation::Created => format!("The role {} is made.", set.role),
                RoleCreation::Existed => {
                    format!("The role {} has these permissions, too.", set.role)
                }
            };
            Ok(output(
                set.json,
                &json!({ "createdNewRole": created }),
                text,
            ))
        }
        Verb::RemovePermissions(remove) => {
            let Permissions {
                role,
                permissions,
                json,
            } = remove;
            match admin
                .roles()
                .remove_permissions(&role, &permissions)
                .await?
            {
                RolePermissionsRemoval::UnknownRole => Ok(no_role(&role)),
                RolePermissionsRemoval::Done => {
                    let text = format!("The role {role} has none of these permissions.");
                    Ok(output(json, &json!({ "removed": permissions }), text))
                }
            }
        }
        Verb::Delete { role, json } => match admin.roles().delete(&role).await? {
            RoleDeletion::NotFound => Ok(no_role(&role)),
            RoleDeletion::Deleted => {
                let text = format!("The role {role} is deleted.");
                Ok(output(json, &json!({ "deleted": role }), text))
            }
        },
        Verb::Grant(grant) => grant.grant(admin).await,
        Verb::Revoke(revoke) => revoke.revoke(admin).await,
        Verb::OfUser { user, json } => of_user(admin, &user, json).await,
        Verb::Users {
            role,
            tenant,
            after,
            json,
        } => {
            let found = admin.roles();
            let found = found.users_with(&tenant, &role, after.as_deref()).await?;
            let Some(users) = found else {
                return Ok(no_role(&role));
            };
            let text = match users.as_slice() {
                [] => format!("No user has the role {role} in the tenant {tenant}."),
                users => users.join("\n"),
            };
            Ok(output(json, &json!({ "users": users }), text))
        }
    }
}

async fn list(
    admin: &Admin,
    with_permission: Option<&str>,
    json: bool,
) -> Result<CommandOutput, CommandFailure> {
    let roles = admin.roles();
    let names = match with_permission {
        Some(permission) => roles.with_permission(permission).await?,
        None => roles.all().await?,
    };
    let mut all = Vec::new();
    for name in names {
        // One that was deleted in this moment is left out.
        if let Some(permissions) = roles.permissions_of(&name).await? {
            all.push((name, permissions));
        }
    }
    if json {
        let all = all.iter();
        let all =
            all.map(|(role, permissions)| json!({ "role": role, "permissions": permissions }));
        let roles: Vec<Value> = all.collect();
        return Ok(CommandOutput::Text(json!({ "roles": roles }).to_string()));
    }
    let rows = all.into_iter();
    let rows = rows.map(|(role, permissions)| vec![role, permissions.join(", ")]);
    Ok(CommandOutput::Table {
        headings: &["ROLE", "PERMISSIONS"],
        rows: rows.collect(),
    })
}

async fn of_user(admin: &Admin, user: &User, json: bool) -> Result<CommandOutput, CommandFailure> {
    let Some(id) = admin.user_id(&user.user).await? else {
        return Ok(no_user(&user.user));
    };
    let roles = admin.roles().of_user(&user.tenant, &id).await?;
    let text = match roles.as_slice() {
        [] => format!("{id} has no role in the tenant {}.", user.tenant),
        roles => roles.join("\n"),
    };
    Ok(output(json, &json!({ "userId": id, "roles": roles }), text))
}

impl Assignment {
    async fn grant(&self, admin: &Admin) -> Result<CommandOutput, CommandFailure> {
        let (role, tenant) = (&self.role, &self.user.tenant);
        let Some(id) = admin.user_id(&self.user.user).await? else {
            return Ok(no_user(&self.user.user));
        };
        let (had, text) = match admin.roles().grant(tenant, &id, role).await? {
            RoleGrant::UnknownRole => return Ok(no_role(role)),
            RoleGrant::Granted => (
                false,
                format!("{id} has the role {role} in the tenant {tenant}."),
            ),
            RoleGrant::HadRole => (
                true,
                format!("{id} had the role {role} in the tenant {tenant} before."),
            ),
        };
        let answer = json!({ "userId": id, "didUserAlreadyHaveRole": had });
        Ok(output(self.json, &answer, text))
    }

    async fn revoke(&self, admin: &Admin) -> Result<CommandOutput, CommandFailure> {
        let (role, tenant) = (&self.role, &self.user.tenant);
        let Some(id) = admin.user_id(&self.user.user).await? else {
            return Ok(no_user(&self.user.user));
        };
        let (had, text) = match admin.roles().revoke(tenant, &id, role).await? {
            RoleRevocation::UnknownRole => return Ok(no_role(role)),
            RoleRevocation::Revoked => (
                true,
                format!(
                    "{id} has the role {role} no more in the tenant {tenant}. Sessions that have begun say so until they \
                     end: `sessions revoke --user {id}`."
                ),
            ),
            RoleRevocation::HadNoRole => (
                false,
                format!("{id} did not have the role {role} in the tenant {tenant}."),
            ),
        };
        let answer = json!({ "userId": id, "didUserHaveRole": had });
        Ok(output(self.json, &answer, text))
    }
}

fn output(is_json: bool, json: &Value, text: String) -> CommandOutput {
    CommandOutput::Text(if is_json { json.to_string() } else { text })
}

fn no_role(role: &str) -> CommandOutput {
    CommandOutput::NotFound(format!("there is no role {role}"))
}

fn no_user(user: &str) -> CommandOutput {
    CommandOutput::NotFound(format!("no user signs in with {user}"))
}
