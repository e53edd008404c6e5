//! The server that is attacked, on a real socket, and the client that sends bytes as they are.

use std::net::SocketAddr;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_server::app_info::{AppInfo, AppInfoInput};
use auth_server::auth::AuthBuilder;
use auth_server::crypto::keys::Algorithm;
use auth_server::delivery::{Mail, Mailer, SendError};
use auth_server::recipes::email_password::{CreateUser, NewEmailPasswordUser};
use auth_server::session::AntiCsrf;
use auth_server::testing::FAST_PASSWORDS;
use auth_server::{Auth, Config, ConnectionLimits, Endpoints, Session};
use axum::Router;
use axum::routing::any;
use http::Method;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Who is attacked.
pub(crate) const VICTIM: &str = "victim@ex.co";
/// The victim's password, which nothing else resembles.
pub(crate) const PASSWORD: &str = "Vq7-correct.horse_Zx3";
/// Whose password is reset again and again.
pub(crate) const FORGETFUL: &str = "forgetful@ex.co";

/// How long the server waits for what a mutation has cut off.
const READ_TIMEOUT: Duration = Duration::from_millis(100);

/// How long a client waits in all.
const LIMIT: Duration = Duration::from_secs(20);

/// How many threads have panicked since the hook was set.
static PANICS: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Target {
    pub(crate) auth: Auth,
    /// The id of [`VICTIM`].
    pub(crate) victim: String,
    /// The id of [`FORGETFUL`].
    pub(crate) forgetful: String,
    address: SocketAddr,
    _folder: TempDir,
}

/// Mails are dropped.
struct Nowhere;

#[async_trait::async_trait]
impl Mailer for Nowhere {
    async fn send(&self, _: &Mail) -> Result<(), SendError> {
        Ok(())
    }
}

/// Says whose request it is and how that was shown.
async fn protected(session: Session, method: Method) -> String {
    format!("{} {:?} {method}", session.user_id, session.transfer)
}

async fn panics() -> &'static str {
    panic!("a handler that panics, to see that it is noticed")
}

impl Target {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let app_info = AppInfo::normalise(&AppInfoInput {
            app_name: Some("Test".to_owned()),
            api_domain: Some("http://localhost:3001".to_owned()),
            website_domain: Some("http://localhost:3000".to_owned()),
            ..AppInfoInput::default()
        });
        let mut config = Config::new(app_info.expect("appInfo is right"));
        config.session.signing_algorithm = Algorithm::Es256;
        config.limits = auth_server::limits::LimitSettings::off();
        // Cookies have to show a token, so that there is one more thing to get wrong.
        config.session.anti_csrf = Some(AntiCsrf::ViaToken);
        config.body_timeout = READ_TIMEOUT;
        let database = format!("sqlite://{}", folder.path().join("auth.db").display());
        config.database_url = auth_server::config::Secret::new(database);
        let builder: AuthBuilder = Auth::builder(config).mailer(Nowhere);
        let auth = builder.password_params(FAST_PASSWORDS);
        let auth = auth.build().await.expect("the settings are right");
        let app = Router::new()
            .route("/protected", any(protected))
            .route("/panics", any(panics))
            .layer(auth_server::layer(auth.clone(), Endpoints::new()));
        let app = auth_server::with_request_log(app);
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let limits = ConnectionLimits {
            head: READ_TIMEOUT,
            ..ConnectionLimits::default()
        };
        tokio::spawn(auth_server::serve_with(
            limits,
            listener,
            app,
            std::future::pending(),
        ));
        Self {
            victim: sign_up(&auth, VICTIM).await,
            forgetful: sign_up(&auth, FORGETFUL).await,
            auth,
            address,
            _folder: folder,
        }
    }

    /// Sends bytes, and reads until the server closes the connection.
    pub(crate) async fn send(&self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        let (mut read, mut write) = stream.split();
        let mut answer = Vec::new();
        let sending = async {
            // The server may refuse and close before all bytes are sent.
            let _ = write.write_all(bytes).await;
        };
        // So may the connection be reset with an answer under way; what came so far counts.
        let reading = async { while let Ok(1..) = read.read_buf(&mut answer).await {} };
        let both = async { tokio::join!(sending, reading) };
        tokio::time::timeout(LIMIT, both)
            .await
            .expect("the server closes in time");
        answer
    }
}

async fn sign_up(auth: &Auth, email: &str) -> String {
    let user = NewEmailPasswordUser {
        tenant_id: "public".to_owned(),
        email: email.parse().expect("an address"),
        password_hash: auth.passwords().hash(PASSWORD).await.expect("it is hashed"),
        language: None,
        time_joined: auth.clock().now(),
    };
    match auth.store().create_email_password_user(user).await {
        Ok(CreateUser::Created(user)) => user.id,
        other => panic!("{other:?}"),
    }
}

/// Counts panics from now on; those of handlers reach no test by themselves.
pub(crate) fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::SeqCst);
            before(info);
        }));
    });
}

pub(crate) fn panics_so_far() -> usize {
    PANICS.load(Ordering::SeqCst)
}
