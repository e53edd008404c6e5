//! Reading users with all their login methods.

use super::super::transaction::{Access, Row};
use super::super::{LoginMethod, Retry, ThirdParty, Transaction, Tx, TxError, User};

/// A statement whose rows [`read`] reads: one for each tenant of each login method (`method`) of the users whom `$which` is
/// true for, with `$more` columns. `$users` are the tables that have these users, as `person`.
macro_rules! user_rows {
    ($more:literal, $users:literal, $which:literal) => {
        concat!(
            "SELECT person.id, person.is_primary, person.time_joined, method.recipe_user_id,
                    method.recipe_id, method.email, method.phone_number, method.third_party_id,
                    method.third_party_user_id, method.verified, method.time_joined, place.tenant_id",
            $more,
            " FROM ",
            $users,
            " JOIN login_methods AS method ON method.user_id = person.id
              LEFT JOIN login_method_tenants AS place ON place.recipe_user_id = method.recipe_user_id
              WHERE ",
            $which,
            " ORDER BY method.time_joined, method.recipe_user_id, place.tenant_id"
        )
    };
}

/// The user whom an identifier belongs to.
pub(crate) async fn find(
    tx: &mut Tx<'_>,
    tenant_id: &str,
    (kind, value): (&'static str, &str),
) -> Result<Option<User>, TxError> {
    let rows = tx
        .query(
            user_rows!(
                "",
                "login_identifiers AS owner
                 JOIN login_methods AS entry ON entry.recipe_user_id = owner.recipe_user_id
                 JOIN users AS person ON person.id = entry.user_id",
                "owner.tenant_id = $1 AND owner.kind = $2 AND owner.value = $3"
            ),
            &[tenant_id.into(), kind.into(), value.into()],
        )
        .await?;
    read(rows)
}

/// The user whom an identifier belongs to, and the data of the credential of this kind (with an empty id).
pub(crate) async fn find_with_credential(
    tx: &mut Tx<'_>,
    tenant_id: &str,
    (kind, value): (&'static str, &str),
    credential: &'static str,
) -> Result<Option<(User, String)>, TxError> {
    let mut rows = tx
        .query(
            user_rows!(
                ", credential.data",
                "login_identifiers AS owner
                 JOIN credentials AS credential
                   ON credential.recipe_user_id = owner.recipe_user_id AND credential.kind = $4
                  AND credential.id = ''
                 JOIN login_methods AS entry ON entry.recipe_user_id = owner.recipe_user_id
                 JOIN users AS person ON person.id = entry.user_id",
                "owner.tenant_id = $1 AND owner.kind = $2 AND owner.value = $3"
            ),
            &[
                tenant_id.into(),
                kind.into(),
                value.into(),
                credential.into(),
            ],
        )
        .await?;
    let Some(first) = rows.first_mut() else {
        return Ok(None);
    };
    let data = first.take(12)?;
    Ok(read(rows)?.map(|user| (user, data)))
}

/// The user whose login methods these rows are.
fn read(rows: Vec<Row>) -> Result<Option<User>, TxError> {
    let mut user = None;
    let mut methods: Vec<LoginMethod> = Vec::new();
    for mut row in rows {
        if user.is_none() {
            user = Some((row.take(0)?, row.take(1)?, row.take(2)?));
        }
        let recipe_user_id: String = row.take(3)?;
        let tenant: Option<String> = row.take(11)?;
        if let Some(method) = methods.last_mut()
            && method.recipe_user_id == recipe_user_id
        {
            method.tenant_ids.extend(tenant);
            continue;
        }
        let third_party: (Option<String>, Option<String>) = (row.take(7)?, row.take(8)?);
        methods.push(LoginMethod {
            recipe_id: row.take(4)?,
            recipe_user_id,
            tenant_ids: tenant.into_iter().collect(),
            email: row.take(5)?,
            phone_number: row.take(6)?,
            third_party: third_party
                .0
                .zip(third_party.1)
                .map(|(id, user_id)| ThirdParty { id, user_id }),
            webauthn: None,
            time_joined: row.take(10)?,
            verified: row.take(9)?,
        });
    }
    Ok(user.map(|(id, is_primary_user, time_joined)| {
        User::assemble(id, is_primary_user, time_joined, methods)
    }))
}

/// The user of an id, or the one that has a login method of it.
pub(super) struct FindUser(pub(super) String);

impl Transaction for FindUser {
    type Output = Option<User>;
    const NAME: &'static str = "user";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<User>, TxError> {
        by_id(tx, &self.0).await
    }
}

/// The user of an id, or the one that has a login method of it.
pub(crate) async fn by_id(tx: &mut Tx<'_>, id: &str) -> Result<Option<User>, TxError> {
    let rows = tx
        .query(
            user_rows!(
                "",
                "users AS person",
                "person.id = COALESCE(
                     (SELECT id FROM users WHERE id = $1),
                     (SELECT user_id FROM login_methods WHERE recipe_user_id = $1))"
            ),
            &[id.into()],
        )
        .await?;
    read(rows)
}

/// All users of a tenant of whom a login method in it, of any recipe, has an address or a phone number.
pub(crate) struct UsersWith {
    /// Where they sign in.
    pub(crate) tenant_id: String,
    /// The address.
    pub(crate) email: Option<String>,
    /// The phone number.
    pub(crate) phone_number: Option<String>,
}

impl Transaction for UsersWith {
    type Output = Vec<User>;
    const NAME: &'static str = "users_with_address";
    const ACCESS: Access = Access::ReadOne;
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<User>, TxError> {
        let rows = tx
            .query(
                user_rows!(
                    "",
                    "users AS person",
                    "person.id IN (
                         SELECT entry.user_id FROM login_methods AS entry
                         JOIN login_method_tenants AS home
                           ON home.recipe_user_id = entry.recipe_user_id
                         WHERE entry.email = $2 AND home.tenant_id = $1
                         UNION ALL
                         SELECT entry.user_id FROM login_methods AS entry
                         JOIN login_method_tenants AS home
                           ON home.recipe_user_id = entry.recipe_user_id
                         WHERE entry.phone_number = $3 AND home.tenant_id = $1)"
                ),
                &[
                    (&self.tenant_id).into(),
                    self.email.as_ref().into(),
                    self.phone_number.as_ref().into(),
                ],
            )
            .await?;
        // Rows of several users stand between each other, those of one login method together.
        let mut of_users: Vec<(String, Vec<Row>)> = Vec::new();
        for row in rows {
            let id: String = row.get(0)?;
            match of_users.iter_mut().find(|(known, _)| *known == id) {
                Some((_, rows)) => rows.push(row),
                None => of_users.push((id, vec![row])),
            }
        }
        let users = of_users.into_iter();
        users
            .filter_map(|(_, rows)| read(rows).transpose())
            .collect()
    }
}
