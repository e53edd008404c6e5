//! An application around built-in operations: who may sign up, what else happens, and what is answered in their place.
//!
//! As `examples/wrapping.rs` in the crate of the server: `cargo run --example wrapping`.

use std::sync::{Arc, Mutex, PoisonError};

use auth_server::app_info::AppInfoInput;
use auth_server::auth::AuthBuilder;
use auth_server::recipes::email_password::{FormField, SignIn, SignUp};
use auth_server::recipes::session::SignOut;
use auth_server::{Auth, Call, Config, Endpoints, Error, Next, Wrap, async_trait, shutdown_signal};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt().init();
    let welcomed = Welcomed::default();
    let auth = with_wraps(Auth::builder(config()?), &welcomed)
        .build()
        .await?;
    let listener = TcpListener::bind(auth.config().listen).await?;
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let app = auth_server::router(auth.clone(), Endpoints::new());
    auth_server::serve(listener, app, shutdown_signal()).await;
    auth.close().await;
    Ok(())
}

fn config() -> Result<Config, Failure> {
    Ok(Config::for_app(&AppInfoInput {
        app_name: Some("Example".to_owned()),
        api_domain: Some("http://localhost:3001".to_owned()),
        website_domain: Some("http://localhost:3000".to_owned()),
        ..AppInfoInput::default()
    })?)
}

/// What this application does differently. The first wrap of an operation stands outermost.
pub(crate) fn with_wraps(builder: AuthBuilder, welcomed: &Welcomed) -> AuthBuilder {
    builder
        .form_field(FormField::new("invitation"))
        .wrap::<SignUp>(ByInvitation)
        .wrap::<SignUp>(welcomed.clone())
        .wrap::<SignIn>(Maintenance)
        .wrap::<SignIn>(ShortNames)
        .wrap::<SignOut>(Logged)
}

/// Before: only a person with an invitation can sign up. Without one the behaviour does not run, and no user is stored.
struct ByInvitation;

#[async_trait]
impl Wrap<SignUp> for ByInvitation {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignUp>) -> Result<SignUp, Error> {
        let request = next.request(call)?;
        let invitation = request.form_fields.get("invitation");
        if invitation.is_none_or(|code| code != "for-ana") {
            // The widget shows the reason.
            return Ok(SignUp::NotAllowed {
                reason: "This invitation is not known.".to_owned(),
            });
        }
        next.run(call).await
    }
}

/// After: what else a sign-up causes. A failure here fails the sign-up and ends its session; what may fail without
/// harm belongs in a handler of events.
#[derive(Clone, Default)]
pub(crate) struct Welcomed(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Wrap<SignUp> for Welcomed {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignUp>) -> Result<SignUp, Error> {
        let outcome = next.run(call).await?;
        if let SignUp::Ok { user } = &outcome {
            let mut welcomed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            welcomed.push(user.emails.join(" "));
        }
        Ok(outcome)
    }
}

impl Welcomed {
    /// The addresses of the users so far.
    #[allow(dead_code, reason = "for the test of this example")]
    pub(crate) fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Instead: while the application is repaired, only administrators can sign in. No password is compared for others, so
/// nothing is counted either.
struct Maintenance;

#[async_trait]
impl Wrap<SignIn> for Maintenance {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignIn>) -> Result<SignIn, Error> {
        if call.headers().contains_key("x-administrator") {
            return next.run(call).await;
        }
        Err(Error::General("Please come back in an hour.".to_owned()))
    }
}

/// With another request: colleagues sign in with the first part of their address. The behaviour judges what it gets like
/// what a client sends, limits of wrong passwords included.
struct ShortNames;

#[async_trait]
impl Wrap<SignIn> for ShortNames {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignIn>) -> Result<SignIn, Error> {
        let mut request = next.request(call)?;
        if !request.email.contains('@') {
            request.email += "@ex.co";
        }
        next.run_with(call, request).await
    }
}

/// With the session at hand: the log says who has signed out.
struct Logged;

#[async_trait]
impl Wrap<SignOut> for Logged {
    async fn wrap(&self, call: &mut Call, next: Next<'_, SignOut>) -> Result<SignOut, Error> {
        let session = call.session(Default::default()).await?;
        let outcome = next.run(call).await?;
        if let Some(session) = session {
            tracing::info!(user = %session.user_id, "signed out");
        }
        Ok(outcome)
    }
}
