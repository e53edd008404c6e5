//! `auth-gen routes`: the operations, as a table for people or as JSON.

use serde_json::{Value, json};

use super::console::Console;
use super::project::InputArgs;
use super::{Exit, Outcome};
use crate::RouteRow;

const HEAD: [&str; 6] = ["METHOD", "PATH", "OPERATION", "BEHAVIOUR", "AUTH", "WHY"];

pub(super) fn run(args: &InputArgs, console: &Console) -> Outcome {
    let generated = args.load()?.generate()?;
    console.diagnose(generated.warnings.clone());
    if console.is_json() {
        let rows: Vec<Value> = generated.routes.iter().map(json).collect();
        console.print_json(&Value::from(rows))?;
    } else {
        console.print(&table(&generated.routes))?;
    }
    Ok(Exit::Done)
}

fn json(row: &RouteRow) -> Value {
    json!({
        "method": row.method,
        "path": row.path,
        "operationId": row.operation_id,
        "behaviour": row.behaviour,
        "auth": row.auth,
        "why": row.why,
    })
}

fn table(rows: &[RouteRow]) -> String {
    let cells = rows.iter().map(|row| {
        [
            row.method.clone(),
            row.path.clone(),
            row.operation_id.clone(),
            row.behaviour.clone(),
            row.auth.clone(),
            row.why.clone(),
        ]
    });
    super::console::table(std::iter::once(HEAD.map(str::to_owned)).chain(cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::recipes::email_password;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |method: &str, path: &str, behaviour: &str, auth: &str| RouteRow {
            method: method.to_owned(),
            path: path.to_owned(),
            operation_id: "op".to_owned(),
            behaviour: behaviour.to_owned(),
            auth: auth.to_owned(),
            why: "operationId".to_owned(),
        };
        insta::assert_snapshot!(table(&[
            row("POST", "/auth[/{tenantId}]/signup", email_password::SIGN_UP.name, "none"),
            row("GET", "/auth/hello", "custom", "session"),
        ]), @r"
METHOD  PATH                       OPERATION  BEHAVIOUR               AUTH     WHY
POST    /auth[/{tenantId}]/signup  op         email-password.sign-up  none     operationId
GET     /auth/hello                op         custom                  session  operationId
");
    }
}
