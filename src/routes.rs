//! The operations as rows, for people who ask what answers where.

use crate::ir::{Api, Auth, Matched, Operation, Segment, Tenancy};

/// An operation, for `auth-gen routes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRow {
    /// Upper case.
    pub method: String,
    /// With the base path; an optional tenant stands as `[/{tenantId}]`.
    pub path: String,
    /// `operationId`.
    pub operation_id: String,
    /// `email-password.sign-up`, or `custom`.
    pub behaviour: String,
    /// `session`, `optional session` or `none`.
    pub auth: String,
    /// What in the spec decided the behaviour.
    pub why: String,
}

/// One row for each operation, in spec order.
pub(crate) fn rows(api: &Api) -> Vec<RouteRow> {
    let base = api.app_info.default_api_base_path();
    api.operations
        .iter()
        .map(|operation| row(operation, &base))
        .collect()
}

fn row(operation: &Operation, base: &str) -> RouteRow {
    let auth = match operation.auth {
        Auth::None => "none",
        Auth::Session => "session",
        Auth::OptionalSession => "optional session",
    };
    let why = match operation.behaviour.matched() {
        Matched::Extension => "x-auth-gen",
        Matched::OperationId => "operationId",
        Matched::Nothing => "nothing matched",
    };
    RouteRow {
        method: operation.method.as_str().to_owned(),
        path: path(operation, base),
        operation_id: operation.id.clone(),
        behaviour: operation.behaviour.name().to_owned(),
        auth: auth.to_owned(),
        why: why.to_owned(),
    }
}

fn path(operation: &Operation, base: &str) -> String {
    let mut path = String::new();
    if !operation.outside_base {
        path.push_str(base);
        if operation.tenancy != Tenancy::None {
            path.push_str("[/{tenantId}]");
        }
    }
    path + &Segment::route(&operation.path)
}
