//! Users and their login methods, identifiers and credentials: what all recipes share.
//!
//! A recipe calls the functions of this file inside its own transactions. A kind of an identifier or a
//! credential begins with the recipe (`emailpassword/email`); no function touches kinds that it is not given.

mod addresses;
mod by_identifier;
mod finding;
mod language;
pub(crate) mod primary;

use uuid::Uuid;

pub(crate) use self::addresses::{EmailChange, change_email, set_verified};
use self::finding::FindUser;
pub(crate) use self::finding::{UsersWith, by_id, find, find_with_credential};
use super::{
    EndedSession, LoginMethod, Retry, Store, ThirdParty, Transaction, Tx, TxError, User, Webauthn,
    end_sessions_of, names, traces,
};
use crate::error::Error;

pub(crate) use by_identifier::FindByIdentifier;
pub(crate) use language::{LanguageOfReader, LanguageOfUser, SetLanguage};

/// A user to be, with the one login method with which they sign up.
pub(crate) struct NewUser<'a> {
    /// The recipe of the login method.
    pub(crate) recipe_id: &'static str,
    /// Where the user signs up.
    pub(crate) tenant_id: &'a str,
    /// What the login method shows of itself.
    pub(crate) email: Option<&'a str>,
    /// The same for a phone number, in the form of E.164.
    pub(crate) phone_number: Option<&'a str>,
    /// The account that it is: id of the third party, and of the user there.
    pub(crate) third_party: Option<(&'a str, &'a str)>,
    /// Whether the user has proven to own what it shows.
    pub(crate) verified: bool,
    /// What the user is found by: kind and value. A tenant has each once.
    pub(crate) identifiers: &'a [(&'static str, &'a str)],
    /// What the user signs in with: kind, id and data.
    pub(crate) credentials: &'a [(&'static str, &'a str, &'a str)],
    /// The language in which the user reads messages, a tag of RFC 5646 in lower case.
    pub(crate) language: Option<&'a str>,
    /// When the user signs up, in milliseconds.
    pub(crate) time_joined: i64,
}

/// Signs a user up; `None`, and nothing is written, if another user has one of the identifiers. The primary key of
/// the identifiers decides who is first.
pub(crate) async fn create(tx: &mut Tx<'_>, new: &NewUser<'_>) -> Result<Option<User>, TxError> {
    for identifier in new.identifiers {
        if has_identifier(tx, new.tenant_id, *identifier).await? {
            return Ok(None);
        }
    }
    let id = Uuid::new_v4().to_string();
    let (third_party_id, third_party_user_id) = new.third_party.unzip();
    tx.execute(
        "INSERT INTO users (id, time_joined, language) VALUES ($1, $2, $3)",
        &[(&id).into(), new.time_joined.into(), new.language.into()],
    )
    .await?;
    tx.execute(
        "INSERT INTO login_methods (recipe_user_id, user_id, recipe_id, email, phone_number, third_party_id,
                                    third_party_user_id, verified, time_joined)
         VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            (&id).into(),
            new.recipe_id.into(),
            new.email.into(),
            new.phone_number.into(),
            third_party_id.into(),
            third_party_user_id.into(),
            new.verified.into(),
            new.time_joined.into(),
        ],
    )
    .await?;
    tx.execute(
        "INSERT INTO login_method_tenants (recipe_user_id, tenant_id) VALUES ($1, $2)",
        &[(&id).into(), new.tenant_id.into()],
    )
    .await?;
    for (kind, value) in new.identifiers {
        if !add_identifier(tx, new.tenant_id, (kind, value), &id).await? {
            // Another server was faster. An error would undo the caller's statements, too.
            tx.execute("DELETE FROM users WHERE id = $1", &[(&id).into()])
                .await?;
            return Ok(None);
        }
    }
    for (kind, credential, data) in new.credentials {
        tx.execute(
            "INSERT INTO credentials (recipe_user_id, kind, id, data) VALUES ($1, $2, $3, $4)",
            &[
                (&id).into(),
                (*kind).into(),
                (*credential).into(),
                (*data).into(),
            ],
        )
        .await?;
    }
    let method = LoginMethod {
        recipe_id: new.recipe_id.to_owned(),
        recipe_user_id: id.clone(),
        tenant_ids: vec![new.tenant_id.to_owned()],
        email: new.email.map(str::to_owned),
        phone_number: new.phone_number.map(str::to_owned),
        third_party: new.third_party.map(|(id, user_id)| ThirdParty {
            id: id.to_owned(),
            user_id: user_id.to_owned(),
        }),
        webauthn: None,
        time_joined: new.time_joined,
        verified: new.verified,
    };
    Ok(Some(User::assemble(
        id,
        false,
        new.time_joined,
        vec![method],
    )))
}

/// Gives an identifier to a login method; `false` if it belongs to one already.
async fn add_identifier(
    tx: &mut Tx<'_>,
    tenant_id: &str,
    (kind, value): (&'static str, &str),
    recipe_user_id: &str,
) -> Result<bool, TxError> {
    let added = tx
        .execute(
            "INSERT INTO login_identifiers (tenant_id, kind, value, recipe_user_id)
             VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, kind, value) DO NOTHING",
            &[
                tenant_id.into(),
                kind.into(),
                value.into(),
                recipe_user_id.into(),
            ],
        )
        .await?;
    Ok(added == 1)
}

/// Whether a user of a tenant has an identifier.
pub(crate) async fn has_identifier(
    tx: &mut Tx<'_>,
    tenant_id: &str,
    (kind, value): (&'static str, &str),
) -> Result<bool, TxError> {
    let owner = tx
        .query_optional(
            "SELECT 1 FROM login_identifiers WHERE tenant_id = $1 AND kind = $2 AND value = $3",
            &[tenant_id.into(), kind.into(), value.into()],
        )
        .await?;
    Ok(owner.is_some())
}

impl dyn Store + '_ {
    /// The user of this id, or the one that has a login method of this id.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user(&self, id: &str) -> Result<Option<User>, Error> {
        if !names::is_name(id) {
            return Ok(None);
        }
        self.run(FindUser(id.to_owned())).await
    }

    /// Deletes a user, by their id or that of a login method, and everything that is theirs: all login methods, identifiers, credentials, one-time secrets,
    /// mails that wait, what recipes keep of the user, and sessions (an access token that was issued counts until it expires; handlers of session
    /// events get no event, unless [`Sessions::revoke_all`](crate::session::Sessions::revoke_all) ends the sessions
    /// first); whether there was one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn delete_user(&self, id: &str) -> Result<bool, Error> {
        if !names::is_name(id) {
            return Ok(false);
        }
        self.run(DeleteUser(id.to_owned())).await
    }
}

struct DeleteUser(String);

impl Transaction for DeleteUser {
    type Output = bool;
    const NAME: &'static str = "delete_user";
    const RETRY: Retry = Retry::Idempotent;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, TxError> {
        if delete(tx, &self.0).await?.0 {
            return Ok(true);
        }
        // The login method may have been linked, also a moment ago.
        match primary::owner(tx, &self.0).await? {
            Some(user_id) => Ok(delete(tx, &user_id).await?.0),
            None => Ok(false),
        }
    }
}

/// Deletes a user and everything that is theirs; whether there was one, and the sessions that ended.
///
/// Rows that name a user without a foreign key are deleted here and in [`traces`], and nowhere else: they may as well be about
/// a user whom only the application knows. The foreign keys do the rest.
pub(crate) async fn delete(
    tx: &mut Tx<'_>,
    id: &str,
) -> Result<(bool, Vec<EndedSession>), TxError> {
    let ended = end_sessions_of(tx, id).await?;
    for sql in [
        "DELETE FROM one_time_secrets WHERE subject IN (
             SELECT CAST($1 AS TEXT)
             UNION ALL SELECT recipe_user_id FROM login_methods WHERE user_id = $1)",
        "DELETE FROM mail_outbox WHERE subject IN (
             SELECT CAST($1 AS TEXT)
             UNION ALL SELECT recipe_user_id FROM login_methods WHERE user_id = $1)",
    ] {
        tx.execute(sql, &[id.into()]).await?;
    }
    traces::delete_of_user(tx, id).await?;
    let deleted = tx
        .execute("DELETE FROM users WHERE id = $1", &[id.into()])
        .await?;
    Ok((deleted == 1, ended))
}

impl LoginMethod {
    /// Whether its user has proven an address or a phone number by it.
    pub(crate) fn proves(&self, email: Option<&str>, phone_number: Option<&str>) -> bool {
        let is_same =
            |own: &Option<String>, other: Option<&str>| other.is_some() && own.as_deref() == other;
        self.verified && (is_same(&self.email, email) || is_same(&self.phone_number, phone_number))
    }
}

impl User {
    /// Its login method of this id.
    pub(crate) fn login_method(&self, recipe_user_id: &str) -> Option<&LoginMethod> {
        let mut methods = self.login_methods.iter();
        methods.find(|method| method.recipe_user_id == recipe_user_id)
    }

    /// The user who has these login methods, oldest first.
    fn assemble(
        id: String,
        is_primary_user: bool,
        time_joined: i64,
        login_methods: Vec<LoginMethod>,
    ) -> Self {
        let mut user = Self {
            id,
            is_primary_user,
            tenant_ids: Vec::new(),
            emails: Vec::new(),
            phone_numbers: Vec::new(),
            third_party: Vec::new(),
            webauthn: Webauthn::default(),
            login_methods,
            time_joined,
        };
        for method in &user.login_methods {
            add_new(&mut user.tenant_ids, &method.tenant_ids);
            add_new(&mut user.emails, method.email.as_slice());
            add_new(&mut user.phone_numbers, method.phone_number.as_slice());
            add_new(&mut user.third_party, method.third_party.as_slice());
            if let Some(webauthn) = &method.webauthn {
                add_new(&mut user.webauthn.credential_ids, &webauthn.credential_ids);
            }
        }
        user
    }
}

/// Adds what is not there yet.
fn add_new<T: Clone + PartialEq>(all: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !all.contains(item) {
            all.push(item.clone());
        }
    }
}
