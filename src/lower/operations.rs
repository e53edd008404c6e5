//! Third round: what the operations take and answer.

use super::behaviours::Choice;
use super::context::Context;
use super::drafts::Draft;
use super::security::Schemes;
use super::{answers, bodies, params};
use crate::ir::{Behaviour, BuiltIn, Method, Operation, Tenancy};
use crate::spec::tolerances;

/// All of them, in spec order.
pub(super) fn finish<'d>(
    cx: &mut Context<'d>,
    drafts: Vec<Draft<'d>>,
    schemes: &Schemes,
) -> Vec<Operation> {
    drafts
        .into_iter()
        .map(|draft| finish_one(cx, draft, schemes))
        .collect()
}

/// One operation.
fn finish_one<'d>(cx: &mut Context<'d>, draft: Draft<'d>, schemes: &Schemes) -> Operation {
    let built_in = draft.built_in();
    if draft.method == Method::Trace {
        let span = cx.key(&draft.spec.place);
        cx.tolerate(
            &tolerances::UNSENDABLE_METHOD,
            span,
            format!("`{}`", draft.id),
        );
    }
    let auth = schemes.of(cx, &draft);
    let params = params::lower(cx, &draft);
    let body = bodies::lower(cx, &draft);
    let (answer, outcomes) = answers::lower(cx, &draft);
    let behaviour = match draft.choice {
        Choice::BuiltIn(behaviour, matched) => Behaviour::BuiltIn(BuiltIn {
            behaviour,
            outcomes,
            matched,
        }),
        Choice::Custom(matched) => Behaviour::Custom(matched),
    };
    let tenancy = match built_in.map(|behaviour| behaviour.tenancy) {
        Some(tenancy) => tenancy,
        None if draft.place.tenant => Tenancy::Tenant,
        None => Tenancy::None,
    };
    Operation {
        docs: draft.spec.docs.clone(),
        deprecated: draft.spec.deprecated,
        id: draft.id,
        name: draft.name,
        type_name: draft.type_name,
        method: draft.method,
        path: draft.place.segments,
        outside_base: draft.place.outside_base,
        tenancy,
        tag: draft.spec.tag.clone(),
        recipe: draft.recipe,
        auth,
        params,
        body,
        answer,
        behaviour,
    }
}
