//! `auth-gen dev`: generate, build, run, and say where to look.

mod address;
mod banner;
mod build;
mod front;
mod http;
mod own;
mod page;
mod process;
mod provider;
mod relay;
mod server;
mod state;

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::console::Console;
use super::files::take_read;
use super::generate::{summary, write};
use super::project::{InputArgs, Loaded};
use super::watch::Watcher;
use super::{Exit, Outcome};
use crate::Generated;
use crate::app_info::{self, AppInfo};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::disk::Overwrite;
use address::{Address, Website};
use banner::{banner, outbox_page};
use build::{Built, build};
use front::Front;
use own::{Own, Sources};
use page::{Page, Site};
use process::{Ending, Interrupts};
use server::{Server, Started};
use state::State;

/// Arguments of `dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
A change of the description, appInfo or the settings is generated and built while the old server
goes on; it ends when the new one listens. What is wrong is shown here and on the login page.
The address stays open meanwhile: `dev` listens there, and the server behind it, on a free port
that AUTH_LISTEN_ADDR names to it.

The server runs with your environment. What you do not set, `dev` does: AUTH_LISTEN_ADDR,
DATABASE_URL, AUTH_APP_ID and AUTH_PASSWORD_BLOCK_LIST as `auth-gen.toml` has them, and
AUTH_MAIL_OUTBOX unless there is an AUTH_SMTP_URL. Database and mails are kept in `.auth-gen/` beside
`auth-gen.toml`; delete that folder to start again from nothing.

Where the description has sign-in through providers, `dev` adds one of its own, \"Example\", to
AUTH_THIRD_PARTY_PROVIDERS: it runs on this machine and signs in with any address, so that no account
is needed to try it. AUTH_THIRD_PARTY_NETWORKS=public leaves it out.

With `[dev] bin = \"…\"` in `auth-gen.toml`, your own program is built and run in place of the
generated one, in the same way, and again when one of its source files changes.")]
pub(super) struct DevArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Build with optimisations: a slower build, a faster server
    #[arg(long)]
    release: bool,
}

pub(super) fn run(args: &DevArgs, console: &Console) -> Outcome {
    let round = Round::prepare(args, console)?;
    front::refuse_taken(&round.app_info, round.address.listen)?;
    round.write(console)?;
    let read = take_read();

    let interrupts = Interrupts::catch()?;
    let mut sources = Sources::default();
    sources.look();
    let name = round.program();
    console.print(&format!(
        "building {name} (the first time takes minutes, later runs seconds)\n"
    ))?;
    let program = match build(&round, args.release, &interrupts)? {
        Built::Program(program) => program,
        Built::Failed => return Ok(Exit::Failed),
        Built::Interrupted => return Ok(Exit::Done),
    };
    sources.replace(round.sources(&program)?);
    let state = State::create(&round.loaded.home)?;
    let program = state.keep(&program, 0)?;
    let server = match server::start(&program, &round, &state, &interrupts)? {
        Started::Listens(server) => server,
        Started::Ended(ending) => return Ok(ended(&ending, console)),
    };
    let front = Front::open(&round.app_info, round.address.listen, &server)?;
    let (page, login) = login_page(&round, &state);
    console.print(&banner(
        &round.address,
        &state,
        &round.generated.routes,
        login,
    ))?;
    let mut watcher = Watcher::new()?;
    if !args.input.reads_stdin() {
        watcher.follow(sources.and(read))?;
    }
    let mut dev = Dev {
        args,
        console,
        interrupts,
        state,
        front,
        server,
        round,
        sources,
        page,
        turn: 0,
        is_stale: false,
    };
    loop {
        let time = Duration::from_millis(100);
        if let Some(ending) = dev.server.process.wait_for(time, &dev.interrupts) {
            return Ok(ended(&ending, console));
        }
        let changed = watcher.wait(Duration::ZERO)?;
        if changed.is_empty() {
            continue;
        }
        console.print(&format!("\n`{}` has changed\n", changed.join("`, `")))?;
        let outcome = dev.update();
        watcher.follow(dev.sources.and(take_read()))?;
        match outcome {
            Ok(Some(exit)) => return Ok(exit),
            Ok(None) => {}
            Err(diagnostics) => {
                dev.tell(&diagnostics.errors().render(false));
                console.diagnose(diagnostics);
                console.finish();
                console.print("the server keeps running unchanged\n")?;
            }
        }
    }
}

/// The input as it was read, and the output that it makes.
struct Round {
    loaded: Loaded,
    /// The program of the user, where the settings name one.
    own: Option<Own>,
    generated: Generated,
    app_info: AppInfo,
    address: Address,
}

impl Round {
    fn prepare(args: &DevArgs, console: &Console) -> Result<Self, Diagnostics> {
        let loaded = args.input.load()?;
        loaded.out()?;
        let generated = loaded.generate()?;
        console.diagnose(generated.warnings.clone());
        // Its warnings are among those of the generator.
        let (app_info, _) = app_info::parse(&loaded.inputs.app_info)?;
        let address = Address::new(&app_info, generated.nextjs.is_some())?;
        let own = loaded.dev.as_ref();
        let own = own
            .map(|setting| Own::find(setting, &loaded.home))
            .transpose()?;
        Ok(Self {
            loaded,
            own,
            generated,
            app_info,
            address,
        })
    }

    /// What is built, in words.
    fn program(&self) -> String {
        let own = self.own.as_ref();
        own.map_or_else(|| "the server".to_owned(), |own| format!("`{}`", own.bin))
    }

    /// The files whose change builds the program again; those of the generated one change with the input.
    fn sources(&self, program: &Path) -> Result<Vec<PathBuf>, Diagnostics> {
        let Some(own) = &self.own else {
            return Ok(Vec::new());
        };
        Ok(own.sources(program, self.loaded.out()?, &self.generated.tree))
    }

    /// Writes the output; whether the server is another one now.
    fn write(&self, console: &Console) -> Result<bool, Diagnostics> {
        let outputs = self.loaded.outputs(&self.generated)?;
        let mut is_new = false;
        for (output, report) in outputs.iter().zip(write(&outputs, Overwrite::default())?) {
            console.print(&summary(output, &report))?;
            let mut paths = report.written.iter().chain(&report.removed);
            is_new |= paths.any(|path| path.starts_with("server/"));
        }
        Ok(is_new)
    }
}

/// A server that runs, and what it was made of.
struct Dev<'a> {
    args: &'a DevArgs,
    console: &'a Console,
    interrupts: Interrupts,
    state: State,
    front: Front,
    server: Server,
    round: Round,
    /// Those of the program of the user.
    sources: Sources,
    /// The login page, where it is ours.
    page: Option<Page>,
    /// How often the server was built again.
    turn: usize,
    /// Whether its source has changed since.
    is_stale: bool,
}

impl Dev<'_> {
    /// Generates, builds, and puts the new server in the place of the old one. `Some` where the command
    /// is to end.
    fn update(&mut self) -> Result<Option<Exit>, Diagnostics> {
        self.is_stale |= self.sources.look();
        let next = Round::prepare(self.args, self.console)?;
        self.is_stale |= next.own != self.round.own;
        let has_moved = next.address.listen != self.round.address.listen;
        if has_moved {
            front::refuse_taken(&next.app_info, next.address.listen)?;
        }
        // A build that failed leaves the server behind its source.
        self.is_stale |= next.write(self.console)? || has_moved;
        let is_new = self.is_stale;
        if is_new {
            self.console
                .print(&format!("building {}\n", next.program()))?;
            let program = match build(&next, self.args.release, &self.interrupts)? {
                Built::Program(program) => program,
                Built::Failed => {
                    self.tell("The new server does not compile: see the terminal.");
                    self.console.print("the server keeps running unchanged\n")?;
                    return Ok(None);
                }
                Built::Interrupted => {
                    self.server.process.stop(&self.interrupts);
                    return Ok(Some(Exit::Done));
                }
            };
            self.sources.replace(next.sources(&program)?);
            let program = self.state.keep(&program, self.turn + 1)?;
            if let Some(ending) = self.replace(&program, &next)? {
                return Ok(Some(ended(&ending, self.console)));
            }
            self.turn += 1;
            self.is_stale = false;
        }
        let has_website_moved = website(&next) != website(&self.round);
        self.round = next;
        if has_website_moved {
            self.move_page()?;
        } else if let Some(page) = &self.page
            && let Some(site) = site(&self.round, &self.state)
        {
            page.replace(&site, &self.round.generated.tree);
        }
        if is_new {
            self.console.print("the server runs with the change\n")?;
        }
        Ok(None)
    }

    /// Starts the new server beside the old one, which ends when the new one has its place and it has begun to answer what
    /// it was sent.
    fn replace(&mut self, program: &Path, next: &Round) -> Result<Option<Ending>, Diagnostics> {
        let mut new = match server::start(program, next, &self.state, &self.interrupts)? {
            Started::Listens(new) => new,
            Started::Ended(Ending::Interrupted) => {
                self.server.process.stop(&self.interrupts);
                return Ok(Some(Ending::Interrupted));
            }
            Started::Ended(Ending::Itself(status)) => {
                return Err(Diagnostic::error(
                    "server-ended",
                    format!("the new server ended: {status}"),
                )
                .help("see its messages above")
                .into());
            }
        };
        let listen = next.address.listen;
        let retired = self.front.replace(&next.app_info, listen, &new)?;
        std::mem::swap(&mut self.server, &mut new);
        let mut old = new;
        let mut is_interrupted = false;
        while !is_interrupted && !retired.is_drained() {
            is_interrupted = self.interrupts.came_within(Duration::from_millis(10));
        }
        is_interrupted |= old.process.stop(&self.interrupts);
        if is_interrupted {
            self.server.process.stop(&self.interrupts);
            return Ok(Some(Ending::Interrupted));
        }
        Ok(None)
    }

    /// Serves the login page at another address; open pages of the old one say so.
    fn move_page(&mut self) -> Result<(), Diagnostics> {
        let (page, login) = login_page(&self.round, &self.state);
        let place = login.unwrap_or_else(|| "another machine".to_owned());
        self.tell(&format!("The login page has moved: {place}"));
        self.console.print(&format!("  login     {place}\n"))?;
        self.page = page;
        Ok(())
    }

    /// Shows on the login page what is wrong.
    fn tell(&self, problem: &str) {
        if let Some(page) = &self.page {
            page.tell(problem);
        }
    }
}

/// Ctrl-C is the regular end of this command; a server that ends by itself has failed.
fn ended(ending: &Ending, console: &Console) -> Exit {
    match ending {
        Ending::Interrupted => Exit::Done,
        Ending::Itself(status) => {
            console.diagnose(
                Diagnostic::error("server-ended", format!("the server ended: {status}"))
                    .help("see its messages above")
                    .into(),
            );
            Exit::Failed
        }
    }
}

/// Where the website listens.
fn website(round: &Round) -> Option<SocketAddr> {
    Website::new(&round.app_info, &round.address).map(|website| website.listen)
}

/// What the login page shows.
fn site(round: &Round, state: &State) -> Option<Site> {
    let website = Website::new(&round.app_info, &round.address)?;
    let address = &round.address;
    let mut routes = round.generated.routes.iter();
    let jwks = routes.find(|row| row.behaviour == "jwt.jwks");
    Some(Site {
        app_name: website.app_name,
        api_domain: address.origin.clone(),
        api_base_path: address.base()[address.origin.len()..].to_owned(),
        base_path: website.base_path,
        outbox: outbox_page(address, state),
        jwks: jwks.map(|row| address.url(row)),
        providers: provider::beside(round).map(|own| provider::ids(&own)),
        contact: page::contact(given("AUTH_PASSWORDLESS_CONTACT_METHOD").as_deref()),
    })
}

/// Serves the login page where the website will be; says where, or why not.
fn login_page(round: &Round, state: &State) -> (Option<Page>, Option<String>) {
    let website = Website::new(&round.app_info, &round.address);
    let (Some(website), Some(site)) = (website, site(round, state)) else {
        return (None, None);
    };
    match page::serve(website.listen, &site, &round.generated.tree) {
        Ok(page) => {
            let url = format!("{}{}", website.origin, website.base_path);
            (Some(page), Some(url))
        }
        // Most likely it is the website.
        Err(_) => {
            let text = format!("yours: something listens at {} already", website.origin);
            (None, Some(text))
        }
    }
}

/// A variable of the environment; the server, too, takes an empty one for none.
fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
