//! Signing in without a password: codes and links, providers, and what a page asks first, beside a sign-in with a
//! password. And how many mails a second go out.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::figures::Figures;
use super::http;
use super::load::{Client, Load};
use super::program::{Server, folder, postgres, sqlite};

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 3;
const SECONDS: f64 = 3.0;

/// How many messages each connection asks for in one round.
const MESSAGES: usize = 40;

/// Longer than all mails of a round take.
const LIMIT: Duration = Duration::from_secs(120);

pub(crate) async fn measure() {
    let folder = folder();
    println!("\nlogins, {CONNECTIONS} connections, {ROUNDS} rounds in turns");
    println!(" SQLite, synchronous = FULL");
    compare(
        &sqlite(folder.path(), "logins"),
        &folder.path().join("mails"),
    )
    .await;
    if let Some(url) = postgres() {
        println!(" PostgreSQL, as it is configured");
        compare(&url, &folder.path().join("mails of PostgreSQL")).await;
    }
}

/// The five in turns, so that what else the machine does falls on all of them.
async fn compare(url: &str, mails: &Path) {
    // A provider that answers at once: what is measured is the server's part.
    let provider = Server::app("provider", url, &[]);
    let providers = settings(&provider.address);
    let mails = mails.to_str().expect("it is text");
    let server = Server::program(
        url,
        &[
            ("AUTH_MAIL_OUTBOX", mails),
            ("AUTH_THIRD_PARTY_PROVIDERS", &providers),
            ("AUTH_THIRD_PARTY_NETWORKS", "loopback"),
            ("AUTH_SIGNING_ALGORITHM", "ES256"),
        ],
    );
    let sign_in = Client::Same(server.sign_in_request("logins@example.com").await);
    let methods = http::get("/auth/loginmethods", &[]);
    let methods = Client::Same(String::from_utf8(methods).expect("it is text"));
    let names = [
        "sign-in with a password",
        "login methods",
        "through a provider",
        "message asked for",
        "code or link used",
    ];
    let mut figures: [[Figures; 3]; 5] = Default::default();
    let mut rates = Figures::default();
    for round in 0..ROUNDS {
        let load = |clients: Vec<Client>, seconds| Load {
            address: server.address.clone(),
            server: server.id(),
            seconds,
            clients,
            pace_ms: None,
        };
        let through = (0..CONNECTIONS).map(|user| Client::Same(callback(user)));
        let asked = (0..CONNECTIONS).map(|client| {
            let messages = 0..MESSAGES;
            Client::Each(
                messages
                    .map(|message| start(round, client, message))
                    .collect(),
            )
        });
        let loads = [
            load(vec![sign_in.clone(); CONNECTIONS], SECONDS),
            load(vec![methods.clone(); CONNECTIONS], SECONDS),
            load(through.collect(), SECONDS),
        ];
        let mut outcomes: Vec<_> = loads.iter().map(Load::run).collect();

        let known = links(mails).len();
        let begun = Instant::now();
        outcomes.push(load(asked.collect(), LIMIT.as_secs_f64()).run());
        let sent = CONNECTIONS * MESSAGES;
        // A file may be there before all of its text is.
        while files(mails).len() < known + sent || links(mails).len() < known + sent {
            assert!(begun.elapsed() < LIMIT, "mails are missing");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        #[expect(clippy::cast_precision_loss, reason = "a thousand")]
        rates.push(sent as f64 / begun.elapsed().as_secs_f64());

        let used = links(mails).split_off(known);
        let used = used
            .chunks(MESSAGES)
            .map(|links| Client::Each(links.iter().map(consume).collect()));
        outcomes.push(load(used.collect(), LIMIT.as_secs_f64()).run());
        for (outcome, [rates, p99s, cores]) in outcomes.iter().zip(&mut figures) {
            rates.push(outcome.rate);
            p99s.push(outcome.p99);
            cores.push(outcome.server_cpu);
        }
    }
    for (name, [rates, p99s, cores]) in names.iter().zip(&figures) {
        println!("  {name}: {rates:.0}/s, p99 {p99s:.1} ms, cores of the server {cores:.2}");
    }
    println!("  mails, from the first request to the last file: {rates:.0}/s");
}

/// The provider of [`super::app`], as the server knows it.
fn settings(address: &str) -> String {
    json!([{
        "thirdPartyId": "example",
        "name": "Example",
        "authorizationEndpoint": format!("http://{address}/authorize"),
        "tokenEndpoint": format!("http://{address}/token"),
        "userInfoEndpoint": format!("http://{address}/userinfo"),
        "clients": [{ "clientId": "client", "clientSecret": "secret", "scope": ["email"] }],
    }])
    .to_string()
}

/// A page that comes back from the provider; its code is the id of the user.
fn callback(user: usize) -> String {
    request(
        "/auth/signinup",
        &json!({
            "thirdPartyId": "example",
            "redirectURIInfo": {
                "redirectURIOnProviderDashboard": "http://localhost:3000/auth/callback/example",
                "redirectURIQueryParams": { "code": format!("user-{user}"), "state": "of the page" },
                // The provider does not check it (RFC 7636).
                "pkceCodeVerifier": "v".repeat(43),
            },
        }),
    )
}

/// A request for a message, to an address of its own.
fn start(round: usize, client: usize, message: usize) -> String {
    let email = format!("r{round}-c{client}-m{message}@example.com");
    request("/auth/signinup/code", &json!({ "email": email }))
}

/// The use of the link of a mail: the id of the device, and the code.
fn consume((device, code): &(String, String)) -> String {
    request(
        "/auth/signinup/code/consume",
        &json!({ "preAuthSessionId": device, "linkCode": code }),
    )
}

fn request(path: &str, body: &Value) -> String {
    let request = http::post(path, &[("st-auth-mode", "header")], &body.to_string());
    String::from_utf8(request).expect("it is text")
}

/// The mails in the outbox, in the order of their names.
fn files(mails: &str) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(mails) else {
        return Vec::new();
    };
    let mut files: Vec<_> = files.flatten().map(|file| file.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    files.sort();
    files
}

/// The links of all mails in the outbox, in the order of its files: ids of devices, and codes.
fn links(mails: &str) -> Vec<(String, String)> {
    let files = files(mails).into_iter();
    let mails = files.map(|path| std::fs::read_to_string(path).expect("it is text"));
    mails.filter_map(|mail| link(&mail)).collect()
}

/// The link of a mail, whose text is quoted-printable.
fn link(mail: &str) -> Option<(String, String)> {
    let text = mail.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = text.split_once("preAuthSessionId=")?;
    let (head, code) = rest.split_once('#')?;
    let device = head.split('&').next()?;
    let code = code
        .split(|letter: char| letter.is_whitespace() || letter == '"')
        .next()?;
    Some((device.to_owned(), code.to_owned()))
}
