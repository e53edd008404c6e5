//! The operations of choosing a new password with a link.

use crate::contract::contracts;
use crate::shapes::FieldError;

contracts! {
    recipe password_reset, rid "emailpassword";

    /// Sends a mail with a link.
    operation CREATE_TOKEN: create_token {
        name: "password-reset.create-token",
        operation_ids: ["createPasswordResetToken", "passwordResetToken"],
        method: "POST",
        paths: ["/user/password/reset/token"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        sends: Mail,
        body: { "formFields": FormFields },
        query: [],
    }
    /// Outcome of asking for a link.
    outcome CreateToken {
        /// The request was taken; the answer does not say whether a mail goes out.
        Required Ok = "OK"
        /// The address was refused.
        Required FieldError = "FIELD_ERROR" {
            /// Why.
            "formFields" => form_fields: Vec<FieldError>,
        }
        /// A link could give the account to an attacker.
        Feature NotAllowed = "PASSWORD_RESET_NOT_ALLOWED" {
            /// A sentence to show.
            "reason" => reason: String,
        }
    }

    /// Sets a new password.
    operation CONSUME_TOKEN: consume_token {
        name: "password-reset.consume-token",
        operation_ids: ["resetPassword", "passwordReset"],
        method: "POST",
        paths: ["/user/password/reset"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        sends: Mail,
        body: { "formFields": FormFields, "token": Text },
        query: [],
    }
    /// Outcome of using a link.
    outcome ConsumeToken {
        /// The password is set.
        Required Ok = "OK"
        /// The token is unknown, spent or too old.
        Required InvalidToken = "RESET_PASSWORD_INVALID_TOKEN_ERROR"
        /// The password was refused; the link still works.
        Required FieldError = "FIELD_ERROR" {
            /// Why.
            "formFields" => form_fields: Vec<FieldError>,
        }
    }
}
