//! The structs of the runtime that flows hand out, field by field in wire order (wire facts §1.6, §4.4).

use super::{DomainField, DomainStruct, DomainType};

/// A field that is always filled.
const fn always(wire: &'static str, rust: &'static str, ty: DomainType) -> DomainField {
    DomainField {
        wire,
        rust,
        ty,
        always: true,
    }
}

/// A field that is an `Option` in the runtime and absent from the wire when `None`.
const fn sometimes(wire: &'static str, rust: &'static str, ty: DomainType) -> DomainField {
    DomainField {
        wire,
        rust,
        ty,
        always: false,
    }
}

pub(crate) static USER: DomainStruct = DomainStruct {
    path: "crate::flows::User",
    name: "User",
    fields: &[
        always("id", "id", DomainType::Text),
        always("isPrimaryUser", "is_primary_user", DomainType::Bool),
        always("tenantIds", "tenant_ids", DomainType::Texts),
        always("emails", "emails", DomainType::Texts),
        always("phoneNumbers", "phone_numbers", DomainType::Texts),
        always("thirdParty", "third_party", DomainType::List(&THIRD_PARTY)),
        always("webauthn", "webauthn", DomainType::Struct(&WEBAUTHN)),
        always(
            "loginMethods",
            "login_methods",
            DomainType::List(&LOGIN_METHOD),
        ),
        always("timeJoined", "time_joined", DomainType::Int),
    ],
};

pub(crate) static LOGIN_METHOD: DomainStruct = DomainStruct {
    path: "crate::flows::LoginMethod",
    name: "LoginMethod",
    fields: &[
        always("recipeId", "recipe_id", DomainType::Text),
        always("recipeUserId", "recipe_user_id", DomainType::Text),
        always("tenantIds", "tenant_ids", DomainType::Texts),
        sometimes("email", "email", DomainType::Text),
        sometimes("phoneNumber", "phone_number", DomainType::Text),
        sometimes(
            "thirdParty",
            "third_party",
            DomainType::Struct(&THIRD_PARTY),
        ),
        sometimes("webauthn", "webauthn", DomainType::Struct(&WEBAUTHN)),
        always("timeJoined", "time_joined", DomainType::Int),
        always("verified", "verified", DomainType::Bool),
    ],
};

pub(crate) static THIRD_PARTY: DomainStruct = DomainStruct {
    path: "crate::flows::ThirdParty",
    name: "ThirdParty",
    fields: &[
        always("id", "id", DomainType::Text),
        always("userId", "user_id", DomainType::Text),
    ],
};

pub(crate) static WEBAUTHN: DomainStruct = DomainStruct {
    path: "crate::flows::Webauthn",
    name: "Webauthn",
    fields: &[always("credentialIds", "credential_ids", DomainType::Texts)],
};

pub(crate) static FIELD_ERROR: DomainStruct = DomainStruct {
    path: "crate::flows::FieldError",
    name: "FieldError",
    fields: &[
        always("id", "id", DomainType::Text),
        always("error", "error", DomainType::Text),
    ],
};

pub(crate) static JWK: DomainStruct = DomainStruct {
    path: "crate::flows::Jwk",
    name: "Jwk",
    fields: &[
        always("kty", "kty", DomainType::Text),
        always("kid", "kid", DomainType::Text),
        sometimes("n", "n", DomainType::Text),
        sometimes("e", "e", DomainType::Text),
        sometimes("crv", "crv", DomainType::Text),
        sometimes("x", "x", DomainType::Text),
        sometimes("y", "y", DomainType::Text),
        always("alg", "alg", DomainType::Text),
        always("use", "use_", DomainType::Text),
    ],
};

/// The discovery document has no struct of its own: its fields stand in the outcome.
pub(super) static DISCOVERY: &[DomainField] = &[
    always("issuer", "issuer", DomainType::Text),
    always("jwks_uri", "jwks_uri", DomainType::Text),
    always(
        "authorization_endpoint",
        "authorization_endpoint",
        DomainType::Text,
    ),
    always("token_endpoint", "token_endpoint", DomainType::Text),
    always("userinfo_endpoint", "userinfo_endpoint", DomainType::Text),
    always(
        "revocation_endpoint",
        "revocation_endpoint",
        DomainType::Text,
    ),
    always(
        "token_introspection_endpoint",
        "token_introspection_endpoint",
        DomainType::Text,
    ),
    always(
        "end_session_endpoint",
        "end_session_endpoint",
        DomainType::Text,
    ),
    always(
        "subject_types_supported",
        "subject_types_supported",
        DomainType::Texts,
    ),
    always(
        "id_token_signing_alg_values_supported",
        "id_token_signing_alg_values_supported",
        DomainType::Texts,
    ),
    always(
        "response_types_supported",
        "response_types_supported",
        DomainType::Texts,
    ),
];

pub(super) static USER_FIELD: &[DomainField] = &[always("user", "user", DomainType::Struct(&USER))];
pub(super) static FORM_FIELDS: &[DomainField] = &[always(
    "formFields",
    "form_fields",
    DomainType::List(&FIELD_ERROR),
)];
pub(super) static REASON: &[DomainField] = &[always("reason", "reason", DomainType::Text)];
pub(super) static EXISTS: &[DomainField] = &[always("exists", "exists", DomainType::Bool)];
pub(super) static KEYS: &[DomainField] = &[always("keys", "keys", DomainType::List(&JWK))];
