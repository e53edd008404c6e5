//! The operations of signing up and signing in with an address and a password.

use crate::contract::contracts;
use crate::shapes::{FieldError, User};

contracts! {
    recipe email_password, rid "emailpassword";

    /// Creates a user and signs them in.
    operation SIGN_UP: sign_up {
        name: "email-password.sign-up",
        operation_ids: ["signUp"],
        method: "POST",
        paths: ["/signup"],
        tenancy: Tenant,
        origins: Own,
        sessions: Begins,
        body: { "formFields": FormFields },
        query: [],
    }
    /// Outcome of a sign-up.
    outcome SignUp {
        /// There is a new user, and they are signed in.
        Required Ok = "OK" {
            /// The user.
            "user" => user: User,
        }
        /// Fields were refused, or the address is taken.
        Required FieldError = "FIELD_ERROR" {
            /// All that were refused.
            "formFields" => form_fields: Vec<FieldError>,
        }
        /// This way to sign up is closed for the address.
        Feature NotAllowed = "SIGN_UP_NOT_ALLOWED" {
            /// A sentence to show.
            "reason" => reason: String,
        }
    }

    /// Signs a user in.
    operation SIGN_IN: sign_in {
        name: "email-password.sign-in",
        operation_ids: ["signIn"],
        method: "POST",
        paths: ["/signin"],
        tenancy: Tenant,
        origins: Own,
        sessions: Begins,
        body: { "formFields": FormFields },
        query: [],
    }
    /// Outcome of a sign-in.
    outcome SignIn {
        /// The user is signed in.
        Required Ok = "OK" {
            /// The user.
            "user" => user: User,
        }
        /// No user has this address and this password.
        Required WrongCredentials = "WRONG_CREDENTIALS_ERROR"
        /// Fields were refused.
        Required FieldError = "FIELD_ERROR" {
            /// All that were refused.
            "formFields" => form_fields: Vec<FieldError>,
        }
        /// This way to sign in is closed for the user.
        Feature NotAllowed = "SIGN_IN_NOT_ALLOWED" {
            /// A sentence to show.
            "reason" => reason: String,
        }
    }

    /// Tells whether a user signs in with an address and a password.
    operation EMAIL_EXISTS: email_exists {
        name: "email-password.email-exists",
        operation_ids: ["emailExists", "emailExistsDepr"],
        method: "GET",
        paths: ["/emailpassword/email/exists", "/signup/email/exists"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: ["email"],
    }
    /// Whether an address is known.
    outcome EmailExists {
        /// The answer.
        Required Ok = "OK" {
            /// Whether a user signs in with it and a password.
            "exists" => exists: bool,
        }
    }
}
