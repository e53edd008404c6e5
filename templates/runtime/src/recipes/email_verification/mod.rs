//! Proving that an email address is one's own, with a link that was sent by mail.
//!
//! Rules:
//! - only the user of a session asks for a mail, and only to the address of the login method behind the session,
//!   so the answer shows to no other person whether an address is known; the queue limits mails for one address;
//! - only a hash of the token is stored; it works for a day, once, for one address and in one tenant (OWASP, Forgot
//!   Password Cheat Sheet, "URL tokens"; ASVS 5.0, 6.6.3). Proving an address spends all tokens of the login method;
//! - following the link needs no session, since it may be opened on another device. It begins none either: the link
//!   proves who reads the mail, and not who may sign in;
//! - claims are not demanded at these operations, so that users whose address is not verified can call them. Where
//!   the server says so ([`Mode`]), every session says whether the address is verified, and may be refused for it.
//!
//! Another recipe that has proven an address (`Event::AddressProven`) has verified it, unless the recipe is off.

mod claim;
pub mod contract;
pub mod messages;
mod request;
mod settings;
mod sql;

use std::sync::Arc;

use async_trait::async_trait;
pub use contract::{
    CONSUME_TOKEN, CREATE_TOKEN, ConsumeToken, CreateToken, IS_VERIFIED, IsVerified,
};
pub use request::ConsumeTokenRequest;
pub use settings::Mode;

use self::sql::{IssueToken, MarkVerified, Proven, SentTo, SpendToken, TokenOwner};
use crate::auth::{Auth, Compose, Event, Recipe};
use crate::call::Call;
use crate::config::Config;
use crate::crypto::token;
use crate::delivery::{MailKind, NewMail};
use crate::email::EmailAddress;
use crate::error::Error;
use crate::events::AuthEvent;
use crate::limits::Kind;
use crate::session::{Claim, ClaimSource, ClaimValidators, Session, Validator, VerifyOptions};
use crate::shapes::LoginMethod;
use crate::store::Store;

/// How long a link works, in milliseconds.
const LIFETIME: i64 = 24 * 3_600_000;

/// How many random bytes a token has; as text, twice as many characters.
const TOKEN_BYTES: usize = 64;

/// The recipe.
pub(crate) struct EmailVerification;

#[async_trait]
impl Recipe for EmailVerification {
    fn mails(&self) -> &'static [(MailKind, Compose)] {
        messages::ALL
    }

    fn claims(&self, config: &Config, store: &Arc<dyn Store>) -> Vec<Arc<dyn ClaimSource>> {
        let claim = self.address_claim(config, store);
        let claim = claim.map(|claim| Arc::new(claim) as Arc<dyn ClaimSource>);
        claim.into_iter().collect()
    }

    fn address_claim(&self, config: &Config, store: &Arc<dyn Store>) -> Option<Claim<bool>> {
        match Mode::of(config) {
            Mode::Off => None,
            Mode::Optional | Mode::Required => Some(claim::claim(store)),
        }
    }

    fn validators(&self, config: &Config, store: &Arc<dyn Store>) -> Vec<Validator> {
        match Mode::of(config) {
            Mode::Off | Mode::Optional => Vec::new(),
            Mode::Required => vec![claim::validator(store)],
        }
    }

    async fn on_event(&self, auth: &Auth, event: &Event) -> Result<(), Error> {
        let Event::AddressProven {
            recipe_user_id,
            email,
        } = event;
        if Mode::of(auth.config()) == Mode::Off {
            return Ok(());
        }
        let mark = MarkVerified {
            recipe_user_id: recipe_user_id.clone(),
            email: email.clone(),
        };
        if auth.store().run(mark).await? {
            announce(auth, recipe_user_id, email);
        }
        Ok(())
    }
}

/// Enqueues a mail with a link to the address of the session's login method. The body is not read.
///
/// # Errors
/// [`Error::Session`] without a session, or if its user is gone; the store failed.
pub async fn create_token(call: &mut Call) -> Result<CreateToken, Error> {
    let mut session = require_session(call).await?;
    let method = method_of(call, &session).await?;
    let is_verified = method.verified;
    let Some(email) = method.email.filter(|_| !is_verified) else {
        update_claim(call, &mut session).await?;
        return Ok(CreateToken::AlreadyVerified);
    };
    let mail = NewMail {
        kind: messages::LINK,
        tenant_id: session.tenant_id.clone(),
        to: EmailAddress::parse(&email).map_err(Error::internal)?,
        context: call.message_context(),
        subject: Some(session.recipe_user_id.clone()),
        payload: None,
    };
    call.auth().mail().post(mail).await?;
    // The claim may be older than a change of the address.
    if call
        .auth()
        .address_claim()
        .is_some_and(|claim| claim.value(&session.claims) != Some(false))
    {
        update_claim(call, &mut session).await?;
    }
    Ok(CreateToken::Ok)
}

/// Verifies the address to which a token was sent. If there is a session, and it is of the same login method, the
/// answer carries the new claim.
///
/// # Errors
/// [`Error::BadInput`] without a token, [`Error::Session`] for a session that must be refreshed first,
/// [`Error::TooManyRequests`]; the store failed.
pub async fn consume_token(call: &mut Call) -> Result<ConsumeToken, Error> {
    let ConsumeTokenRequest { token } = call.request::<ConsumeToken>()?;
    let session = call.session(any_claims(false)).await?;

    let token_hash = token::sha256_hex(&token);
    call.count(Kind::MailToken, &token_hash).await?;
    let auth: Auth = call.auth().clone();
    if !may_be_spent(&auth, &token_hash, session.as_ref()).await? {
        return Ok(ConsumeToken::InvalidToken);
    }
    let spend = SpendToken {
        token_hash,
        tenant_id: call.tenant().to_owned(),
        now: auth.clock().now(),
    };
    let Some(proven) = auth.store().run(spend).await? else {
        return Ok(ConsumeToken::InvalidToken);
    };
    let Proven {
        recipe_user_id,
        newly_verified,
    } = proven;
    if let Some(email) = &newly_verified {
        announce(&auth, &recipe_user_id, email);
    }
    let user = match auth.linker() {
        Some(linker) => linker.link(&auth, &recipe_user_id).await?,
        None => None,
    };
    if let Some(mut session) = session
        && session.recipe_user_id == recipe_user_id
    {
        // A login method that was linked has another user, and its sessions have ended.
        match user.filter(|user| user.id != session.user_id) {
            Some(user) => call.continue_session(session, user.id).await.map(drop)?,
            None => update_claim(call, &mut session).await?,
        }
    }
    Ok(ConsumeToken::Ok)
}

/// Whether a token counts in this browser: its login method may have to be signed in here.
async fn may_be_spent(
    auth: &Auth,
    token_hash: &str,
    session: Option<&Session>,
) -> Result<bool, Error> {
    let Some(linker) = auth.linker() else {
        return Ok(true);
    };
    let token_hash = token_hash.to_owned();
    let Some(owner) = auth.store().run(TokenOwner { token_hash }).await? else {
        return Ok(false);
    };
    if session.is_some_and(|session| session.recipe_user_id == owner) {
        return Ok(true);
    }
    linker.may_prove_without_session(auth, &owner).await
}

/// Answers whether the address of the session's login method is verified. The answer carries the claim as it is now,
/// unless there is no address.
///
/// # Errors
/// [`Error::Session`] without a session, or if its user is gone; the store failed.
pub async fn is_verified(call: &mut Call) -> Result<IsVerified, Error> {
    let mut session = require_session(call).await?;
    let method = method_of(call, &session).await?;
    if method.email.is_none() {
        return Ok(IsVerified::Ok { is_verified: true });
    }
    update_claim(call, &mut session).await?;
    Ok(IsVerified::Ok {
        is_verified: method.verified,
    })
}

/// Makes a token that verifies this address of a login method, and stores its hash. For an application that sends
/// the token to its user by its own means; the token works for a day.
///
/// # Errors
/// The store failed.
pub async fn new_token(
    auth: &Auth,
    recipe_user_id: &str,
    tenant_id: &str,
    email: &EmailAddress,
) -> Result<String, Error> {
    let bytes = token::random_bytes::<TOKEN_BYTES>()?;
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let issue = IssueToken {
        token_hash: token::sha256_hex(&token),
        recipe_user_id: recipe_user_id.to_owned(),
        sent_to: SentTo {
            tenant_id: tenant_id.to_owned(),
            email: email.to_string(),
        },
        expires_at: auth.clock().now() + LIFETIME,
    };
    auth.store().run(issue).await?;
    Ok(token)
}

/// Announces to the application that an address is verified.
fn announce(auth: &Auth, recipe_user_id: &str, email: &str) {
    auth.raise(|at| AuthEvent::EmailVerified {
        recipe_user_id: recipe_user_id.to_owned(),
        email: email.to_owned(),
        at,
    });
}

/// No claim is demanded: users whose address is not verified must be able to verify it.
fn any_claims(required: bool) -> VerifyOptions {
    VerifyOptions {
        required,
        claims: ClaimValidators::Skip,
        ..VerifyOptions::default()
    }
}

async fn require_session(call: &mut Call) -> Result<Session, Error> {
    call.require_session_with(any_claims(true)).await
}

/// The login method of a session; if it is gone, the session is refused and its tokens are taken away.
async fn method_of(call: &mut Call, session: &Session) -> Result<LoginMethod, Error> {
    let user = call.auth().store().user(&session.recipe_user_id).await?;
    match user.and_then(|user| user.login_method(&session.recipe_user_id).cloned()) {
        Some(method) => Ok(method),
        None => call.refuse_session(),
    }
}

/// Fetches the claim for a session; nothing where sessions have none.
async fn update_claim(call: &mut Call, session: &mut Session) -> Result<(), Error> {
    match call.auth().address_claim() {
        Some(claim) => call.fetch_claim(session, &claim).await,
        None => Ok(()),
    }
}
