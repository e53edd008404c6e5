//! With which settings the operations are served.

use crate::Auth;
use crate::app_info::AppInfoInput;
use crate::config::{Config, Secret};
use crate::crypto::encryption::Encryption;
use crate::error::Error;
use crate::recipes::totp::LIST_DEVICES;
use crate::web::{Api, Handler, Operation, Route, Scope};

/// An operation of the recipe.
static OPERATIONS: [Operation<()>; 1] = [Operation {
    route: Route::built_in(
        &LIST_DEVICES,
        "listTOTPDevices",
        http::Method::GET,
        "/totp/device/list",
        Scope::Base,
    ),
    handler: Handler::BuiltIn(|_| Box::pin(async { Err(Error::NotFound) })),
}];

#[tokio::test]
async fn without_a_key_the_operations_are_served_on_loopback_addresses_alone() {
    let encryption: Encryption = "00112233445566778899aabbccddeeff"
        .parse()
        .expect("it is long enough");
    for (domain, encryption, is_served) in [
        ("http://localhost:3001", Encryption::default(), true),
        ("https://auth.example.com", encryption, true),
        ("https://auth.example.com", Encryption::default(), false),
    ] {
        let mut config = Config::for_app(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some(domain.to_owned()),
            website_domain: Some(domain.to_owned()),
            ..AppInfoInput::default()
        })
        .expect("appInfo is right");
        config.database_url = Secret::new("sqlite::memory:");
        config.session.signing_key_encryption = encryption;
        let auth = Auth::open(config).await.expect("it opens");
        let served = crate::layer(auth.clone(), Api::new(&OPERATIONS, ())).check();
        assert_eq!(served.is_ok(), is_served, "{domain}");
        if let Err(reason) = served {
            assert!(reason.starts_with("AUTH_ENCRYPTION_SECRET: "), "{reason}");
        }
        // Without an operation of the recipe nothing is asked for.
        let layer = crate::layer(auth, Api::new(&OPERATIONS, ())).without("totp.list-devices");
        assert_eq!(layer.check(), Ok(()));
    }
}
