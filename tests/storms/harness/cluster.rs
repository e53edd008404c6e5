//! A PostgreSQL of its own, which can be stopped, crashed and frozen.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::process::{family, signal};

/// How a PostgreSQL stops.
#[derive(Debug, Clone, Copy)]
pub enum Stop {
    /// Connections are cut, everything is written.
    Fast,
    /// As in a crash: the next start recovers from the log.
    Immediate,
}

/// A PostgreSQL in a folder, on loopback, behind a password. It ends with this value.
pub struct Cluster {
    folder: TempDir,
    bin: PathBuf,
    port: u16,
    password: String,
    /// Stops the database when the test is gone.
    supervisor: Option<Child>,
}

impl Cluster {
    /// Makes it and starts it.
    ///
    /// # Panics
    /// There is no PostgreSQL on this machine, or it does not start.
    pub fn start() -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let password = uuid::Uuid::new_v4().simple().to_string();
        fs::write(folder.path().join("password"), &password).expect("it can be written");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        if is_root() {
            own(folder.path());
        }
        let mut cluster = Self {
            folder,
            bin: bin(),
            port,
            password,
            supervisor: None,
        };
        cluster.run(
            "initdb",
            &[
                "-D",
                "data",
                "-U",
                "auth",
                "-A",
                "scram-sha-256",
                "--pwfile=password",
                "-E",
                "UTF8",
                "--no-sync",
            ],
        );
        cluster.keep();
        cluster.resume();
        cluster
    }

    /// Its URL; `schema` takes the tables.
    pub fn url(&self, schema: &str) -> String {
        format!("{}?options=-csearch_path%3D{schema}", self.base())
    }

    /// Its URL without a schema.
    pub fn base(&self) -> String {
        let Self { password, port, .. } = self;
        format!("postgres://auth:{password}@127.0.0.1:{port}/postgres")
    }

    /// Starts it again after [`Cluster::stop`].
    ///
    /// # Panics
    /// It does not start.
    pub fn resume(&self) {
        let sockets = self.folder.path().display();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={sockets}",
            self.port
        );
        let arguments = ["-D", "data", "-w", "-l", "log", "-o", &options, "start"];
        self.run("pg_ctl", &arguments);
    }

    /// Stops it.
    ///
    /// # Panics
    /// It does not stop.
    pub fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        self.run("pg_ctl", &["-D", "data", "-m", mode, "-w", "stop"]);
    }

    /// Stops all of its processes where they are (`true`), or lets them go on.
    ///
    /// # Panics
    /// It does not run.
    pub fn freeze(&self, frozen: bool) {
        let file = self.folder.path().join("data/postmaster.pid");
        let text = fs::read_to_string(file).expect("it runs");
        let process = text.lines().next().and_then(|line| line.parse().ok());
        let family = family(process.expect("the first line is its process"));
        signal(if frozen { "STOP" } else { "CONT" }, &family);
    }

    /// Runs statements.
    ///
    /// # Panics
    /// They fail.
    pub async fn execute(&self, sql: &str) {
        let client = self.connect().await;
        client.batch_execute(sql).await.expect(sql);
    }

    /// A connection.
    ///
    /// # Panics
    /// There is none to be had.
    pub async fn connect(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.base(), tokio_postgres::NoTls)
            .await
            .expect("it runs");
        tokio::spawn(connection);
        client
    }

    /// A folder inside of its own, which belongs to it.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir(&folder).expect("it can be made");
        folder
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = as_postgres(&self.bin.join(program))
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            // What it starts in the background must not hold a pipe open.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("PostgreSQL is installed");
        if !output.success() {
            let log = fs::read_to_string(self.folder.path().join("log"));
            panic!("{program} failed\n{}", log.unwrap_or_default());
        }
    }

    /// A shell that waits for the end of the test, however it comes.
    fn keep(&mut self) {
        let mut supervisor = as_postgres(Path::new("sh"));
        supervisor
            .args(["-c", "cat; exec \"$0\" -D data -m immediate stop"])
            .arg(self.bin.join("pg_ctl"))
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.supervisor = Some(supervisor.spawn().expect("there is a shell"));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut supervisor) = self.supervisor.take() {
            drop(supervisor.stdin.take());
            let _ = supervisor.wait();
        }
    }
}

/// Gives a folder to whom PostgreSQL runs as.
///
/// # Panics
/// There is no such user.
pub(crate) fn own(folder: &Path) {
    let mut owned = Command::new("chown");
    let owned = owned.args(["-R", "postgres"]).arg(folder).status();
    assert!(owned.expect("there is a `chown`").success());
}

pub(crate) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout == b"0\n")
}

/// It refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program);
    command
}

/// Where PostgreSQL's programs are: on the path, or where Debian puts the newest.
fn bin() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders
        .into_iter()
        .find(|folder| folder.join("pg_ctl").exists() && folder.join("initdb").exists())
        .expect("PostgreSQL is installed")
}
