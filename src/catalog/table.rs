//! The rows.

use super::domain::{DISCOVERY, EXISTS, FORM_FIELDS, KEYS, REASON, USER_FIELD};
use super::{Behaviour, BodyKind, Class, DomainField, Origins, Outcome, Tenancy};

/// An outcome that the spec must document.
const fn required(
    variant: &'static str,
    status: &'static str,
    fields: &'static [DomainField],
) -> Outcome {
    Outcome {
        variant,
        status: Some(status),
        class: Class::Required,
        fields,
    }
}

/// An outcome whose feature is off, or answers `GENERAL_ERROR`, where the spec lacks it.
const fn feature(
    variant: &'static str,
    status: &'static str,
    fields: &'static [DomainField],
) -> Outcome {
    Outcome {
        variant,
        status: Some(status),
        class: Class::Feature,
        fields,
    }
}

/// The one answer of a flow that has no `status` key.
const fn bare(fields: &'static [DomainField]) -> Outcome {
    Outcome {
        variant: "Ok",
        status: None,
        class: Class::Required,
        fields,
    }
}

/// All behaviours. `GENERAL_ERROR` is no outcome: any flow may answer it (`Error::General`).
pub(crate) static BEHAVIOURS: &[Behaviour] = &[
    Behaviour {
        name: "session.sign-out",
        operation_ids: &["signOut", "signout"],
        recipe: "session",
        module: "session",
        function: "sign_out",
        outcome_type: "SignOut",
        method: "POST",
        paths: &["/signout"],
        tenancy: Tenancy::Ignored,
        origins: Origins::Own,
        body: &[],
        query: &[],
        outcomes: &[required("Ok", "OK", &[])],
    },
    Behaviour {
        name: "session.refresh",
        operation_ids: &["refreshSession", "refresh"],
        recipe: "session",
        module: "session",
        function: "refresh",
        outcome_type: "Refresh",
        method: "POST",
        paths: &["/session/refresh"],
        tenancy: Tenancy::Ignored,
        origins: Origins::Own,
        body: &[],
        query: &[],
        outcomes: &[bare(&[])],
    },
    Behaviour {
        name: "email-password.sign-up",
        operation_ids: &["signUp"],
        recipe: "emailpassword",
        module: "email_password",
        function: "sign_up",
        outcome_type: "SignUp",
        method: "POST",
        paths: &["/signup"],
        tenancy: Tenancy::Tenant,
        origins: Origins::Own,
        body: &[("formFields", BodyKind::FormFields)],
        query: &[],
        outcomes: &[
            required("Ok", "OK", USER_FIELD),
            required("FieldError", "FIELD_ERROR", FORM_FIELDS),
            feature("NotAllowed", "SIGN_UP_NOT_ALLOWED", REASON),
        ],
    },
    Behaviour {
        name: "email-password.sign-in",
        operation_ids: &["signIn"],
        recipe: "emailpassword",
        module: "email_password",
        function: "sign_in",
        outcome_type: "SignIn",
        method: "POST",
        paths: &["/signin"],
        tenancy: Tenancy::Tenant,
        origins: Origins::Own,
        body: &[("formFields", BodyKind::FormFields)],
        query: &[],
        outcomes: &[
            required("Ok", "OK", USER_FIELD),
            required("WrongCredentials", "WRONG_CREDENTIALS_ERROR", &[]),
            required("FieldError", "FIELD_ERROR", FORM_FIELDS),
            feature("NotAllowed", "SIGN_IN_NOT_ALLOWED", REASON),
        ],
    },
    Behaviour {
        name: "email-password.email-exists",
        operation_ids: &["emailExists", "emailExistsDepr"],
        recipe: "emailpassword",
        module: "email_password",
        function: "email_exists",
        outcome_type: "EmailExists",
        method: "GET",
        paths: &["/emailpassword/email/exists", "/signup/email/exists"],
        tenancy: Tenancy::Tenant,
        origins: Origins::Own,
        body: &[],
        query: &["email"],
        outcomes: &[required("Ok", "OK", EXISTS)],
    },
    Behaviour {
        name: "password-reset.create-token",
        operation_ids: &["createPasswordResetToken", "passwordResetToken"],
        recipe: "emailpassword",
        module: "password_reset",
        function: "create_token",
        outcome_type: "CreateToken",
        method: "POST",
        paths: &["/user/password/reset/token"],
        tenancy: Tenancy::Tenant,
        origins: Origins::Own,
        body: &[("formFields", BodyKind::FormFields)],
        query: &[],
        outcomes: &[
            required("Ok", "OK", &[]),
            required("FieldError", "FIELD_ERROR", FORM_FIELDS),
            feature("NotAllowed", "PASSWORD_RESET_NOT_ALLOWED", REASON),
        ],
    },
    Behaviour {
        name: "password-reset.consume-token",
        operation_ids: &["resetPassword", "passwordReset"],
        recipe: "emailpassword",
        module: "password_reset",
        function: "consume_token",
        outcome_type: "ConsumeToken",
        method: "POST",
        paths: &["/user/password/reset"],
        tenancy: Tenancy::Tenant,
        origins: Origins::Own,
        body: &[
            ("formFields", BodyKind::FormFields),
            ("token", BodyKind::Text),
        ],
        query: &[],
        outcomes: &[
            required("Ok", "OK", &[]),
            required("InvalidToken", "RESET_PASSWORD_INVALID_TOKEN_ERROR", &[]),
            required("FieldError", "FIELD_ERROR", FORM_FIELDS),
        ],
    },
    Behaviour {
        name: "jwt.jwks",
        operation_ids: &["getJwks", "getJWKS"],
        recipe: "jwt",
        module: "jwt",
        function: "jwks",
        outcome_type: "GetJwks",
        method: "GET",
        paths: &["/jwt/jwks.json"],
        tenancy: Tenancy::Ignored,
        origins: Origins::AnyMayRead,
        body: &[],
        query: &[],
        outcomes: &[bare(KEYS)],
    },
    Behaviour {
        name: "openid.discovery",
        operation_ids: &["getOpenIdConfiguration", "getOpenIdDiscoveryConfiguration"],
        recipe: "openid",
        module: "openid",
        function: "discovery",
        outcome_type: "Discovery",
        method: "GET",
        paths: &["/.well-known/openid-configuration"],
        tenancy: Tenancy::Ignored,
        origins: Origins::AnyMayRead,
        body: &[],
        query: &[],
        outcomes: &[bare(DISCOVERY)],
    },
];
