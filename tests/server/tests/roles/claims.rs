//! What tokens say.

use super::*;

/// How often the database was asked for what a session begins with.
fn reads(server: &Server) -> String {
    let metrics = server.auth.metrics_text().expect("they are text");
    let count = r#"auth_store_duration_seconds_count{verb="roles_with_permissions"} "#;
    let mut lines = metrics.lines();
    let count = lines.find_map(|line| line.strip_prefix(count));
    count.unwrap_or("0").to_owned()
}

#[tokio::test]
async fn a_session_begins_with_the_roles_and_permissions_of_its_user() {
    let server = start(RoleClaims::Both).await;
    let new = server.ana("header").await;
    let none = json!({ "v": [], "t": START });
    assert_eq!(claim(&new, "st-role"), none);
    assert_eq!(claim(&new, "st-perm"), none);
    let id = user_id(&new);
    for role in ["editor", "admin"] {
        grant(&server, &id, role).await;
    }
    server.clock.advance(1_000);
    let now = START + 1_000;
    let signed_in = sign_in(&server).await;
    let roles = json!({ "v": ["admin", "editor"], "t": now });
    let permissions = json!({ "v": ["read", "write"], "t": now });
    assert_eq!(claim(&signed_in, "st-role"), roles);
    assert_eq!(claim(&signed_in, "st-perm"), permissions);
    let payload = signed_in.front_token()["up"].clone();
    let names: Vec<_> = payload.as_object().expect("an object").keys().collect();
    let [.., role, permission] = &names[..] else {
        panic!("{names:?}");
    };
    assert_eq!((role.as_str(), permission.as_str()), ("st-role", "st-perm"));

    // A refresh of the older session fetches nothing.
    let bearer = format!("Bearer {}", new.refresh());
    let ask = server.post("/auth/session/refresh");
    let refreshed = ask.header("authorization", &bearer).send().await;
    assert_eq!(refreshed.status, 200);
    assert_eq!(claim(&refreshed, "st-role"), none);
    assert_eq!(claim(&refreshed, "st-perm"), none);
    assert_eq!(reads(&server), "2", "one for each session that has begun");
}

#[tokio::test]
async fn settings_say_which_claims_a_session_begins_with_and_without_them_nothing_is_read() {
    for (setting, roles, permissions, count) in [
        (RoleClaims::Roles, true, false, "0"),
        (RoleClaims::Permissions, false, true, "1"),
        (RoleClaims::Neither, false, false, "0"),
    ] {
        let server = start(setting).await;
        let new = server.ana("header").await;
        assert_eq!(claim(&new, "st-role").is_object(), roles, "{setting:?}");
        assert_eq!(
            claim(&new, "st-perm").is_object(),
            permissions,
            "{setting:?}"
        );
        assert_eq!(reads(&server), count, "{setting:?}");
        // A demand fetches what is not there.
        grant(&server, &user_id(&new), "admin").await;
        let bearer = format!("Bearer {}", new.access());
        let ask = server.get("/admin").header("authorization", &bearer);
        let admitted = ask.send().await;
        let expected = if roles { 403 } else { 200 };
        assert_eq!(admitted.status, expected, "{setting:?}");
        if !roles {
            let fetched = json!({ "v": ["admin"], "t": START });
            assert_eq!(claim(&admitted, "st-role"), fetched);
        }
    }
}

#[tokio::test]
async fn claims_that_an_application_replaces_leave_those_of_roles() {
    let server = start(RoleClaims::Both).await;
    let new = server.ana("header").await;
    let bearer = format!("Bearer {}", new.access());
    let ask = server.post("/replace").header("authorization", &bearer);
    let replaced = ask.send().await;
    assert_eq!(replaced.body, "done");
    assert_eq!(claim(&replaced, "own"), json!(1));
    for name in ["st-role", "st-perm"] {
        assert_eq!(claim(&replaced, name), claim(&new, name));
    }
}

#[tokio::test]
async fn a_role_of_one_tenant_is_none_in_another() {
    let server = start(RoleClaims::Both).await;
    let tenant = auth_server::tenant::Tenant::new("t1").expect("an id");
    let set = server.auth.tenants().set(&tenant).await;
    set.expect("it is stored");
    let roles = server.auth.roles();
    let sign_in = async |tenant: &str| {
        let new = auth_server::NewSessionFor {
            tenant_id: tenant.to_owned(),
            ..auth_server::NewSessionFor::user("bea")
        };
        let sessions = server.auth.sessions();
        let transfer = auth_server::session::TransferMethod::Header;
        let begun = sessions.create_without_request(new, transfer).await;
        begun.expect("it begins").0.claims["st-role"]["v"].clone()
    };
    let granted = roles.grant(" T1 ", "bea", " admin ").await;
    assert_eq!(granted.expect("stored"), RoleGrant::Granted);
    assert_eq!(sign_in("t1").await, json!(["admin"]));
    assert_eq!(sign_in("public").await, json!([]));

    // A tenant that is deleted takes its assignments with it.
    let deleted = server.auth.tenants().delete("t1", true).await;
    deleted.expect("it is deleted");
    assert_eq!(sign_in("t1").await, json!([]));
}
