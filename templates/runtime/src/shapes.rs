//! What operations of several recipes hand out, with its names on the wire (`docs/protocol.md`).
//!
//! The generator compiles this file too: it knows from it which fields a data type of a spec is filled with.

use serde::Serialize;

use crate::contract::shape;

shape! {
    /// A user: one person, with all ways in which this person signs in.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct User {
        /// Names the user.
        "id" => id: String,
        /// Whether further login methods can be linked to this user.
        "isPrimaryUser" => is_primary_user: bool,
        /// Tenants in which the user can sign in.
        "tenantIds" => tenant_ids: Vec<String>,
        /// Email addresses of all login methods, each once.
        "emails" => emails: Vec<String>,
        /// Phone numbers of all login methods, each once.
        "phoneNumbers" => phone_numbers: Vec<String>,
        /// Accounts at third parties.
        "thirdParty" => third_party: Vec<ThirdParty>,
        /// Passkeys of all login methods.
        "webauthn" => webauthn: Webauthn,
        /// The ways in which the user signs in, oldest first.
        "loginMethods" => login_methods: Vec<LoginMethod>,
        /// When the user signed up.
        "timeJoined" => time_joined: i64,
    }
}

shape! {
    /// One way in which a user signs in.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LoginMethod {
        /// The id of the recipe it belongs to.
        "recipeId" => recipe_id: String,
        /// Names the login method; equals the user's id where it was the first.
        "recipeUserId" => recipe_user_id: String,
        /// Tenants in which it works.
        "tenantIds" => tenant_ids: Vec<String>,
        /// Its email address.
        "email" => email: Option<String>,
        /// Its phone number.
        "phoneNumber" => phone_number: Option<String>,
        /// Its account at a third party.
        "thirdParty" => third_party: Option<ThirdParty>,
        /// Its passkeys.
        "webauthn" => webauthn: Option<Webauthn>,
        /// When it was added.
        "timeJoined" => time_joined: i64,
        /// Whether the user proved to own the address or number.
        "verified" => verified: bool,
    }
}

shape! {
    /// An account at a third party.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ThirdParty {
        /// Names the third party.
        "id" => id: String,
        /// Names the user there.
        "userId" => user_id: String,
    }
}

shape! {
    /// Passkeys.
    #[derive(Debug, Clone, Default, PartialEq, Eq)]
    pub struct Webauthn {
        /// Their ids.
        "credentialIds" => credential_ids: Vec<String>,
    }
}

shape! {
    /// Why one field of a form was refused.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FieldError {
        /// Which field.
        "id" => id: String,
        /// A sentence for the user; the browser library uses it as a translation key.
        "error" => error: String,
    }
}

shape! {
    /// A public key as it is published (RFC 7517).
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct Jwk {
        /// Key type.
        "kty" => kty: String,
        /// Names the key.
        "kid" => kid: String,
        /// RSA modulus.
        #[serde(skip_serializing_if = "Option::is_none")]
        "n" => n: Option<String>,
        /// RSA exponent.
        #[serde(skip_serializing_if = "Option::is_none")]
        "e" => e: Option<String>,
        /// Curve.
        #[serde(skip_serializing_if = "Option::is_none")]
        "crv" => crv: Option<String>,
        /// First coordinate, or the whole key on Ed25519.
        #[serde(skip_serializing_if = "Option::is_none")]
        "x" => x: Option<String>,
        /// Second coordinate.
        #[serde(skip_serializing_if = "Option::is_none")]
        "y" => y: Option<String>,
        /// Algorithm.
        "alg" => alg: String,
        /// What the key is for.
        #[serde(rename = "use")]
        "use" => use_: String,
    }
}

shape! {
    /// Whether users of a tenant sign in in a way.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MethodState {
        /// Whether they do.
        "enabled" => enabled: bool,
    }
}

shape! {
    /// A provider through which users of a tenant sign in.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OfferedProvider {
        /// Names the provider.
        "id" => id: String,
        /// Its name, for users.
        "name" => name: Option<String>,
    }
}

shape! {
    /// Whether users of a tenant sign in through providers, and through which.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProviderState {
        /// Whether they do.
        "enabled" => enabled: bool,
        /// The providers, also where they do not.
        "providers" => providers: Vec<OfferedProvider>,
    }
}

shape! {
    /// An authenticator app of a user.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TotpDevice {
        /// What the user calls it.
        "name" => name: String,
        /// For how many seconds it shows one code.
        "period" => period: i64,
        /// How many periods before and after the present one are accepted.
        "skew" => skew: i64,
        /// Whether the user has shown that it works. Only then it counts.
        "verified" => verified: bool,
    }
}
