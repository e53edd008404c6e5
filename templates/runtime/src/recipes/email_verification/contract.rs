//! The operations of proving that an address is one's own.

use crate::contract::contracts;

contracts! {
    recipe email_verification, rid "emailverification";

    /// Sends a mail with a link to the user of the session.
    operation CREATE_TOKEN: create_token {
        name: "email-verification.create-token",
        operation_ids: ["createEmailVerificationToken", "verifyEmailToken"],
        method: "POST",
        paths: ["/user/email/verify/token"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        sends: Mail,
        body: {},
        query: [],
    }
    /// Outcome of asking for a link.
    outcome CreateToken {
        /// A mail is sent, if the address has not had enough of them.
        Required Ok = "OK"
        /// There is nothing to prove: the address is verified, or the user has none.
        Required AlreadyVerified = "EMAIL_ALREADY_VERIFIED_ERROR"
    }

    /// Proves an address with the token of a link.
    operation CONSUME_TOKEN: consume_token {
        name: "email-verification.consume-token",
        operation_ids: ["verifyEmail"],
        method: "POST",
        paths: ["/user/email/verify"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        body: { "token": Text },
        query: [],
    }
    /// Outcome of following a link.
    outcome ConsumeToken {
        /// The address to which the link was sent is proven.
        Required Ok = "OK"
        /// The token is unknown, used, too old, or of another tenant.
        Required InvalidToken = "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"
    }

    /// Tells whether the address of the session's user is verified.
    operation IS_VERIFIED: is_verified {
        name: "email-verification.is-verified",
        operation_ids: ["isEmailVerified", "getVerifyEmail"],
        method: "GET",
        paths: ["/user/email/verify"],
        tenancy: Ignored,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// Whether an address is verified.
    outcome IsVerified {
        /// The answer.
        Required Ok = "OK" {
            /// Whether it is verified; true for a user without an address.
            "isVerified" => is_verified: bool,
        }
    }
}
