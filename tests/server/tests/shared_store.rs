//! Several servers of one app on one store: they share its connections, and do its background work once.

mod common;

use std::time::Duration;

use auth_server::clock::ManualClock;
use auth_server::crypto::keys::Algorithm;
use auth_server::limits::LimitSettings;
use auth_server::session::TransferMethod;
use auth_server::store::{SharedStore, Store};
use auth_server::testing::{CapturedMails, FAST_PASSWORDS};
use auth_server::{Auth, Config, Endpoints};
use axum::Router;
use common::opened::Database;
use common::{START, Server, app_info, form};
use serde_json::json;

/// The settings of a server at its own base path, for its own website.
fn config(app_id: &str, base_path: &str, website: &str) -> Config {
    let mut app_info = app_info("http://localhost:3001", website);
    app_info.api_base_path = base_path.to_owned();
    let mut config = Config::new(app_info);
    config.app_id = app_id.to_owned();
    config.session.signing_algorithm = Algorithm::Es256;
    config.limits = LimitSettings::off();
    config
}

async fn open(config: Config, store: &SharedStore, mails: &CapturedMails) -> Auth {
    let builder = Auth::builder(config)
        .store(store.clone())
        .mailer(mails.clone())
        .clock(ManualClock::new(START))
        .password_params(FAST_PASSWORDS);
    builder.build().await.expect("the settings are right")
}

/// Customers at `/auth`, staff at `/staff/auth`.
async fn customers_and_staff(store: &SharedStore, mails: &CapturedMails) -> (Auth, Auth, Server) {
    let customers = config("public", "/auth", "http://localhost:3000");
    let staff = config("public", "/staff/auth", "http://localhost:4000");
    let customers = open(customers, store, mails).await;
    let staff = open(staff, store, mails).await;
    let (outer, inner) = (customers.clone(), staff.clone());
    let app = |_| {
        Router::new()
            .layer(auth_server::layer(inner, Endpoints::new()))
            .layer(auth_server::layer(outer, Endpoints::new()))
    };
    let server = Server::start_app(|_| {}, app).await;
    (customers, staff, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_of_one_app_share_users_and_connections() {
    let database = Database::new();
    let url = database.named("shared_by_two");
    let store = SharedStore::open(&url, 3).await.expect("it opens");
    let mails = CapturedMails::default();
    let (customers, staff, server) = customers_and_staff(&store, &mails).await;
    let ana = form("ana@ex.co", "passw0rd");
    let answer = server.post("/auth/signup").json(&ana).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    let asks: Vec<_> = (0..40)
        .map(|place| {
            let path = ["/auth/signin", "/staff/auth/signin"][place % 2];
            Box::pin(server.post(path).json(&ana))
        })
        .collect();
    for answer in common::join_all(asks).await {
        assert_eq!(answer.json()["status"], "OK", "{answer}");
    }
    assert_eq!(store.connections(), customers.store().connections());
    assert_eq!(store.connections(), staff.store().connections());
    if let Some(open) = database.connections("shared_by_two").await {
        assert!((1..=3).contains(&open), "{open} connections");
    }
}

#[tokio::test]
async fn a_database_in_memory_is_one_for_all() {
    let store = SharedStore::open("sqlite::memory:", 1)
        .await
        .expect("it opens");
    let (_, staff, server) = customers_and_staff(&store, &CapturedMails::default()).await;
    let ana = form("ana@ex.co", "passw0rd");
    let answer = server.post("/auth/signup").json(&ana).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    let answer = server.post("/staff/auth/signin").json(&ana).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
    // One that goes leaves the store to the other.
    staff.close().await;
    let answer = server.post("/auth/signin").json(&ana).await;
    assert_eq!(answer.json()["status"], "OK", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_sent_once_with_the_links_of_the_server_that_accepted_it() {
    let database = Database::new();
    let store = SharedStore::open(&database.url, 4).await.expect("it opens");
    let mails = CapturedMails::default();
    let (customers, staff, server) = customers_and_staff(&store, &mails).await;
    let ask = async |path: &str, number: usize| {
        let email = format!("user{number}@ex.co");
        let form = form(&email, "passw0rd");
        let answer = server.post("/auth/signup").json(&form).await;
        assert_eq!(answer.json()["status"], "OK", "{answer}");
        let body = json!({"formFields": [{"id": "email", "value": email}]});
        let answer = server.post(path).json(&body).await;
        assert_eq!(answer.json()["status"], "OK", "{answer}");
    };
    let (at_customers, at_staff) = (
        "/auth/user/password/reset/token",
        "/staff/auth/user/password/reset/token",
    );
    for number in 0..6 {
        ask([at_customers, at_staff][number % 2], number).await;
    }
    // From now on one of them sends the mails of both.
    tokio::join!(customers.mail().drained(), staff.mail().drained());
    staff.retire().await;
    ask(at_staff, 6).await;
    ask(at_customers, 7).await;
    customers.mail().drained().await;
    let mails = mails.all();
    assert_eq!(mails.len(), 8, "{mails:?}");
    for mail in mails {
        let number: usize = mail.to.as_str()[4..5].parse().expect("a number");
        let website = ["http://localhost:3000/auth", "http://localhost:4000/auth"];
        let link = format!(
            "\n{}/reset-password?token=",
            website[(number % 2) ^ usize::from(number > 5)]
        );
        assert!(mail.text.contains(&link), "{}: {}", mail.to, mail.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_deleted_once() {
    let database = Database::new();
    let store = SharedStore::open(&database.url, 4).await.expect("it opens");
    let clock = ManualClock::new(START);
    let build = async || {
        let builder = Auth::builder(config("public", "/auth", "http://localhost:3000"));
        let builder = builder.store(store.clone()).clock(clock.clone());
        builder.build().await.expect("the settings are right")
    };
    let (one, other) = (build().await, build().await);
    for _ in 0..5 {
        let new = auth_server::NewSessionFor::user("ana");
        let created = one
            .sessions()
            .create_without_request(new, TransferMethod::Header);
        let created = created.await;
        created.expect("it begins");
    }
    clock.advance(i64::from(u32::MAX) * 1000);
    let (first, second) = tokio::join!(one.clean_up(), other.clean_up());
    let deleted = first.expect("it works") + second.expect("it works");
    assert_eq!(deleted, 6, "the sessions and the key that signed them");
    assert_eq!(other.clean_up().await.expect("it works"), 0);
}

#[tokio::test]
async fn a_shared_store_is_refused_to_another_app() {
    let database = Database::new();
    let store = SharedStore::open(&database.url, 2).await.expect("it opens");
    let build = async |app_id| {
        let builder = Auth::builder(config(app_id, "/auth", "http://localhost:3000"));
        builder.store(store.clone()).build().await
    };
    let shop = build("shop").await.expect("it is empty");
    let refused = build("staff").await.expect_err("it belongs to the shop");
    let text = refused.to_string();
    let says = |part: &str| assert!(text.contains(part), "{text}");
    says("the database belongs to the app `shop`, and this server is the app `staff`");
    says("AUTH_APP_ID");
    // The first one goes on.
    assert!(build("shop").await.is_ok());
    tokio::time::timeout(Duration::from_secs(5), shop.store().ping())
        .await
        .expect("it answers")
        .expect("it answers");
}
