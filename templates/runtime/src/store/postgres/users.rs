//! Users and their login methods.

use tokio_postgres::Row;
use uuid::Uuid;

use super::super::{
    CreateUser, EMAIL_PASSWORD, LoginMethod, NewEmailPasswordUser, ThirdParty, User,
};
use super::{Connection, Failure, query};

/// What [`read`] reads: a row for each login method (`method`) of a user (`person`).
macro_rules! columns {
    () => {
        "person.id, person.is_primary, person.time_joined, method.recipe_user_id,
         method.recipe_id, method.email, method.phone_number, method.third_party_id,
         method.third_party_user_id, method.verified, method.time_joined AS method_joined,
         ARRAY (SELECT place.tenant_id FROM login_method_tenants AS place
                WHERE place.recipe_user_id = method.recipe_user_id ORDER BY place.tenant_id)
             AS tenant_ids"
    };
}

/// The order of [`columns!`].
macro_rules! order {
    () => {
        "ORDER BY method.time_joined, method.recipe_user_id"
    };
}

/// Signs a user up. The primary key of `email_password_users` decides who is first; who is second
/// writes nothing.
pub(super) async fn create_email_password(
    db: &Connection,
    new: &NewEmailPasswordUser,
) -> Result<CreateUser, Failure> {
    let id = Uuid::new_v4().to_string();
    let created = query(
        db,
        "WITH owner AS (
             INSERT INTO email_password_users (tenant_id, email, recipe_user_id)
             VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING recipe_user_id
         ), person AS (
             INSERT INTO users (id, time_joined) SELECT recipe_user_id, $5 FROM owner
         ), method AS (
             INSERT INTO login_methods (recipe_user_id, user_id, recipe_id, email, time_joined)
             SELECT recipe_user_id, recipe_user_id, $4, $2, $5 FROM owner
         ), place AS (
             INSERT INTO login_method_tenants (recipe_user_id, tenant_id)
             SELECT recipe_user_id, $1 FROM owner
         )
         INSERT INTO passwords (recipe_user_id, password_hash)
         SELECT recipe_user_id, $6 FROM owner RETURNING recipe_user_id",
        &[
            &new.tenant_id,
            &new.email.as_str(),
            &id,
            &EMAIL_PASSWORD,
            &new.time_joined,
            &new.password_hash,
        ],
    )
    .await?;
    if created.is_empty() {
        return Ok(CreateUser::EmailTaken);
    }
    let method = LoginMethod {
        recipe_id: EMAIL_PASSWORD.to_owned(),
        recipe_user_id: id.clone(),
        tenant_ids: vec![new.tenant_id.clone()],
        email: Some(new.email.to_string()),
        phone_number: None,
        third_party: None,
        webauthn: None,
        time_joined: new.time_joined,
        verified: false,
    };
    let user = User::assemble(id, false, new.time_joined, vec![method]);
    Ok(CreateUser::Created(user))
}

/// The owner of an address, and the hash of the password.
pub(super) async fn by_email_password(
    db: &Connection,
    tenant_id: &str,
    email: &str,
) -> Result<Option<(User, String)>, Failure> {
    let rows = query(
        db,
        concat!(
            "SELECT ",
            columns!(),
            ", passwords.password_hash
             FROM email_password_users AS owner
             JOIN passwords USING (recipe_user_id)
             JOIN login_methods AS entry USING (recipe_user_id)
             JOIN users AS person ON person.id = entry.user_id
             JOIN login_methods AS method ON method.user_id = person.id
             WHERE owner.tenant_id = $1 AND owner.email = $2 ",
            order!()
        ),
        &[&tenant_id, &email],
    )
    .await?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let hash = first.try_get("password_hash")?;
    Ok(read(&rows)?.map(|user| (user, hash)))
}

/// The user of this id, or the one that has a login method of this id.
pub(super) async fn by_any_id(db: &Connection, id: &str) -> Result<Option<User>, Failure> {
    let rows = query(
        db,
        concat!(
            "SELECT ",
            columns!(),
            " FROM users AS person
             JOIN login_methods AS method ON method.user_id = person.id
             WHERE person.id = COALESCE(
                 (SELECT id FROM users WHERE id = $1),
                 (SELECT user_id FROM login_methods WHERE recipe_user_id = $1)) ",
            order!()
        ),
        &[&id],
    )
    .await?;
    read(&rows)
}

/// The user whose login methods these rows are.
pub(super) fn read(rows: &[Row]) -> Result<Option<User>, Failure> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let methods = rows.iter().map(login_method).collect::<Result<_, _>>()?;
    Ok(Some(User::assemble(
        first.try_get("id")?,
        first.try_get("is_primary")?,
        first.try_get("time_joined")?,
        methods,
    )))
}

fn login_method(row: &Row) -> Result<LoginMethod, Failure> {
    let third_party: Option<String> = row.try_get("third_party_id")?;
    let third_party_user: Option<String> = row.try_get("third_party_user_id")?;
    Ok(LoginMethod {
        recipe_id: row.try_get("recipe_id")?,
        recipe_user_id: row.try_get("recipe_user_id")?,
        tenant_ids: row.try_get("tenant_ids")?,
        email: row.try_get("email")?,
        phone_number: row.try_get("phone_number")?,
        third_party: third_party
            .zip(third_party_user)
            .map(|(id, user_id)| ThirdParty { id, user_id }),
        webauthn: None,
        time_joined: row.try_get("method_joined")?,
        verified: row.try_get("verified")?,
    })
}
