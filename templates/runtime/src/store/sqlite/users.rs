//! Users and their login methods.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::super::{
    CreateUser, EMAIL_PASSWORD, LoginMethod, NewEmailPasswordUser, ThirdParty, User,
};

/// Signs a user up. The primary key of `email_password_users` decides who is first.
pub(super) fn create_email_password(
    db: &Connection,
    new: &NewEmailPasswordUser,
) -> rusqlite::Result<CreateUser> {
    let id = Uuid::new_v4().to_string();
    let taken: bool = db
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM email_password_users WHERE tenant_id = ?1 AND email = ?2)",
        )?
        .query_row((&new.tenant_id, new.email.as_str()), |row| row.get(0))?;
    if taken {
        return Ok(CreateUser::EmailTaken);
    }
    db.prepare_cached("INSERT INTO users (id, time_joined) VALUES (?1, ?2)")?
        .execute((&id, new.time_joined))?;
    db.prepare_cached(
        "INSERT INTO login_methods (recipe_user_id, user_id, recipe_id, email, time_joined)
         VALUES (?1, ?1, ?2, ?3, ?4)",
    )?
    .execute((&id, EMAIL_PASSWORD, new.email.as_str(), new.time_joined))?;
    db.prepare_cached(
        "INSERT INTO login_method_tenants (recipe_user_id, tenant_id) VALUES (?1, ?2)",
    )?
    .execute((&id, &new.tenant_id))?;
    db.prepare_cached(
        "INSERT INTO email_password_users (tenant_id, email, recipe_user_id) VALUES (?1, ?2, ?3)",
    )?
    .execute((&new.tenant_id, new.email.as_str(), &id))?;
    db.prepare_cached("INSERT INTO passwords (recipe_user_id, password_hash) VALUES (?1, ?2)")?
        .execute((&id, &new.password_hash))?;
    let user = by_id(db, &id)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(CreateUser::Created(user))
}

/// The owner of an address, and the hash of the password.
pub(super) fn by_email_password(
    db: &Connection,
    tenant_id: &str,
    email: &str,
) -> rusqlite::Result<Option<(User, String)>> {
    let found: Option<(String, String)> = db
        .prepare_cached(
            "SELECT method.user_id, passwords.password_hash
             FROM email_password_users AS owner
             JOIN login_methods AS method USING (recipe_user_id)
             JOIN passwords USING (recipe_user_id)
             WHERE owner.tenant_id = ?1 AND owner.email = ?2",
        )?
        .query_row((tenant_id, email), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((user_id, hash)) = found else {
        return Ok(None);
    };
    Ok(by_id(db, &user_id)?.map(|user| (user, hash)))
}

/// The user of this id, or the one that has a login method of this id.
pub(super) fn by_any_id(db: &Connection, id: &str) -> rusqlite::Result<Option<User>> {
    if let Some(user) = by_id(db, id)? {
        return Ok(Some(user));
    }
    let owner: Option<String> = db
        .prepare_cached("SELECT user_id FROM login_methods WHERE recipe_user_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    owner.map_or(Ok(None), |user_id| by_id(db, &user_id))
}

fn by_id(db: &Connection, id: &str) -> rusqlite::Result<Option<User>> {
    let row: Option<(bool, i64)> = db
        .prepare_cached("SELECT is_primary, time_joined FROM users WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((is_primary_user, time_joined)) = row else {
        return Ok(None);
    };
    let login_methods = login_methods(db, id)?;
    let user = User::assemble(id.to_owned(), is_primary_user, time_joined, login_methods);
    Ok(Some(user))
}

fn login_methods(db: &Connection, user_id: &str) -> rusqlite::Result<Vec<LoginMethod>> {
    let mut tenants = db.prepare_cached(
        "SELECT tenant_id FROM login_method_tenants WHERE recipe_user_id = ?1 ORDER BY tenant_id",
    )?;
    let mut methods: Vec<LoginMethod> = db
        .prepare_cached(
            "SELECT recipe_id, recipe_user_id, email, phone_number, third_party_id,
                    third_party_user_id, time_joined, verified
             FROM login_methods WHERE user_id = ?1 ORDER BY time_joined, recipe_user_id",
        )?
        .query_map([user_id], |row| {
            let third_party: (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
            Ok(LoginMethod {
                recipe_id: row.get(0)?,
                recipe_user_id: row.get(1)?,
                tenant_ids: Vec::new(),
                email: row.get(2)?,
                phone_number: row.get(3)?,
                third_party: third_party
                    .0
                    .zip(third_party.1)
                    .map(|(id, user_id)| ThirdParty { id, user_id }),
                webauthn: None,
                time_joined: row.get(6)?,
                verified: row.get(7)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    for method in &mut methods {
        method.tenant_ids = tenants
            .query_map([&method.recipe_user_id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
    }
    Ok(methods)
}
