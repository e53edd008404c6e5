//! The operations of signing in through a provider.

use crate::contract::{Location, contracts};
use crate::shapes::User;

contracts! {
    recipe third_party, rid "thirdparty";

    /// Tells where a sign-in begins at a provider.
    operation AUTHORISATION_URL: authorisation_url {
        name: "third-party.authorisation-url",
        operation_ids: ["authorisationUrl"],
        method: "GET",
        paths: ["/authorisationurl"],
        tenancy: Tenant,
        origins: Own,
        sessions: Keeps,
        body: {},
        query: ["thirdPartyId", "redirectURIOnProviderDashboard"],
    }
    /// Outcome of asking where a sign-in begins.
    outcome AuthorisationUrl {
        /// There, once the page has added its `state`.
        Required Ok = "OK" {
            /// The URL.
            "urlWithQueryParams" => url_with_query_params: String,
            /// What the page keeps, and sends with what the provider gives it.
            "pkceCodeVerifier" => pkce_code_verifier: Option<String>,
        }
    }

    /// Signs a user in, or up, with what a provider gave to the page or to a native application.
    operation SIGN_IN_UP: sign_in_up {
        name: "third-party.sign-in-up",
        operation_ids: ["signInUp"],
        method: "POST",
        paths: ["/signinup"],
        tenancy: Tenant,
        origins: Own,
        sessions: Begins,
        body: {},
        query: [],
    }
    /// Outcome of coming back from a provider.
    outcome SignInUp {
        /// The user is signed in.
        Required Ok = "OK" {
            /// Whether the user is new.
            "createdNewRecipeUser" => created_new_recipe_user: bool,
            /// The user.
            "user" => user: User,
        }
        /// The provider gives no address of the user, and one is needed.
        Required NoEmail = "NO_EMAIL_GIVEN_BY_PROVIDER"
        /// This way to sign in is closed for the user.
        Feature NotAllowed = "SIGN_IN_UP_NOT_ALLOWED" {
            /// A sentence to show.
            "reason" => reason: String,
        }
    }

    /// Takes the form with which Apple sends a user back, and sends them on to the page.
    operation CALLBACK_APPLE: callback_apple {
        name: "third-party.callback-apple",
        operation_ids: ["thirdPartyCallbackApple"],
        method: "POST",
        paths: ["/callback/apple"],
        tenancy: Ignored,
        origins: AnyMaySend,
        sessions: Keeps,
        body: {},
        query: [],
    }
    /// Outcome of coming back from Apple.
    outcome CallbackApple {
        /// The page goes on with what Apple said.
        Required Redirect {
            /// Where it is.
            "location" => location: Location,
        }
    }
}
