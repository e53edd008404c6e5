//! From the spec to what is to be generated: `Document` + `AppInfo` → [`Api`].
//!
//! Everything that is wrong is reported at once, and an [`Api`] comes out only where nothing is: it
//! keeps the invariants that stand at the top of `ir.rs`. The work goes in three rounds, each linear
//! in the size of the spec:
//!
//! 1. [`drafts::collect`]: where each operation is and who implements it;
//! 2. [`contract::check`]: what the built-in behaviours fill and read, so that their schemas are
//!    understood in one way wherever they occur;
//! 3. [`operations::finish`]: parameters, bodies, answers and the models that they need.

mod answers;
mod behaviours;
mod binding;
mod bodies;
mod complete;
mod constraints;
mod context;
mod contract;
mod drafts;
mod fit;
mod graph;
mod kinds;
mod media;
mod members;
mod merge;
mod names;
mod nulls;
mod object;
mod operations;
mod outcomes;
mod params;
mod paths;
mod reason;
mod recipes;
mod requests;
mod responses;
mod routes;
mod scalars;
mod security;
mod statuses;
mod styles;
mod texts;
mod types;
mod unions;
mod wire_order;

#[cfg(test)]
mod tests;

use crate::app_info::AppInfo;
use crate::diagnostic::Diagnostics;
use crate::ir::Api;
use crate::spec::document::Document;
use crate::spec::tolerances;
use context::Context;

/// Turns a spec and an appInfo into what is to be generated, and the warnings about it.
pub(crate) fn lower(
    document: &Document,
    app_info: AppInfo,
) -> Result<(Api, Diagnostics), Diagnostics> {
    let mut cx = Context::new(document);
    let mut drafts = drafts::collect(&mut cx, &app_info);
    routes::unify_names(&mut cx, &mut drafts);
    routes::check(&mut cx, &drafts);
    for draft in &mut drafts {
        contract::check(&mut cx, draft);
    }
    let security = security::Schemes::read(&mut cx, &drafts);
    let mut operations = operations::finish(&mut cx, drafts, &security);
    let recipes = recipes::named(&mut cx);

    for place in &document.idle_marks {
        let span = cx.key(place);
        cx.tolerate(&tolerances::READ_OR_WRITE_ONLY, span, "");
    }

    let Context {
        mut found,
        tolerated,
        models,
        constraints,
        indistinct,
        ..
    } = cx;
    let asked = complete::asked(&models, &operations);
    for (id, diagnostic) in indistinct {
        if asked.contains(&id) {
            found.push(diagnostic);
        }
    }
    found.extend(tolerated.report());
    found.group();
    if found.has_errors() {
        return Err(found);
    }
    let mut models = complete::complete(models, &mut operations);
    let constraints = complete::name_constraints(graph::finish(constraints), &mut operations);
    wire_order::arrange(&mut models, &mut operations);
    let api = Api {
        title: document.title.clone(),
        version: document.version.clone(),
        docs: document.docs.clone(),
        spec_name: spec_name(document),
        app_info,
        models,
        constraints,
        operations,
        recipes,
    };
    Ok((api, found))
}

/// The file's name without its folder.
fn spec_name(document: &Document) -> String {
    let name = document.files.spans(0).file().name();
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned()
}
