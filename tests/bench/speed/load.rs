//! What loads a server: a process of its own on one thread, with as many connections as asked for, each of
//! which asks again as soon as it has its answer, or at a steady pace.
//!
//! The task comes as JSON on standard input, the outcome goes as JSON to standard output.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::figures::Figures;
use super::http::{self, Connection};
use super::program::cpu_seconds;

/// What to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Load {
    pub(crate) address: String,
    /// The process whose use of the processor is measured, too.
    pub(crate) server: u32,
    pub(crate) seconds: f64,
    /// One connection for each.
    pub(crate) clients: Vec<Client>,
    /// How long after a request the next one of its connection is due, in milliseconds; without it, as soon
    /// as there is an answer.
    pub(crate) pace_ms: Option<u64>,
}

/// What one connection asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Client {
    /// This request, again and again.
    Same(String),
    /// A refresh with this token, then with the one that it was exchanged for, and so on.
    Refresh(String),
    /// Each of these requests once; the connection is done after the last one.
    Each(Vec<String>),
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// How many requests were answered 200, each second.
    pub(crate) rate: f64,
    /// Milliseconds that half of the requests did not exceed.
    pub(crate) p50: f64,
    /// Milliseconds that 99 of 100 requests did not exceed.
    pub(crate) p99: f64,
    /// How many were answered 503 with `Retry-After`.
    pub(crate) busy: usize,
    /// Processor seconds of this process, each second.
    pub(crate) own_cpu: f64,
    /// Processor seconds of the server, each second.
    pub(crate) server_cpu: f64,
    /// The clients as they are at the end.
    pub(crate) clients: Vec<Client>,
}

/// A process that loads a server.
pub(crate) struct Loading(Child);

impl Load {
    /// Has a process of its own do it, and waits for the outcome.
    pub(crate) fn run(&self) -> Outcome {
        self.start().outcome()
    }

    /// Has a process of its own do it.
    pub(crate) fn start(&self) -> Loading {
        let program = std::env::current_exe().expect("a program has a path");
        let mut child = Command::new(program)
            .args([super::ROLE, "load"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts once more");
        let input = child.stdin.take().expect("it is piped");
        serde_json::to_writer(input, self).expect("it reads its task");
        Loading(child)
    }
}

impl Loading {
    /// Waits for the outcome.
    pub(crate) fn outcome(self) -> Outcome {
        let output = self.0.wait_with_output().expect("it ends");
        assert!(output.status.success(), "the load went wrong");
        serde_json::from_slice(&output.stdout).expect("the outcome is JSON")
    }
}

/// The process that loads.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run() {
    let load: Load = serde_json::from_reader(std::io::stdin()).expect("a task");
    let mut connections = Vec::new();
    for _ in &load.clients {
        let connection = Connection::open(&load.address).await;
        connections.push(connection.expect("the server listens"));
    }
    let pace = load.pace_ms.map(Duration::from_millis);
    let (own, server) = (cpu_seconds(std::process::id()), cpu_seconds(load.server));
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(load.seconds);
    let tasks: Vec<_> = connections
        .into_iter()
        .zip(load.clients)
        .map(|(connection, client)| tokio::spawn(keep_asking(connection, client, end, pace)))
        .collect();
    let (mut times, mut busy, mut clients) = (Figures::default(), 0, Vec::new());
    let mut answered = 0_u32;
    for task in tasks {
        let asked = task.await.expect("what a server answers is as expected");
        for time in asked.times {
            times.push(time);
            answered += 1;
        }
        busy += asked.busy;
        clients.push(asked.client);
    }
    let seconds = start.elapsed().as_secs_f64();
    let outcome = Outcome {
        rate: f64::from(answered) / seconds,
        p50: times.median(),
        p99: times.quantile(0.99),
        busy,
        own_cpu: (cpu_seconds(std::process::id()) - own) / seconds,
        server_cpu: (cpu_seconds(load.server) - server) / seconds,
        clients,
    };
    serde_json::to_writer(std::io::stdout(), &outcome).expect("standard output is open");
}

struct Asked {
    /// Milliseconds of each request that was answered 200.
    times: Vec<f64>,
    busy: usize,
    client: Client,
}

/// One connection: asks until the end.
async fn keep_asking(
    mut connection: Connection,
    mut client: Client,
    end: Instant,
    pace: Option<Duration>,
) -> Asked {
    let (mut times, mut busy) = (Vec::new(), 0);
    let mut due = Instant::now();
    let mut asked = 0;
    while Instant::now() < end {
        let Some(request) = client.request(asked) else {
            break;
        };
        asked += 1;
        if let Some(pace) = pace {
            tokio::time::sleep_until(due.into()).await;
            due += pace;
        }
        let sent = Instant::now();
        let answer = connection.exchange(&request).await;
        let answer = answer.expect("the server answers");
        let time = sent.elapsed().as_secs_f64() * 1000.0;
        match answer.status {
            200 => times.push(time),
            503 if answer.header("retry-after").is_some() => busy += 1,
            status => panic!("status {status}: {}", String::from_utf8_lossy(answer.body)),
        }
        if let Client::Refresh(token) = &mut client {
            let next = answer.header("st-refresh-token");
            next.expect("a refresh token").clone_into(token);
        }
    }
    Asked {
        times,
        busy,
        client,
    }
}

impl Client {
    /// The request that comes after so many; none if they are done.
    fn request(&self, after: usize) -> Option<std::borrow::Cow<'_, [u8]>> {
        match self {
            Self::Same(request) => Some(request.as_bytes().into()),
            Self::Refresh(token) => {
                let bearer = format!("Bearer {token}");
                let headers = [("authorization", bearer.as_str())];
                Some(http::post("/auth/session/refresh", &headers, "").into())
            }
            Self::Each(requests) => Some(requests.get(after)?.as_bytes().into()),
        }
    }
}
