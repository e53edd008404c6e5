//! A server takes the place of another one while requests run: none fails, each ends where it began, and the
//! background work of the old one ends.

mod common;
#[path = "../../../docs/examples/swapping.rs"]
#[allow(dead_code, reason = "its `main` is not called")]
mod swapping;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use auth_server::clock::{Clock, ManualClock};
use auth_server::config::Secret;
use auth_server::crypto::keys::Algorithm;
use auth_server::delivery::{Mail, Mailer, MessageContext, NewMail, SendError};
use auth_server::limits::LimitSettings;
use auth_server::recipes::password_reset::messages;
use auth_server::store::SharedStore;
use auth_server::testing::{CapturedMails, FAST_PASSWORDS};
use auth_server::{Auth, AuthContext, AuthSwap, Config, Endpoints, Session, async_trait};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use common::opened::Database;
use common::{START, Server, app_info, form};
use tokio::sync::Notify;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);

/// Servers on one database, one after the other.
struct Servers {
    store: SharedStore,
    clock: ManualClock,
    _database: Database,
}

impl Servers {
    async fn new() -> Self {
        let database = Database::new();
        let store = SharedStore::open(&database.url, 4).await;
        Self {
            store: store.expect("it opens"),
            clock: ManualClock::new(START),
            _database: database,
        }
    }

    /// The server of this number, which its mails and answers name.
    async fn build(&self, number: usize, mailer: impl Mailer) -> Auth {
        let mut config = Config::new(app_info("http://localhost:3001", "http://localhost:3000"));
        config.app_info.app_name = number.to_string();
        config.session.signing_algorithm = Algorithm::Es256;
        config.limits = LimitSettings::off();
        config.cleanup_interval = Duration::from_millis(50);
        let builder = Auth::builder(config)
            .store(self.store.clone())
            .clock(self.clock.clone())
            .mailer(mailer)
            .password_params(FAST_PASSWORDS);
        builder.build().await.expect("the settings are right")
    }
}

/// Holds requests until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Notify, Notify)>);

impl Gate {
    async fn pass(&self) {
        self.0.0.notify_one();
        self.0.1.notified().await;
    }

    /// Waits until something waits at it.
    async fn reached(&self) {
        timeout(SOON, self.0.0.notified()).await.expect("it comes");
    }

    fn open(&self) {
        self.0.1.notify_one();
    }
}

/// The number of the server behind a request.
fn number(context: &AuthContext) -> String {
    context.auth().app_info().app_name.clone()
}

fn app(swap: &AuthSwap, gate: &Gate) -> Router {
    let who = async |_: Session, context: AuthContext| number(&context);
    let slow = async |State(gate): State<Gate>, context: AuthContext| {
        gate.pass().await;
        number(&context)
    };
    Router::new()
        .route("/who", get(who))
        .route("/slow", get(slow))
        .with_state(gate.clone())
        .layer(swap.clone())
}

async fn start(first: Auth, gate: &Gate) -> (AuthSwap, Arc<Server>) {
    let swap = AuthSwap::new(auth_server::layer(first, Endpoints::new()));
    let app = app(&swap, gate);
    let server = Server::start_app(|_| {}, |_| app).await;
    (swap, Arc::new(server))
}

fn layer(auth: Auth) -> auth_server::AuthLayer {
    auth_server::layer(auth, Endpoints::new())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_servers_take_each_others_place() {
    const SWAPS: usize = 20;
    let servers = Servers::new().await;
    let mails = CapturedMails::default();
    let gate = Gate::default();
    let (swap, server) = start(servers.build(0, mails.clone()).await, &gate).await;
    let (is_over, answered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let client = |name: usize| {
        let (server, is_over, answered) = (server.clone(), is_over.clone(), answered.clone());
        let body = form(&format!("user{name}@ex.co"), "passw0rd");
        tokio::spawn(async move {
            let signed_up = server.post("/auth/signup").header("st-auth-mode", "header");
            let mut session = signed_up.json(&body).await;
            let (mut newest, mut requests) = (0, 0);
            while !is_over.load(Ordering::Relaxed) {
                let bearer = format!("Bearer {}", session.access());
                let who = server
                    .get("/who")
                    .header("authorization", &bearer)
                    .send()
                    .await;
                assert_eq!(who.status, 200, "{who}");
                let number: usize = who.body.parse().expect("a number");
                assert!(number >= newest, "{number} after {newest}");
                newest = number;
                let bearer = format!("Bearer {}", session.refresh());
                let refresh = server.post("/auth/session/refresh");
                let refresh = refresh.header("authorization", &bearer);
                session = refresh.header("st-auth-mode", "header").send().await;
                assert_eq!(session.status, 200, "{session}");
                requests += 2;
                answered.fetch_add(2, Ordering::Relaxed);
            }
            (newest, requests)
        })
    };
    let mut clients = Vec::new();
    for name in 0..4 {
        clients.push(client(name));
    }
    let mut replaced = Vec::new();
    for number in 1..=SWAPS {
        let next = servers.build(number, mails.clone()).await;
        replaced.push(swap.replace(layer(next)));
        // Some requests go to each of them.
        let until = answered.load(Ordering::Relaxed) + 8;
        while answered.load(Ordering::Relaxed) < until {
            assert!(
                clients.iter().all(|client| !client.is_finished()),
                "one failed"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    is_over.store(true, Ordering::Relaxed);
    for client in clients {
        let (newest, requests) = client.await.expect("no request fails");
        assert_eq!(newest, SWAPS, "the last one answers");
        assert!(requests > SWAPS, "{requests}");
    }
    for replaced in replaced {
        timeout(SOON, replaced.ended()).await.expect("it ends");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_on_the_server_that_it_began_on() {
    let servers = Servers::new().await;
    let mails = CapturedMails::default();
    let gate = Gate::default();
    let (swap, server) = start(servers.build(1, mails.clone()).await, &gate).await;
    let slow = {
        let server = server.clone();
        tokio::spawn(async move { server.get("/slow").send().await })
    };
    gate.reached().await;
    let replaced = swap.replace(layer(servers.build(2, mails.clone()).await));
    assert_eq!(swap.auth().app_info().app_name, "2");
    let mut ended = Box::pin(replaced.ended());
    let early = timeout(Duration::from_millis(300), &mut ended).await;
    assert!(early.is_err(), "a request runs on it");
    let ana = server.ana("header").await;
    let bearer = format!("Bearer {}", ana.access());
    let who = server.get("/who").header("authorization", &bearer);
    assert_eq!(who.send().await.brief(), "200 2");
    gate.open();
    assert_eq!(slow.await.expect("it is answered").brief(), "200 1");
    let old = timeout(SOON, ended).await.expect("it ends");
    assert_eq!(old.app_info().app_name, "1");
}

/// A mailer that takes its time.
#[derive(Clone, Default)]
struct Slow {
    gate: Gate,
    mails: CapturedMails,
}

#[async_trait]
impl Mailer for Slow {
    async fn send(&self, mail: &Mail) -> Result<(), SendError> {
        self.gate.pass().await;
        self.mails.send(mail).await
    }
}

async fn post(auth: &Auth, to: &str) {
    let mail = NewMail {
        kind: messages::NOTICE,
        tenant_id: "public".to_owned(),
        to: to.parse().expect("an address"),
        context: MessageContext::default(),
        subject: None,
        payload: None,
    };
    auth.mail().post(mail).await.expect("the store works");
}

/// When a server last deleted what had expired, in seconds.
fn last_clean_up(auth: &Auth) -> i64 {
    let text = auth.metrics_text().expect("it is text");
    let mut lines = text.lines();
    let name = "auth_cleanup_last_success_timestamp_seconds ";
    let value = lines.find_map(|line| line.strip_prefix(name));
    value.expect("it is counted").parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_background_work_of_a_server_that_was_replaced_ends() {
    let servers = Servers::new().await;
    let (of_old, of_new) = (Slow::default(), CapturedMails::default());
    let old = servers.build(1, of_old.clone()).await;
    let (swap, _server) = start(old.clone(), &Gate::default()).await;
    // A mail is being sent when the server is replaced: it is sent to the end, and by no other.
    post(&old, "ana@ex.co").await;
    of_old.gate.reached().await;
    let new = servers.build(2, of_new.clone()).await;
    let replaced = swap.replace(layer(new.clone()));
    let mut ended = Box::pin(replaced.ended());
    let early = timeout(Duration::from_millis(300), &mut ended).await;
    assert!(early.is_err(), "a mail is being sent");
    of_old.gate.open();
    timeout(SOON, ended).await.expect("it ends");
    assert_eq!(of_old.mails.all().len(), 1);
    // A mail that a late user of the old one asks for is sent by the new one.
    post(&old, "bea@ex.co").await;
    new.mail().drained().await;
    let sent: Vec<_> = of_new
        .all()
        .iter()
        .map(|mail| mail.to.to_string())
        .collect();
    assert_eq!(sent, ["bea@ex.co"]);
    assert_eq!(of_old.mails.all().len(), 1);

    servers.clock.advance(1_000_000);
    let now = servers.clock.now() / 1000;
    timeout(SOON, async {
        while last_clean_up(&new) != now {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("the new one cleans up");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(last_clean_up(&old) < now, "the old one still cleans up");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_server_goes_on_with_other_operations() {
    let servers = Servers::new().await;
    let mails = CapturedMails::default();
    let auth = servers.build(1, mails.clone()).await;
    let (swap, server) = start(auth.clone(), &Gate::default()).await;
    let sign_up = common::operation_id("email-password.sign-up");
    let without = layer(auth.clone()).without(sign_up);
    timeout(SOON, swap.replace(without).ended())
        .await
        .expect("it ends");
    assert_eq!(server.ana("header").await.status, 404);
    // Its background work has not ended.
    post(&auth, "ana@ex.co").await;
    auth.mail().drained().await;
    assert_eq!(mails.all().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_changes_settings_without_a_restart() {
    let database = Database::new();
    let mut config = swapping::config().expect("the settings are right");
    config.database_url = Secret::new(database.url.clone());
    config.session.signing_algorithm = Algorithm::Es256;
    let shop = swapping::Shop::open(config).await.expect("it opens");
    let app = shop.app();
    let server = Server::start_app(|_| {}, |_| app).await;
    let sign_in = async || {
        let ask = server.post("/sign-in").header("st-auth-mode", "header");
        let answer = ask.send().await;
        assert_eq!(answer.status, 200, "{answer}");
        answer.access().to_owned()
    };
    let orders = async |token: &str| {
        let ask = server.get("/orders");
        ask.header("authorization", &format!("Bearer {token}"))
            .send()
            .await
    };
    let before = sign_in().await;
    shop.set_access_minutes(5).await.expect("it is changed");
    let after = sign_in().await;
    assert!(
        (3000..=3600).contains(&lifetime(&before)),
        "{}",
        lifetime(&before)
    );
    assert!(
        (250..=300).contains(&lifetime(&after)),
        "{}",
        lifetime(&after)
    );
    for token in [&before, &after] {
        assert_eq!(orders(token).await.brief(), "200 orders of ana");
    }
    let refused = shop
        .set_access_minutes(0)
        .await
        .expect_err("it cannot work");
    assert!(
        refused.to_string().contains("access_token_validity_ms"),
        "{refused}"
    );
    assert!(
        (250..=300).contains(&lifetime(&sign_in().await)),
        "it goes on"
    );
}

/// How many seconds an access token is valid.
fn lifetime(token: &str) -> i64 {
    use base64::Engine as _;
    let part = token.split('.').nth(1).expect("a JWT has three parts");
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part);
    let payload: serde_json::Value =
        serde_json::from_slice(&json.expect("it is base64url")).expect("it is JSON");
    let number = |name: &str| payload[name].as_i64().expect("a number");
    number("exp") - number("iat")
}
