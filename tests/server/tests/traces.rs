//! Traces of the running program, as a collector gets them: OTLP over HTTP, read with the types of the
//! OpenTelemetry project. The collector is the one below: a socket that keeps what it is sent.

#![cfg(unix)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use common::program::{LIMIT, Running, send};
use common::{form, operation_id};
use http::Request;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tempfile::TempDir;
use tokio::net::TcpListener;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// All batches so far.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

impl Collector {
    /// Where it listens.
    async fn start(&self) -> String {
        let app = Router::new()
            .route("/v1/traces", post(keep))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}")
    }

    fn batches(&self) -> Vec<ExportTraceServiceRequest> {
        self.0.lock().expect("no panic with the lock").clone()
    }

    fn spans(&self) -> Vec<Span> {
        let resources = self
            .batches()
            .into_iter()
            .flat_map(|batch| batch.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }
}

async fn keep(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    assert_eq!(headers["x-tenant"], "ours");
    let batch = ExportTraceServiceRequest::decode(body).expect("it is OTLP");
    collector
        .0
        .lock()
        .expect("no panic with the lock")
        .push(batch);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

fn sign_up(server: &Running) -> Request<Body> {
    Request::post(format!("{}/signup?secret=in-the-query", server.base))
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .header("x-request-id", "r-1")
        .body(Body::from(form("ana@ex.co", "passw0rd").to_string()))
        .expect("it is a request")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_continues_the_trace_that_it_names() {
    let collector = Collector::default();
    let endpoint = collector.start().await;
    let folder = TempDir::new().expect("there is room for a folder");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=ours"),
        ("OTEL_SERVICE_NAME", "shop-auth"),
        // Only stopping sends what there is.
        ("OTEL_BSP_SCHEDULE_DELAY", "600000"),
    ];
    let mut server = Running::start_with(&folder, &variables);
    let answer = send(sign_up(&server)).await.expect("it answers");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(collector.batches(), []);
    server.kill("-TERM");
    let log = server.log();
    assert!(log.contains(TRACE), "the log names the trace: {log}");

    let [batch] = &collector.batches()[..] else {
        panic!("one batch: {log}");
    };
    let resource = batch.resource_spans[0]
        .resource
        .as_ref()
        .expect("a resource");
    let service = resource
        .attributes
        .iter()
        .find(|known| known.key == "service.name");
    assert!(format!("{service:?}").contains("shop-auth"), "{service:?}");

    let spans = collector.spans();
    let named = |name: &str| {
        spans
            .iter()
            .filter(|span| span.name == name)
            .collect::<Vec<_>>()
    };
    let operation = operation_id("email-password.sign-up");
    let name = format!("POST {operation}");
    let [request] = named(&name)[..] else {
        let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
        panic!("{names:?}");
    };
    assert_eq!(
        (hex(&request.trace_id), hex(&request.parent_span_id)),
        (TRACE.into(), PARENT.into())
    );
    assert_eq!(request.kind, 2, "a server's");
    for (key, value) in [
        ("http.request.method", "POST"),
        ("http.response.status_code", "200"),
        ("auth.operation", operation),
        ("path", "/auth/signup"),
        ("request_id", "r-1"),
    ] {
        assert_eq!(attribute(request, key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(named("password_hash").len(), 1);
    let verbs: Vec<_> = named("store")
        .iter()
        .filter_map(|span| attribute(span, "verb"))
        .collect();
    assert!(verbs.contains(&"create_session".to_owned()), "{verbs:?}");
    for span in spans.iter().filter(|span| span.name != name) {
        let ours = hex(&span.trace_id) == TRACE;
        assert!(!ours || span.parent_span_id == request.span_id, "{span:#?}");
    }
    let shown = format!("{spans:?}");
    for secret in ["ana@ex.co", "passw0rd", "in-the-query", "eyJ"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_costs_spans_and_nothing_else() {
    let away = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = away.local_addr().expect("it is bound");
    drop(away);
    let folder = TempDir::new().expect("there is room for a folder");
    let endpoint = format!("http://{address}");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "10"),
    ];
    let mut server = Running::start_with(&folder, &variables);
    let answer = send(sign_up(&server)).await.expect("it answers");
    assert_eq!(answer.status, 200);
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.kill("-TERM");
    let stopping = tokio::task::spawn_blocking(move || server.log());
    let log = tokio::time::timeout(LIMIT, stopping).await;
    let log = log.expect("it stops in time").expect("it does not panic");
    let words = ["ERROR opentelemetry", "the last traces were not sent"];
    let says_so = words.iter().any(|words| log.contains(words));
    assert!(says_so, "{log}");
}
