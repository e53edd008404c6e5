//! The server whose database is stolen, what it has sent, and every place that takes a token.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auth_server::app_info::{AppInfo, AppInfoInput};
use auth_server::config::Secret;
use auth_server::crypto::keys::Algorithm;
use auth_server::crypto::token;
use auth_server::delivery::{Mail, Mailer, MessageContext, NewMail, SendError};
use auth_server::recipes::password_reset::messages;
use auth_server::session::{AntiCsrf, SessionTokens, TransferMethod, VerifyOptions};
use auth_server::testing::{CapturedMails, FAST_PASSWORDS};
use auth_server::{Auth, Config, Endpoints, NewSessionFor};
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::Request;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::spoils::Spoils;

/// What a mail that waits carries.
const CODE: &str = "a code that waits 7Kq2-Zx91";

const PASSWORD: &str = "Vq7-correct.horse_Zx3";

pub(crate) struct Server {
    pub(crate) auth: Auth,
    mails: Captured,
}

/// Everything that was sent to clients.
pub(crate) struct Sent {
    pub(crate) access: Vec<String>,
    pub(crate) refresh: Vec<String>,
    pub(crate) anti_csrf: Vec<String>,
    pub(crate) reset: Vec<String>,
    pub(crate) devices: Vec<String>,
    pub(crate) links: Vec<String>,
    /// The time of the server, in milliseconds.
    pub(crate) now: i64,
}

#[derive(Clone, Default)]
struct Captured {
    mails: CapturedMails,
    is_down: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl Mailer for Captured {
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        self.mails.send(mail).await?;
        if self.is_down.load(Ordering::Relaxed) {
            return Err(SendError::transient("it is down"));
        }
        Ok(())
    }
}

impl Server {
    pub(crate) async fn start(database: &str, secret: Option<&str>) -> Self {
        let app_info = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        });
        let mut config = Config::new(app_info.expect("appInfo is right"));
        config.database_url = Secret::new(database);
        config.session.signing_algorithm = Algorithm::Es256;
        config.session.anti_csrf = Some(AntiCsrf::ViaToken);
        if let Some(secret) = secret {
            config.session.signing_key_encryption = secret.parse().expect("it is long enough");
        }
        let mails = Captured::default();
        let builder = Auth::builder(config)
            .mailer(mails.clone())
            .password_params(FAST_PASSWORDS);
        let auth = builder.build().await.expect("the settings are right");
        Self { auth, mails }
    }

    async fn post(&self, path: &str, mode: &str, body: &Value) -> http::Response<Body> {
        let request = Request::post(format!("/auth{path}"))
            .header("st-auth-mode", mode)
            .body(Body::from(body.to_string()))
            .expect("it is a request");
        let router = auth_server::router(self.auth.clone(), Endpoints::new());
        router
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {})
    }

    /// Users sign up, refresh, ask for new passwords; one signs out.
    pub(crate) async fn live(&self) -> Sent {
        let mut sent = Sent {
            access: Vec::new(),
            refresh: Vec::new(),
            anti_csrf: Vec::new(),
            reset: Vec::new(),
            devices: Vec::new(),
            links: Vec::new(),
            now: self.auth.clock().now(),
        };
        let sessions = self.auth.sessions();
        for (name, mode) in [("ana", "cookie"), ("eva", "header"), ("ida", "cookie")] {
            let email = format!("{name}@ex.co");
            let fields =
                json!([{"id": "email", "value": email}, {"id": "password", "value": PASSWORD}]);
            let answer = self
                .post("/signup", mode, &json!({"formFields": fields}))
                .await;
            sent.note(&answer);
            let body = to_bytes(answer.into_body(), 1 << 20)
                .await
                .expect("it is answered");
            let body: Value = serde_json::from_slice(&body).expect("it is JSON");
            let user = body["user"]["id"].as_str().expect("it is text").to_owned();
            for transfer in [TransferMethod::Cookie, TransferMethod::Header] {
                let begun = sessions
                    .create_without_request(NewSessionFor::user(&user), transfer)
                    .await;
                let mut tokens = begun.expect("a session begins").1;
                sent.take(&tokens);
                for _ in 0..3 {
                    let refresh = tokens.refresh_token.as_deref().expect("it is sent");
                    let csrf = tokens.anti_csrf_token.as_deref();
                    let next = sessions
                        .refresh_without_request(refresh, csrf, transfer)
                        .await;
                    tokens = next.expect("it is good").1;
                    sent.take(&tokens);
                }
            }
            let fields = json!([{"id": "email", "value": email}]);
            self.post(
                "/user/password/reset/token",
                mode,
                &json!({"formFields": fields}),
            )
            .await;
            let answer = self
                .post("/signinup/code", mode, &json!({"email": email}))
                .await;
            let body = to_bytes(answer.into_body(), 1 << 20)
                .await
                .expect("it is answered");
            let body: Value = serde_json::from_slice(&body).expect("it is JSON");
            let device = body["deviceId"].as_str().expect("it is text").to_owned();
            sent.devices.push(device);
        }
        self.auth.mail().drained().await;
        // One more mail cannot be sent, and waits: its link may have been read, and its code counts.
        self.mails.is_down.store(true, Ordering::Relaxed);
        let mail = NewMail {
            kind: messages::LINK,
            tenant_id: "public".to_owned(),
            to: "ida@ex.co".parse().expect("an address"),
            context: MessageContext::default(),
            subject: None,
            payload: Some(CODE.as_bytes().to_vec()),
        };
        self.auth.mail().post(mail).await.expect("the store works");
        self.auth.mail().drained().await;
        for mail in self.mails.mails.all() {
            let until = |text: &str, end: char| text.split(end).next().map(str::to_owned);
            if let Some((_, rest)) = mail.text.split_once("token=") {
                sent.reset.extend(until(rest, '&'));
            } else {
                let (_, rest) = mail.text.split_once('#').expect("there is a link");
                sent.links.extend(until(rest, '\n'));
            }
        }
        assert_eq!((sent.access.len(), sent.reset.len()), (27, 4));
        assert_eq!((sent.devices.len(), sent.links.len()), (3, 3));
        sent
    }

    /// Presents every value of the database, and what can be made of it, wherever tokens are taken.
    pub(crate) async fn is_proof_against(&self, spoils: &Spoils, sent: &Sent) -> String {
        let sessions = self.auth.sessions();
        let forms = spoils.forms();
        let texts: Vec<_> = forms
            .iter()
            .filter_map(|form| std::str::from_utf8(form).ok())
            .collect();
        let handles = spoils.texts("sessions", "handle");
        let mut presented = 0;
        for text in &texts {
            let options = VerifyOptions::default;
            let header = TransferMethod::Header;
            let access = sessions
                .verify_without_request(text, None, header, options())
                .await;
            assert!(access.is_err(), "{text} is an access token");
            // With a good access token in the cookie, is it the right anti-CSRF token?
            let (good, cookie) = (&sent.access[0], TransferMethod::Cookie);
            let forged = sessions
                .verify_without_request(good, Some(text), cookie, options())
                .await;
            assert!(forged.is_err(), "{text} is an anti-CSRF token");
            assert!(self.refuses_reset(text).await, "{text} is a reset token");
            assert!(self.refuses_link(text, sent).await, "{text} is a link");
            presented += 4;
            let behind = handles.iter().map(|handle| format!("{handle}.{text}"));
            for refresh in behind.chain([(*text).to_owned()]) {
                let refreshed = sessions
                    .refresh_without_request(&refresh, None, header)
                    .await;
                assert!(refreshed.is_err(), "{refresh} is a refresh token");
                presented += 1;
            }
        }
        presented += self.computes_no_successor(spoils, &forms).await;
        format!(
            "{} values in the database, {} in all forms, presented {presented} times, none accepted",
            spoils.len(),
            forms.len()
        )
    }

    async fn refuses_reset(&self, token: &str) -> bool {
        let fields = json!([{"id": "password", "value": "another passw0rd"}]);
        let body = json!({"method": "token", "token": token, "formFields": fields});
        let answer = self.post("/user/password/reset", "header", &body).await;
        let body = to_bytes(answer.into_body(), 1 << 20)
            .await
            .expect("it is answered");
        contains_status(&body, "RESET_PASSWORD_INVALID_TOKEN_ERROR")
    }

    /// The names of attempts to sign in are in the database, and in links.
    async fn refuses_link(&self, link_code: &str, sent: &Sent) -> bool {
        let device = STANDARD.decode(&sent.devices[0]).expect("it is base64");
        let id = URL_SAFE_NO_PAD.encode(token::sha256(&device));
        let body = json!({"preAuthSessionId": id, "linkCode": link_code});
        let answer = self.post("/signinup/code/consume", "header", &body).await;
        let is_refused = answer.status() == 400;
        let body = to_bytes(answer.into_body(), 1 << 20)
            .await
            .expect("it is answered");
        is_refused || contains_status(&body, "RESTART_FLOW_ERROR")
    }

    /// With the key of a session a thief can make texts in the form of its tokens, out of all that there
    /// is; but not the one that counts. (What is presented here may end sessions; so it comes last.)
    async fn computes_no_successor(
        &self,
        spoils: &Spoils,
        forms: &std::collections::BTreeSet<Vec<u8>>,
    ) -> usize {
        let handles = spoils.texts("sessions", "handle");
        let keys = spoils.values("sessions", "rotation_key");
        let mut presented = 0;
        for (handle, key) in handles.iter().zip(&keys) {
            for form in forms {
                let before = [b"next ".as_slice(), form].concat();
                let mut guesses = vec![token::hmac_sha256(key, &before)];
                let with_handle = [format!("next {handle}.").as_bytes(), form].concat();
                guesses.push(token::hmac_sha256(key, &with_handle));
                guesses.extend(<[u8; 32]>::try_from(form.as_slice()).ok());
                for random in guesses {
                    let text = genuine(handle, key, &random);
                    let sessions = self.auth.sessions();
                    let refreshed = sessions
                        .refresh_without_request(&text, None, TransferMethod::Header)
                        .await;
                    assert!(refreshed.is_err(), "{text} is a refresh token");
                    presented += 1;
                }
            }
        }
        presented
    }
}

/// A refresh token as the server would have issued it for this session, of random bytes of one's own.
fn genuine(handle: &str, key: &[u8], random: &[u8; 32]) -> String {
    let proof = token::hmac_sha256(
        key,
        &[format!("issued {handle} ").as_bytes(), random].concat(),
    );
    let secret = URL_SAFE_NO_PAD.encode([random, &proof[..16]].concat());
    format!("{handle}.{secret}")
}

fn contains_status(body: &[u8], status: &str) -> bool {
    let body: Value = serde_json::from_slice(body).expect("it is JSON");
    body["status"] == status
}

impl Sent {
    fn take(&mut self, tokens: &SessionTokens) {
        self.access.push(tokens.access_token.clone());
        self.refresh.extend(tokens.refresh_token.clone());
        self.anti_csrf.extend(tokens.anti_csrf_token.clone());
    }

    /// Takes what an answer carries.
    fn note(&mut self, answer: &http::Response<Body>) {
        let text = |value: &http::HeaderValue| value.to_str().expect("it is text").to_owned();
        let header = |name| answer.headers().get(name).map(text);
        let cookie = |name: &str| {
            let mut lines = answer.headers().get_all("set-cookie").iter().map(text);
            lines.find_map(|line| {
                let value = line.strip_prefix(name)?.strip_prefix('=')?;
                Some(value.split(';').next()?.to_owned())
            })
        };
        let access = header("st-access-token").or_else(|| cookie("sAccessToken"));
        let refresh = header("st-refresh-token").or_else(|| cookie("sRefreshToken"));
        self.access.push(access.expect("it is sent"));
        self.refresh.push(refresh.expect("it is sent"));
        self.anti_csrf.extend(header("anti-csrf"));
    }

    /// Everything that must not be found, and the parts and the bytes of it.
    pub(crate) fn secrets(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut all = vec![("a password", PASSWORD.as_bytes().to_vec())];
        for token in &self.access {
            let signature = token.rsplit('.').next().expect("a JWT has parts");
            all.push(("an access token", token.as_bytes().to_vec()));
            all.push(("a signature", signature.as_bytes().to_vec()));
            all.push(("a signature's bytes", decoded(signature)));
        }
        for text in &self.refresh {
            let (_, secret) = text.split_once('.').expect("it has two parts");
            all.push(("a refresh token's secret", secret.as_bytes().to_vec()));
            all.push((
                "a refresh token's random bytes",
                decoded(secret)[..32].to_vec(),
            ));
            all.push(("a refresh token's proof", decoded(secret)[32..].to_vec()));
            all.push((
                "a refresh token's single hash",
                token::sha256_hex(text).into_bytes(),
            ));
        }
        for token in &self.anti_csrf {
            let id = uuid::Uuid::parse_str(token).expect("it is a UUID");
            all.push(("an anti-CSRF token", token.as_bytes().to_vec()));
            all.push(("an anti-CSRF token's bytes", id.as_bytes().to_vec()));
        }
        all.push(("a code that waits", CODE.as_bytes().to_vec()));
        for device in &self.devices {
            let bytes = STANDARD.decode(device).expect("it is base64");
            all.push(("a device id", device.as_bytes().to_vec()));
            all.push(("a device id's bytes", bytes));
        }
        for link in &self.links {
            all.push(("a link code", link.as_bytes().to_vec()));
            all.push(("a link code's bytes", decoded(link)));
        }
        for token in &self.reset {
            all.push(("a reset token", token.as_bytes().to_vec()));
            all.push(("half a reset token", token.as_bytes()[..64].to_vec()));
        }
        all
    }

    pub(crate) fn occur_nowhere_in(&self, spoils: &Spoils) {
        for (what, secret) in self.secrets() {
            assert_eq!(spoils.place_of(&secret), None, "{what} is in the database");
        }
    }
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("it is base64url")
}
