//! Second round: the operations of built-in behaviours are held against what these need.

use super::context::Context;
use super::drafts::Draft;
use super::{fit, requests, responses};

/// Finds the answers of one operation; where a built-in implements it, checks its request and its
/// answers, and binds their schemas.
pub(super) fn check<'d>(cx: &mut Context<'d>, draft: &mut Draft<'d>) {
    let behaviour = draft.built_in();
    if let Some(behaviour) = behaviour {
        requests::check(cx, draft, behaviour);
    }
    draft.answered = responses::find(cx, draft.spec, behaviour.is_some());
    let Some(behaviour) = behaviour else {
        return;
    };
    for object in draft.answered.iter().filter_map(|one| one.object()) {
        for outcome in responses::outcomes_of(cx.document, behaviour, object) {
            let tag = outcome.status.map(|_| responses::STATUS);
            fit::check_fields(cx, behaviour.name, object, outcome.fields, tag);
        }
    }
}
