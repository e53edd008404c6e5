//! The operations of signing in without a password: a code or a link comes by mail or as a text message.

use crate::contract::contracts;
use crate::shapes::User;

contracts! {
    recipe passwordless, rid "passwordless";

    /// Begins a sign-in: sends a code, a link or both.
    operation CREATE_CODE: create_code {
        name: "passwordless.create-code",
        operation_ids: ["passwordlessSignInUpStart"],
        method: "POST",
        paths: ["/signinup/code"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        sends: MailOrSms,
        body: {},
        query: [],
    }
    /// Outcome of beginning a sign-in.
    outcome CreateCode {
        /// A message is on its way, whether or not there is such a user.
        Required Ok = "OK" {
            /// A secret of the client, which it sends with the code.
            "deviceId" => device_id: String,
            /// What is in the message: `USER_INPUT_CODE`, `MAGIC_LINK` or `USER_INPUT_CODE_AND_MAGIC_LINK`.
            "flowType" => flow_type: String,
            /// Names the attempt, also in the link.
            "preAuthSessionId" => pre_auth_session_id: String,
        }
        /// This way to sign in is closed for the address or number.
        Feature NotAllowed = "SIGN_IN_UP_NOT_ALLOWED" {
            /// A sentence to show.
            "reason" => reason: String,
        }
    }

    /// Sends another message for an attempt.
    operation RESEND_CODE: resend_code {
        name: "passwordless.resend-code",
        operation_ids: ["passwordlessSignInUpResend"],
        method: "POST",
        paths: ["/signinup/code/resend"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        sends: MailOrSms,
        body: { "deviceId": Text, "preAuthSessionId": Text },
        query: [],
    }
    /// Outcome of asking for another message.
    outcome ResendCode {
        /// It is on its way. What was sent before still works.
        Required Ok = "OK"
        /// There is no such attempt, or it is over.
        Required RestartFlow = "RESTART_FLOW_ERROR"
    }

    /// Signs a user in, or up, with a code or a link.
    operation CONSUME_CODE: consume_code {
        name: "passwordless.consume-code",
        operation_ids: ["passwordlessSignInUpConsume"],
        method: "POST",
        paths: ["/signinup/code/consume"],
        tenancy: Tenant,
        origins: Own,
        sessions: Begins,
        body: {},
        query: [],
    }
    /// Outcome of presenting a code or a link.
    outcome ConsumeCode {
        /// The user is signed in.
        Required Ok = "OK" {
            /// Whether the user is new.
            "createdNewRecipeUser" => created_new_recipe_user: bool,
            /// The user.
            "user" => user: User,
        }
        /// It is another code.
        Required IncorrectCode = "INCORRECT_USER_INPUT_CODE_ERROR" {
            /// How many wrong ones there were.
            "failedCodeInputAttemptCount" => failed_code_input_attempt_count: i64,
            /// With how many of them the attempt is over.
            "maximumCodeInputAttempts" => maximum_code_input_attempts: i64,
        }
        /// The code is right and too old.
        Required ExpiredCode = "EXPIRED_USER_INPUT_CODE_ERROR" {
            /// How many wrong ones there were, this one included.
            "failedCodeInputAttemptCount" => failed_code_input_attempt_count: i64,
            /// With how many of them the attempt is over.
            "maximumCodeInputAttempts" => maximum_code_input_attempts: i64,
        }
        /// There is no such attempt, it is over, or the link is not (any more) one of it.
        Required RestartFlow = "RESTART_FLOW_ERROR"
        /// This way to sign in is closed for the user.
        Feature NotAllowed = "SIGN_IN_UP_NOT_ALLOWED" {
            /// A sentence to show.
            "reason" => reason: String,
        }
    }

    /// Tells whether a user signs in with an address and without a password.
    operation EMAIL_EXISTS: email_exists {
        name: "passwordless.email-exists",
        operation_ids: ["passwordlessEmailExists", "passwordlessEmailExistsDepr"],
        method: "GET",
        paths: ["/passwordless/email/exists", "/signup/email/exists"],
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
            /// Whether a user signs in with it and without a password.
            "exists" => exists: bool,
        }
    }

    /// Tells whether a user signs in with a phone number and without a password.
    operation PHONE_NUMBER_EXISTS: phone_number_exists {
        name: "passwordless.phone-number-exists",
        operation_ids: ["passwordlessPhoneNumberExists", "passwordlessPhoneNumberExistsDepr"],
        method: "GET",
        paths: ["/passwordless/phonenumber/exists", "/signup/phonenumber/exists"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: ["phoneNumber"],
    }
    /// Whether a phone number is known.
    outcome PhoneNumberExists {
        /// The answer.
        Required Ok = "OK" {
            /// Whether a user signs in with it and without a password.
            "exists" => exists: bool,
        }
    }
}
