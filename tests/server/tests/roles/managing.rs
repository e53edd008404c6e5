//! Roles by library: outcomes, names, and what deleting and linking users does to them.

use auth_server::recipes::account_linking::{Linked, MadePrimary};

use super::*;

fn roles(server: &Server) -> Roles {
    server.auth.roles()
}

#[tokio::test]
async fn outcomes_are_those_of_the_reference() {
    let server = start(RoleClaims::Both).await;
    let roles = roles(&server);
    let set = async |role: &str, permissions: &[&str]| {
        let set = roles.set(role, permissions).await;
        set.expect("it is stored")
    };
    assert_eq!(
        set(" admin ", &[" read ", "see"]).await,
        RoleCreation::Existed
    );
    let permissions = async |role: &str| roles.permissions_of(role).await.expect("read");
    let known = permissions("admin").await.expect("there is such a role");
    assert_eq!(known, ["read", "see", "write"]);
    assert_eq!(permissions("nosuch").await, None);
    assert_eq!(roles.all().await.expect("read"), ["admin", "editor"]);
    let with = async |permission: &str| roles.with_permission(permission).await.expect("read");
    assert_eq!(with("read").await, ["admin", "editor"]);
    assert_eq!(with("nosuch").await, [""; 0]);

    let remove = async |role: &str| {
        let removed = roles.remove_permissions(role, ["see", "nosuch"]).await;
        removed.expect("it is stored")
    };
    assert_eq!(remove("admin").await, RolePermissionsRemoval::Done);
    assert_eq!(remove("nosuch").await, RolePermissionsRemoval::UnknownRole);
    let known = permissions("admin").await.expect("there is such a role");
    assert_eq!(known, ["read", "write"]);

    let grant = async |role: &str| roles.grant("public", "u1", role).await.expect("stored");
    assert_eq!(grant("admin").await, RoleGrant::Granted);
    assert_eq!(grant("admin").await, RoleGrant::HadRole);
    assert_eq!(grant("nosuch").await, RoleGrant::UnknownRole);
    let of_user = async || roles.of_user("public", "u1").await.expect("read");
    assert_eq!(of_user().await, ["admin"]);
    let users = async |role: &str| roles.users_with("public", role, None).await.expect("read");
    assert_eq!(users("admin").await, Some(vec!["u1".to_owned()]));
    assert_eq!(users("editor").await, Some(Vec::new()));
    assert_eq!(users("nosuch").await, None);

    let revoke = async |role: &str| roles.revoke("public", "u1", role).await.expect("stored");
    assert_eq!(revoke("editor").await, RoleRevocation::HadNoRole);
    assert_eq!(revoke("nosuch").await, RoleRevocation::UnknownRole);
    assert_eq!(revoke("admin").await, RoleRevocation::Revoked);
    assert_eq!(of_user().await, [""; 0]);

    assert_eq!(grant("editor").await, RoleGrant::Granted);
    let delete = async |role: &str| roles.delete(role).await.expect("stored");
    assert_eq!(delete("editor").await, RoleDeletion::Deleted);
    assert_eq!(delete("editor").await, RoleDeletion::NotFound);
    assert_eq!(of_user().await, [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_a_name_is_refused() {
    let server = start(RoleClaims::Both).await;
    let roles = roles(&server);
    let long = "x".repeat(513);
    for wrong in ["", "  ", "a\0b", &long] {
        let none: [&str; 0] = [];
        assert!(matches!(
            roles.set(wrong, none).await,
            Err(Error::BadInput(_))
        ));
        assert!(matches!(
            roles.set("admin", [wrong]).await,
            Err(Error::BadInput(_))
        ));
        let granted = roles.grant("public", "u1", wrong).await;
        assert!(matches!(granted, Err(Error::BadInput(_))), "{wrong}");
    }
    for (tenant, user) in [("a b", "u1"), ("public", &long[..])] {
        let granted = roles.grant(tenant, user, "admin").await;
        assert!(
            matches!(granted, Err(Error::BadInput(_))),
            "{tenant} {user}"
        );
    }
    // Names are data, whatever stands in them.
    let odd = "'; DROP TABLE roles; --";
    let made = roles.set(odd, [odd]).await.expect("it is stored");
    assert_eq!(made, RoleCreation::Created);
    assert_eq!(roles.with_permission(odd).await.expect("read"), [odd]);
}

#[tokio::test]
async fn deleting_a_user_deletes_the_roles_of_all_login_methods_and_linking_moves_none() {
    let server = start(RoleClaims::Both).await;
    let sign_up = async |email: &str| {
        let ask = server.post("/auth/signup").header("st-auth-mode", "header");
        user_id(&ask.json(&form(email, "passw0rd")).await)
    };
    let (primary, other) = (sign_up("ana@ex.co").await, sign_up("bea@ex.co").await);
    grant(&server, &other, "admin").await;
    grant(&server, &primary, "editor").await;
    let accounts = server.auth.accounts();
    let made = accounts.make_primary(&primary).await.expect("stored");
    assert!(matches!(made, MadePrimary::Done { .. }));
    let linked = accounts.link(&other, &primary).await.expect("stored");
    assert!(matches!(linked, Linked::Done { .. }));

    // The administrator's password signs in as the primary user now, who is none.
    let ask = server.post("/auth/signin").header("st-auth-mode", "header");
    let signed_in = ask.json(&form("bea@ex.co", "passw0rd")).await;
    assert_eq!(user_id(&signed_in), primary);
    assert_eq!(claim(&signed_in, "st-role")["v"], json!(["editor"]));

    assert!(
        server
            .auth
            .store()
            .delete_user(&primary)
            .await
            .expect("stored")
    );
    for id in [&primary, &other] {
        let left = roles(&server).of_user("public", id).await.expect("read");
        assert_eq!(left, [""; 0]);
    }
}

#[tokio::test]
async fn what_one_server_grants_another_server_of_the_database_sees() {
    let server = start(RoleClaims::Both).await;
    let both = |config: &mut Config| RoleClaims::Both.set(config);
    let second = server.beside(both).await;
    let ana = server.ana("header").await;
    grant(&second, &user_id(&ana), "admin").await;
    assert_eq!(
        claim(&sign_in(&server).await, "st-role")["v"],
        json!(["admin"])
    );
}
