//! Puts a [`User`] together from its login methods.

use super::{LoginMethod, User, Webauthn};

impl User {
    /// The user who has these login methods, oldest first.
    pub(super) fn assemble(
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
