//! Traces, sent to an OpenTelemetry collector: OTLP over HTTP, as protobuf.
//!
//! A trace of a request has a span for the request, one for each verb of the store and one for the hash of
//! a password. Spans are sent in batches from a thread of their own; a collector that is slow or down loses
//! spans, and delays no request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Status, TraceContextExt, TracerProvider};
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use super::{TelemetryError, variable};
use crate::crypto::tls;

/// The name of the service where `OTEL_SERVICE_NAME` is not set.
const SERVICE: &str = "auth-server";

/// How long a batch may take.
const BATCH: Duration = Duration::from_secs(10);

/// How long stopping waits for the last batch.
const LAST: Duration = Duration::from_secs(5);

/// The longest answer of a collector that is read.
const ANSWER_BYTES: usize = 1 << 20;

/// Whether this process sends traces. Like its log, this is set for the whole process.
static SENDS: AtomicBool = AtomicBool::new(false);

/// Whether and how traces are collected. Everything but that is read by the exporter itself.
pub(super) struct Collector {
    has_service_name: bool,
}

/// Traces that are being collected.
#[derive(Debug)]
pub(super) struct Traces {
    provider: SdkTracerProvider,
}

impl Collector {
    /// `None` unless an endpoint is named, or where the standard variables switch traces off.
    pub(super) fn from_env() -> Result<Option<Self>, TelemetryError> {
        let general = variable("OTEL_EXPORTER_OTLP_ENDPOINT")?;
        let endpoint = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")?.or(general);
        let is_off = variable("OTEL_SDK_DISABLED")?.is_some_and(|text| text == "true")
            || variable("OTEL_TRACES_EXPORTER")?.is_some_and(|text| text == "none");
        if endpoint.is_none() || is_off {
            return Ok(None);
        }
        for name in [
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        ] {
            if variable(name)?.is_some_and(|protocol| protocol != "http/protobuf") {
                return Err(TelemetryError(format!(
                    "{name}: must be http/protobuf, the one that is spoken here (port 4318)"
                )));
            }
        }
        let attributes = variable("OTEL_RESOURCE_ATTRIBUTES")?;
        let named = attributes.is_some_and(|text| text.contains("service.name="));
        Ok(Some(Self {
            has_service_name: named || variable("OTEL_SERVICE_NAME")?.is_some(),
        }))
    }
}

impl Traces {
    pub(super) fn start(collector: &Collector) -> Result<Self, TelemetryError> {
        let wrong = |error: &dyn std::fmt::Display| {
            TelemetryError(format!("OTEL_EXPORTER_OTLP_ENDPOINT: {error}"))
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new().map_err(|error| wrong(&error))?)
            .build()
            .map_err(|error| wrong(&error))?;
        let resource = Resource::builder();
        let resource = if collector.has_service_name {
            resource
        } else {
            resource.with_service_name(SERVICE)
        };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        SENDS.store(true, Ordering::Relaxed);
        Ok(Self { provider })
    }

    /// The layer that makes OpenTelemetry spans of ours: requests, and spans that only traces have.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let wanted = Targets::new()
            .with_target("auth_runtime", LevelFilter::INFO)
            .with_target("auth_runtime::trace", LevelFilter::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_filter(wanted)
    }

    pub(super) async fn flush(self) {
        let shutting_down =
            tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(LAST));
        match shutting_down.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces were not sent"),
            Err(error) => tracing::warn!(%error, "the last traces were not sent"),
        }
    }
}

/// Makes a request's span a part of the trace that the request names (W3C Trace Context), and puts the id of
/// the trace on its lines.
pub(crate) fn continue_trace(span: &Span, headers: &HeaderMap) {
    if SENDS.load(Ordering::Relaxed) {
        // Only traces need it; on each line of the log it would be noise.
        span.record("otel.kind", "server");
    }
    let named = headers.contains_key("traceparent").then(|| {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // Where no traces are collected there is nothing to continue.
        let _ = span.set_parent(parent.clone());
        parent
    });
    let ours = span.context();
    let ids = [Some(ours), named].into_iter().flatten();
    let known = ids
        .map(|context| context.span().span_context().clone())
        .find(opentelemetry::trace::SpanContext::is_valid);
    if let Some(context) = known {
        span.record("trace_id", context.trace_id().to_string());
    }
}

/// Adds the outcome of a request to its trace.
pub(crate) fn name_span(span: &Span, method: &'static str, operation: &'static str, status: u16) {
    let context = span.context();
    let traced = context.span();
    if !traced.span_context().is_valid() {
        return;
    }
    let name = [method, operation].join(" ");
    traced.update_name(name.trim_end().to_owned());
    traced.set_attribute(KeyValue::new("http.request.method", method));
    traced.set_attribute(KeyValue::new(
        "http.response.status_code",
        i64::from(status),
    ));
    traced.set_attribute(KeyValue::new("auth.operation", operation));
    if status >= 500 {
        traced.set_status(Status::error(""));
    }
}

/// Sends batches. They come from a thread without a runtime, so the work is done on that of the server.
#[derive(Debug)]
struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Body>,
    runtime: Handle,
}

impl Sender {
    fn new() -> Result<Self, rustls::Error> {
        let tls = tls::client_config(tls::public_roots())?;
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            runtime: Handle::current(),
        })
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sending = self.client.request(request.map(Body::from));
        let exchange = self.runtime.spawn(async move {
            let (head, body) = sending.await?.into_parts();
            let body = to_bytes(Body::new(body), ANSWER_BYTES).await?;
            Ok::<_, HttpError>(Response::from_parts(head, body))
        });
        let abort = exchange.abort_handle();
        let timed = self.runtime.spawn(tokio::time::timeout(BATCH, exchange));
        match timed.await? {
            Ok(outcome) => outcome?,
            Err(late) => {
                abort.abort();
                Err(late.into())
            }
        }
    }
}
