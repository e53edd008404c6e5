//! The claim `st-ev`, and what the mode `required` demands of it.

use std::sync::Arc;
use std::time::Duration;

use crate::session::{Claim, Subject, Validator};
use crate::store::Store;

/// How old a claim with the value false may be before the database is asked again: a user who has followed the
/// link in another browser waits no longer than this.
const RETRY: Duration = Duration::from_secs(10);

/// Whether the address of the session's login method is verified; true where it has none. A session whose user
/// is not in the database has no such claim.
pub(super) fn claim(store: &Arc<dyn Store>) -> Claim<bool> {
    let store = Arc::clone(store);
    Claim::new("st-ev", move |subject: Subject| {
        let store = Arc::clone(&store);
        async move {
            let user = store.user(&subject.recipe_user_id).await?;
            let method = user.and_then(|user| user.login_method(&subject.recipe_user_id).cloned());
            Ok(method.map(|method| method.email.is_none() || method.verified))
        }
    })
}

/// Demands that it is. The claim is fetched where it is missing, and where it says no and is older than ten seconds.
pub(super) fn validator(store: &Arc<dyn Store>) -> Validator {
    claim(store).is_true().retry_after(RETRY)
}
