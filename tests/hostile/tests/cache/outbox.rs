//! The page of the development outbox holds links that change passwords: no proxy serves it to other machines.

use auth_server::Endpoints;
use http::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::{Nginx, PathBuf, Server, ask, figures};

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_shows_the_outbox() {
    let Some(program) = std::env::var_os("AUTH_TEST_NGINX").map(PathBuf::from) else {
        figures(
            "the outbox behind a proxy",
            "skipped, AUTH_TEST_NGINX is not set",
        );
        return;
    };
    let folder = TempDir::new().expect("there is room for a folder");
    let server = Server::start_with(|config| {
        config.mail_outbox = Some(folder.path().join("outbox"));
    })
    .await;
    let listener = TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port is free");
    let direct = format!("http://{}", listener.local_addr().expect("it is bound"));
    let app = auth_server::router(server.auth.clone(), Endpoints::new());
    tokio::spawn(auth_server::serve(listener, app, std::future::pending()));
    let nginx = Nginx::start(&program, &direct).await;
    for (origin, expected) in [
        (&direct, 200),
        (&nginx.stock, 404),
        (&nginx.forwarding, 404),
    ] {
        let answer = ask(origin, Method::GET, "/dev/outbox", &[], &Value::Null).await;
        assert_eq!(answer.status, expected, "{origin}: {}", answer.body);
        // The proxy does reach the server.
        let path = "/auth/emailpassword/email/exists?email=a@ex.co";
        let answer = ask(origin, Method::GET, path, &[], &Value::Null).await;
        assert_eq!(answer.status, 200, "{origin}: {}", answer.body);
    }
}
