//! `auth-gen dev`: generate, build, run, and say where to look.

mod address;
mod page;
mod process;

use std::env;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;

use super::console::Console;
use super::files::shown;
use super::generate::{summary, write};
use super::project::{InputArgs, Loaded};
use super::{Exit, Outcome};
use crate::RouteRow;
use crate::app_info::{self, AppInfo};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::disk::Conflicts;
use crate::tree::Tree;
use address::{Address, Website};
use page::Site;
use process::{Ending, Interrupts, Process};

/// How long a server may take from its start until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// Arguments of `dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
The server runs with your environment. What you do not set, `dev` does: AUTH_LISTEN_ADDR,
DATABASE_URL, AUTH_APP_ID as `auth-gen.toml` has it, and AUTH_MAIL_OUTBOX unless there is an
AUTH_SMTP_URL. Database and mails are kept in `.auth-gen/` beside `auth-gen.toml`; delete that
folder to start again from nothing.")]
pub(super) struct DevArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Build with optimisations: a slower build, a faster server
    #[arg(long)]
    release: bool,
}

pub(super) fn run(args: &DevArgs, console: &Console) -> Outcome {
    let loaded = args.input.load()?;
    let out = loaded.out()?;
    let generated = loaded.generate()?;
    console.diagnose(generated.warnings.clone());
    // Its warnings are among those of the generator.
    let (app_info, _) = app_info::parse(&loaded.inputs.app_info)?;
    let address = Address::new(&app_info, generated.nextjs.is_some())?;
    refuse_taken_port(&app_info, address.listen)?;
    let outputs = loaded.outputs(&generated)?;
    for (output, report) in outputs.iter().zip(write(&outputs, Conflicts::Stop)?) {
        console.print(&summary(&report, &shown(&output.folder)))?;
    }

    let interrupts = Interrupts::catch()?;
    console.print("building the server (the first time takes minutes, later runs seconds)\n")?;
    let binary = match build(out, args.release, &interrupts)? {
        Built::Program(binary) => binary,
        Built::Failed => return Ok(Exit::Failed),
        Built::Interrupted => return Ok(Exit::Done),
    };
    let state = State::create(&loaded)?;
    let mut command = Command::new(&binary);
    command
        .env("AUTH_LISTEN_ADDR", address.listen.to_string())
        .env("DATABASE_URL", &state.database);
    let app_id = &loaded.inputs.settings.app_id;
    if let Some(app_id) = app_id.as_ref().filter(|_| given("AUTH_APP_ID").is_none()) {
        command.env("AUTH_APP_ID", app_id);
    }
    if let Some(outbox) = &state.outbox {
        command.env("AUTH_MAIL_OUTBOX", outbox);
    }
    // The banner says what the server would, and more.
    if given("RUST_LOG").is_none() {
        command.env("RUST_LOG", "warn");
    }
    let mut server = Process::start(&mut command)?;
    let start = Instant::now();
    while TcpStream::connect_timeout(&address.reachable(), Duration::from_millis(200)).is_err() {
        if start.elapsed() > PATIENCE {
            return Err(Diagnostic::error(
                "server-not-listening",
                format!("the server does not listen on `{}`", address.listen),
            )
            .help("its own messages stand above; it has been stopped")
            .into());
        }
        if let Some(ending) = server.wait_for(Duration::from_millis(50), &interrupts) {
            return Ok(ended(&ending, console));
        }
    }
    let login = Website::new(&app_info, &address).map(|website| {
        login_page(
            website,
            &address,
            &state,
            &generated.routes,
            &generated.tree,
        )
    });
    console.print(&banner(&address, &state, &generated.routes, login))?;
    Ok(ended(&server.wait(&interrupts), console))
}

/// Ctrl-C is how this command is meant to end; a server that ends by itself has failed.
fn ended(ending: &Ending, console: &Console) -> Exit {
    match ending {
        Ending::Interrupted => Exit::Done,
        Ending::Itself(status) => {
            console.diagnose(
                Diagnostic::error("server-ended", format!("the server ended: {status}"))
                    .help("its own messages stand above")
                    .into(),
            );
            Exit::Failed
        }
    }
}

fn refuse_taken_port(app_info: &AppInfo, listen: SocketAddr) -> Result<(), Diagnostics> {
    TcpListener::bind(listen).map(drop).map_err(|error| {
        Diagnostic::error(
            "port-in-use",
            format!("cannot listen on `{listen}`: {error}"),
        )
        .help(format!(
            "stop what listens there (a server outlives an `auth-gen dev` that was killed with \
             SIGKILL), or choose another address: `{} auth-gen dev`",
            address::elsewhere(app_info, listen)
        ))
        .into()
    })
}

/// How the build ended.
enum Built {
    Program(PathBuf),
    /// Cargo has said why.
    Failed,
    Interrupted,
}

/// Builds the generated server.
fn build(out: &Path, release: bool, interrupts: &Interrupts) -> Result<Built, Diagnostics> {
    // Under `cargo run` this is the very Cargo that started us.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--bins",
            "--message-format=json-render-diagnostics",
        ])
        .arg("--manifest-path")
        .arg(out.join("server").join("Cargo.toml"));
    if release {
        command.arg("--release");
    }
    let (ending, messages) = Process::start_reading(&mut command)?.finish(interrupts);
    match ending {
        Ending::Interrupted => Ok(Built::Interrupted),
        Ending::Itself(status) if !status.success() => Ok(Built::Failed),
        Ending::Itself(_) => process::executable(&messages)
            .map(Built::Program)
            .ok_or_else(|| {
                Diagnostic::error("server-not-built", "Cargo built no program")
                    .help("is `server/Cargo.toml` in the output folder the generated one?")
                    .into()
            }),
    }
}

/// What the running server keeps between runs.
struct State {
    database: String,
    /// `None` where the user has a mail server to try.
    outbox: Option<String>,
}

impl State {
    /// Makes the folder, which keeps itself out of version control.
    fn create(loaded: &Loaded) -> Result<Self, Diagnostics> {
        let folder = loaded.home.join(".auth-gen");
        let outbox = folder.join("mail");
        let ignore = folder.join(".gitignore");
        // The server makes the folder of the mails, which nobody else may read.
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&ignore, "*\n"))
            .map_err(|error| {
                Diagnostic::error(
                    "unwritable-output",
                    format!("cannot write in `{}`: {error}", shown(&folder)),
                )
                .help("the development database and mails are kept there")
            })?;
        let database = format!("sqlite://{}", shown(&folder.join("auth.db")));
        Ok(Self {
            database: given("DATABASE_URL").unwrap_or(database),
            outbox: match (given("AUTH_MAIL_OUTBOX"), given("AUTH_SMTP_URL")) {
                (None, Some(_)) => None,
                (given, _) => Some(given.unwrap_or(shown(&outbox))),
            },
        })
    }
}

/// Serves the login page where the website will be; says where, or why not.
fn login_page(
    website: Website,
    address: &Address,
    state: &State,
    routes: &[RouteRow],
    tree: &Tree,
) -> String {
    let url = format!("{}{}", website.origin, website.base_path);
    let jwks = routes.iter().find(|row| row.behaviour == "jwt.jwks");
    let site = Site {
        app_name: website.app_name,
        api_domain: address.origin.clone(),
        api_base_path: address.base()[address.origin.len()..].to_owned(),
        base_path: website.base_path,
        outbox: outbox_page(address, state),
        jwks: jwks.map(|row| address.url(row)),
    };
    match page::serve(website.listen, &site, tree) {
        Ok(()) => url,
        // Most likely it is the website.
        Err(_) => format!("yours: something listens at {} already", website.origin),
    }
}

/// The page that shows the mails; it exists only where nobody else can reach the server, and API and website
/// are this machine.
fn outbox_page(address: &Address, state: &State) -> Option<String> {
    state.outbox.as_ref()?;
    let local = address.listen.ip().is_loopback() && address.is_local;
    local.then(|| format!("{}/dev/outbox", address.origin))
}

/// A variable of the environment; the server, too, takes an empty one for none.
fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// What a newcomer wants to know, and two commands that work when they are pasted.
fn banner(address: &Address, state: &State, routes: &[RouteRow], login: Option<String>) -> String {
    let find = |behaviour: &str| {
        let row = routes.iter().find(|row| row.behaviour == behaviour)?;
        Some(address.url(row))
    };
    let mut lines: Vec<(&str, String)> = login.map(|url| ("login", url)).into_iter().collect();
    lines.push(("API", address.base()));
    if address.is_behind {
        lines.push(("Next.js", format!("AUTH_SERVER_URL={}", address.origin)));
    }
    lines.extend(find("jwt.jwks").map(|url| ("JWKS", url)));
    if let Some(folder) = &state.outbox {
        let page = outbox_page(address, state);
        lines.push(("mails", page.unwrap_or_else(|| folder.clone())));
    }
    // A database elsewhere may have a password in its address.
    if let Some(path) = state.database.strip_prefix("sqlite:") {
        lines.push((
            "database",
            path.strip_prefix("//").unwrap_or(path).to_owned(),
        ));
    }
    let mut text = String::from("\n");
    for (what, place) in lines {
        text.push_str(&format!("  {what:10}{place}\n"));
    }
    for (what, behaviour) in [
        ("sign up", "email-password.sign-up"),
        ("sign in", "email-password.sign-in"),
    ] {
        if let Some(url) = find(behaviour) {
            text.push_str(&format!(
                "\n  {what}:\n  curl {url} -H 'content-type: application/json' \\\n    \
                 -d '{{\"formFields\":[{{\"id\":\"email\",\"value\":\"you@example.com\"}},\
                 {{\"id\":\"password\",\"value\":\"correct-horse-1\"}}]}}'\n"
            ));
        }
    }
    text.push_str("\n  Ctrl-C stops the server.\n\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &str, behaviour: &str) -> RouteRow {
        RouteRow {
            method: "POST".to_owned(),
            path: path.to_owned(),
            operation_id: String::new(),
            behaviour: behaviour.to_owned(),
            auth: String::new(),
            why: String::new(),
        }
    }

    #[test]
    fn the_banner_names_what_there_is() {
        let address = |listen: &str| Address::local(listen, "/auth");
        let state = State {
            database: "sqlite://.auth-gen/auth.db".to_owned(),
            outbox: Some(".auth-gen/mail".to_owned()),
        };
        let routes = [
            row("/auth[/{tenantId}]/jwt/jwks.json", "jwt.jwks"),
            row("/auth[/{tenantId}]/signup", "email-password.sign-up"),
        ];
        let login = Some("http://localhost:3000/auth".to_owned());
        let text = banner(&address("127.0.0.1:3001"), &state, &routes, login);
        insta::assert_snapshot!(text, @r#"

          login     http://localhost:3000/auth
          API       http://127.0.0.1:3001/auth
          JWKS      http://127.0.0.1:3001/auth/jwt/jwks.json
          mails     http://127.0.0.1:3001/dev/outbox
          database  .auth-gen/auth.db

          sign up:
          curl http://127.0.0.1:3001/auth/signup -H 'content-type: application/json' \
            -d '{"formFields":[{"id":"email","value":"you@example.com"},{"id":"password","value":"correct-horse-1"}]}'

          Ctrl-C stops the server.
        "#);
        // Where others can reach the server there is no outbox page, and no password is shown.
        let state = State {
            database: "postgres://me:secret@db/auth".to_owned(),
            ..state
        };
        let text = banner(&address("0.0.0.0:3001"), &state, &[], None);
        insta::assert_snapshot!(text, @"

          API       http://127.0.0.1:3001/auth
          mails     .auth-gen/mail

          Ctrl-C stops the server.
        ");
    }
}
