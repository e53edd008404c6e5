//! Replaces traces in a program that is built without the feature `otel`.

use http::HeaderMap;
use tracing::Span;
use tracing_subscriber::layer::Identity;

use super::{TelemetryError, variable};

/// The collector of traces; there is none.
pub(super) enum Collector {}

/// The traces; there are none.
#[derive(Debug)]
pub(super) enum Traces {}

impl Collector {
    /// `None`, or an error where a collector is named, because its traces would be lost without a message.
    pub(super) fn from_env() -> Result<Option<Self>, TelemetryError> {
        for name in [
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ] {
            if variable(name)?.is_some() {
                return Err(TelemetryError(format!(
                    "{name}: this program is built without traces: turn on the feature `otel` of auth-runtime"
                )));
            }
        }
        Ok(None)
    }
}

impl Traces {
    pub(super) fn start(collector: &Collector) -> Result<Self, TelemetryError> {
        match *collector {}
    }

    pub(super) fn layer(&self) -> Identity {
        match *self {}
    }

    #[allow(
        clippy::unused_async,
        reason = "it has the signature of the one that sends"
    )]
    pub(super) async fn flush(self) {
        match self {}
    }
}

/// Does nothing: no trace is continued.
pub(crate) fn continue_trace(_span: &Span, _headers: &HeaderMap) {}

/// Does nothing: nothing shows the name.
pub(crate) fn name_span(
    _span: &Span,
    _method: &'static str,
    _operation: &'static str,
    _status: u16,
) {
}
