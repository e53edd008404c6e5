//! Metadata by library.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::sql::{ClearMetadata, FindMetadata, UpdateMetadata};
use crate::admin::Admin;
use crate::auth::Auth;
use crate::error::Error;
use crate::store::{Store, names};

/// How many bytes the metadata of one user may have, as JSON.
pub const LIMIT: usize = 64 * 1024;

/// What the application keeps of users.
///
/// ```no_run
/// # async fn run(auth: auth_runtime::Auth) -> Result<(), auth_runtime::Error> {
/// use serde::Deserialize;
/// use serde_json::json;
///
/// #[derive(Deserialize)]
/// struct Profile {
///     #[serde(default)]
///     newsletter: bool,
/// }
///
/// let metadata = auth.metadata();
/// // Sets one key, removes another, and leaves all others as they are.
/// metadata.update("the id of a user", &json!({ "newsletter": true, "trial": null })).await?;
/// let profile: Profile = metadata.read("the id of a user").await?;
/// assert!(profile.newsletter);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Metadata {
    store: Arc<dyn Store>,
}

impl Auth {
    /// The metadata of users.
    pub fn metadata(&self) -> Metadata {
        Metadata {
            store: self.shared_store(),
        }
    }
}

impl Admin {
    /// The metadata of users.
    pub fn metadata(&self) -> Metadata {
        Metadata {
            store: self.shared_store(),
        }
    }
}

impl Metadata {
    /// The object of a user, by the id of the user; empty where there is none, and for a user who is not known.
    ///
    /// # Errors
    /// The store failed.
    pub async fn get(&self, user_id: &str) -> Result<Map<String, Value>, Error> {
        if !names::is_name(user_id) {
            return Ok(Map::new());
        }
        self.store.run(FindMetadata(user_id.to_owned())).await
    }

    /// The same as a type of the application.
    ///
    /// # Errors
    /// [`Error::Internal`] if it is not of this type; the store failed.
    pub async fn read<T: DeserializeOwned>(&self, user_id: &str) -> Result<T, Error> {
        let metadata = self.get(user_id).await?;
        serde_json::from_value(Value::Object(metadata)).map_err(Error::internal)
    }

    /// Replaces keys of the object of a user by the fields of a value; `null` removes a key, and keys that are not named stay.
    /// The object as it is then.
    ///
    /// # Errors
    /// [`Error::BadInput`] if it would be larger than [`LIMIT`], or the id cannot be one; [`Error::Internal`] if the value is no
    /// object; the store failed.
    pub async fn update(
        &self,
        user_id: &str,
        update: &(impl Serialize + ?Sized),
    ) -> Result<Map<String, Value>, Error> {
        names::check("the id of a user", user_id)?;
        let Value::Object(update) = serde_json::to_value(update).map_err(Error::internal)? else {
            return Err(Error::internal("the metadata of a user is an object"));
        };
        let update = UpdateMetadata {
            user_id: user_id.to_owned(),
            update,
            limit: LIMIT,
        };
        self.store.run(update).await
    }

    /// Deletes the object of a user; whether there was one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn clear(&self, user_id: &str) -> Result<bool, Error> {
        if !names::is_name(user_id) {
            return Ok(false);
        }
        self.store.run(ClearMetadata(user_id.to_owned())).await
    }
}
