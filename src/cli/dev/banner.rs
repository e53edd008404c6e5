//! The text in the terminal once the server runs.

use super::address::Address;
use super::state::State;
use crate::RouteRow;
use crate::catalog::recipes::email_password;

/// The page that shows the mails; it exists only where the server listens on this machine alone, and API and
/// website are this machine.
pub(super) fn outbox_page(address: &Address, state: &State) -> Option<String> {
    state.outbox.as_ref()?;
    let local = address.listen.ip().is_loopback() && address.is_local;
    local.then(|| format!("{}/dev/outbox", address.origin))
}

/// The addresses that a new user needs, and two commands that work when they are pasted.
pub(super) fn banner(
    address: &Address,
    state: &State,
    routes: &[RouteRow],
    login: Option<String>,
) -> String {
    let find = |behaviour: &str| {
        let row = routes.iter().find(|row| row.behaviour == behaviour)?;
        Some(address.url(row))
    };
    let mut lines: Vec<(&str, String)> = login.map(|url| ("login", url)).into_iter().collect();
    lines.push(("API", address.base()));
    if address.is_behind {
        lines.push(("Next.js", format!("AUTH_SERVER_URL={}", address.origin)));
    }
    lines.extend(find("jwt.jwks").map(|url| ("JWKS", url)));
    if let Some(folder) = &state.outbox {
        let page = outbox_page(address, state);
        lines.push(("mails", page.unwrap_or_else(|| folder.clone())));
    }
    if let Some(provider) = state.provider() {
        let text = format!("Example, for development: {}", provider.issuer);
        lines.push(("provider", text));
    }
    // A database elsewhere may have a password in its address.
    if let Some(path) = state.database.strip_prefix("sqlite:") {
        lines.push((
            "database",
            path.strip_prefix("//").unwrap_or(path).to_owned(),
        ));
    }
    let mut text = String::from("\n");
    for (what, place) in lines {
        text.push_str(&format!("  {what:10}{place}\n"));
    }
    for (what, behaviour) in [
        ("sign up", email_password::SIGN_UP.name),
        ("sign in", email_password::SIGN_IN.name),
    ] {
        if let Some(url) = find(behaviour) {
            text.push_str(&format!(
                "\n  {what}:\n  curl {url} -H 'content-type: application/json' \\\n    \
                 -d '{{\"formFields\":[{{\"id\":\"email\",\"value\":\"you@example.com\"}},\
                 {{\"id\":\"password\",\"value\":\"correct-horse-1\"}}]}}'\n"
            ));
        }
    }
    text.push_str("\n  Ctrl-C stops the server.\n\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &str, behaviour: &str) -> RouteRow {
        RouteRow {
            method: "POST".to_owned(),
            path: path.to_owned(),
            operation_id: String::new(),
            behaviour: behaviour.to_owned(),
            auth: String::new(),
            why: String::new(),
        }
    }

    #[test]
    fn the_banner_names_what_there_is() {
        let address = |listen: &str| Address::local(listen, "/auth");
        let outbox = Some(".auth-gen/mail");
        let state = State::at("sqlite://.auth-gen/auth.db", outbox);
        let routes = [
            row("/auth[/{tenantId}]/jwt/jwks.json", "jwt.jwks"),
            row("/auth[/{tenantId}]/signup", email_password::SIGN_UP.name),
        ];
        let login = Some("http://localhost:3000/auth".to_owned());
        let text = banner(&address("127.0.0.1:3001"), &state, &routes, login);
        insta::assert_snapshot!(text, @r#"

          login     http://localhost:3000/auth
          API       http://127.0.0.1:3001/auth
          JWKS      http://127.0.0.1:3001/auth/jwt/jwks.json
          mails     http://127.0.0.1:3001/dev/outbox
          database  .auth-gen/auth.db

          sign up:
          curl http://127.0.0.1:3001/auth/signup -H 'content-type: application/json' \
            -d '{"formFields":[{"id":"email","value":"you@example.com"},{"id":"password","value":"correct-horse-1"}]}'

          Ctrl-C stops the server.
        "#);
        // Where others can reach the server there is no outbox page, and no password is shown.
        let state = State::at("postgres://me:secret@db/auth", outbox);
        let text = banner(&address("0.0.0.0:3001"), &state, &[], None);
        insta::assert_snapshot!(text, @"

          API       http://127.0.0.1:3001/auth
          mails     .auth-gen/mail

          Ctrl-C stops the server.
        ");
    }
}
