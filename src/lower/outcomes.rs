//! Which arm is which outcome of a built-in behaviour.

use super::context::Context;
use super::drafts::Draft;
use crate::catalog::{Class, Contract, DomainType, Outcome};
use crate::diagnostic::Diagnostic;
use crate::ir::{Arm, ArmBody, OutcomeArm};

/// Ties each outcome of a behaviour to its arm, and reports those that the spec has to document.
pub(super) fn tie(
    cx: &mut Context<'_>,
    draft: &Draft<'_>,
    behaviour: &'static Contract,
    arms: &[Arm],
) -> Vec<OutcomeArm> {
    let mut tied = Vec::new();
    let mut missing = Vec::new();
    for outcome in behaviour.outcomes {
        let arm = arms.iter().position(|arm| {
            if is_redirect(outcome) {
                return matches!(arm.body, ArmBody::Redirect);
            }
            arm.statuses.is_success()
                && matches!(arm.body, ArmBody::Object(_))
                && arm.literal.as_deref() == outcome.status
        });
        if arm.is_none() && outcome.class == Class::Required {
            missing.push(match outcome.status {
                Some(status) => format!("`status: {status}`"),
                None if is_redirect(outcome) => "a redirect (303)".to_owned(),
                None => "a JSON object without `status`".to_owned(),
            });
        }
        tied.push(OutcomeArm { outcome, arm });
    }
    if !missing.is_empty() {
        let mut responses = draft.spec.responses.iter();
        let place = match responses.any(|response| response.code == "200") {
            true => draft.spec.responses_place.under("200"),
            false => draft.spec.responses_place.clone(),
        };
        let diagnostic = Diagnostic::error(
            "behaviour-status",
            format!("`{}` lacks answers of the built-in behaviour `{}`", draft.id, behaviour.name),
        )
        .at(cx.key(&place), format!("lacks {}", missing.join(", ")))
        .help("add each as a member of the `oneOf` of the 200 response, an object whose `status` is an `enum` of that one value, or mark the operation `x-auth-gen: custom`");
        cx.report(diagnostic);
    }
    tied
}

/// Whether an outcome is answered by a redirect: all that it has is where to.
pub(super) fn is_redirect(outcome: &Outcome) -> bool {
    let is_location = |ty: DomainType| matches!(ty, DomainType::Location);
    outcome.fields.iter().any(|field| is_location(field.ty))
}
