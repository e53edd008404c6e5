//! Sessions by handle and by user.

use super::*;

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

impl Server {
    async fn begin(&self, user_id: &str, tenant_id: &str) -> String {
        let new = NewSessionFor {
            user_id: user_id.to_owned(),
            tenant_id: tenant_id.to_owned(),
            ..user()
        };
        let begun = self
            .sessions
            .create_without_request(new, TransferMethod::Header);
        begun.await.expect("a session").0.handle.clone()
    }
}

#[tokio::test]
async fn sessions_are_listed_and_revoked_by_user_and_tenant() {
    let server = server();
    let sessions = &server.sessions;
    let mut handles = Vec::new();
    for (user, tenant) in [("u1", "public"), ("u1", "t1"), ("u2", "public")] {
        handles.push(server.begin(user, tenant).await);
        server.clock.advance(1);
    }
    let list = |tenant| sessions.list("u1", tenant);
    assert_eq!(list(None).await.expect("read"), handles[..2]);
    assert_eq!(list(Some("t1")).await.expect("read"), handles[1..2]);
    let revoked = sessions.revoke_all("u1", Some("t1")).await.expect("write");
    assert_eq!(revoked, handles[1..2]);
    let asked = ["nothing".to_owned(), handles[2].clone()];
    let revoked = sessions.revoke_many(&asked).await.expect("write");
    assert_eq!(revoked, handles[2..]);
    assert!(sessions.revoke_by_handle(&handles[0]).await.expect("write"));
    assert!(!sessions.revoke_by_handle(&handles[0]).await.expect("write"));
    assert!(
        sessions
            .revoke_all("u1", None)
            .await
            .expect("write")
            .is_empty()
    );
}

#[tokio::test]
async fn what_is_known_about_a_session() {
    let server = server();
    let sessions = &server.sessions;
    let handle = server.begin("u1", "t1").await;
    assert!(handle.ends_with("_t1"));
    let data = json!({ "cart": [1] });
    assert!(
        sessions
            .replace_data_by_handle(&handle, data.clone())
            .await
            .expect("write")
    );
    assert!(
        !sessions
            .replace_data_by_handle("x", data.clone())
            .await
            .expect("write")
    );
    let known = sessions
        .information_by_handle(&handle)
        .await
        .expect("read")
        .expect("there");
    let expected = SessionInformation {
        handle: handle.clone(),
        user_id: "u1".to_owned(),
        recipe_user_id: "r1".to_owned(),
        tenant_id: "t1".to_owned(),
        data,
        claims: map(&json!({ "iss": "http://localhost:3001/auth" })),
        created_at: NOW,
        expires_at: NOW + 144_000 * 60_000,
    };
    assert_eq!(known, expected);
    assert!(
        sessions
            .replace_data_by_handle(&handle, Value::Null)
            .await
            .expect("write")
    );
    let known = sessions
        .information_by_handle(&handle)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(known.data, json!({}));
    assert_eq!(
        sessions.information_by_handle("x").await.expect("read"),
        None
    );
    server.clock.advance(144_000 * 60_000);
    assert_eq!(
        sessions.information_by_handle(&handle).await.expect("read"),
        None,
        "expired"
    );
}

#[tokio::test]
async fn claims_by_handle() {
    let server = server();
    let sessions = &server.sessions;
    let handle = server.begin("u1", "public").await;
    let name: Claim<String> = Claim::new("name", |user: Subject| async move {
        Ok(Some(format!("name of {}", user.user_id)))
    });
    let value = || sessions.claim_by_handle(&handle, &name);
    assert_eq!(value().await.expect("read"), Some(None));
    let invalid = |handle: &'static str, validator: Validator| async move {
        let validators = ClaimValidators::Only(vec![validator]);
        sessions
            .validate_by_handle(handle, &validators)
            .await
            .expect("read")
    };
    assert_eq!(invalid("x", name.has_value("x")).await, None);
    assert!(
        sessions
            .fetch_claim_by_handle(&handle, &name)
            .await
            .expect("write")
    );
    assert_eq!(
        value().await.expect("read"),
        Some(Some("name of u1".to_owned()))
    );
    let ann = "Ann".to_owned();
    assert!(
        sessions
            .set_claim_by_handle(&handle, &name, &ann)
            .await
            .expect("write")
    );
    assert_eq!(value().await.expect("read"), Some(Some(ann.clone())));
    let validators = ClaimValidators::Only(vec![name.has_value("Bob"), name.has_value("Ann")]);
    let failed = sessions
        .validate_by_handle(&handle, &validators)
        .await
        .expect("read");
    assert_eq!(failed.expect("there").len(), 1);
    assert!(
        sessions
            .remove_claim_by_handle(&handle, &name)
            .await
            .expect("write")
    );
    let validators = ClaimValidators::Only(vec![name.has_value("name of u1")]);
    let failed = sessions
        .validate_by_handle(&handle, &validators)
        .await
        .expect("read");
    assert_eq!(failed, Some(Vec::new()), "it is fetched");
    assert_eq!(
        value().await.expect("read"),
        Some(Some("name of u1".to_owned()))
    );

    for gone in [
        sessions.fetch_claim_by_handle("x", &name).await,
        sessions.set_claim_by_handle("x", &name, &ann).await,
        sessions.remove_claim_by_handle("x", &name).await,
        sessions.merge_claims_by_handle("x", &Map::new()).await,
    ] {
        assert!(!gone.expect("read"));
    }
    assert_eq!(
        sessions.claim_by_handle("x", &name).await.expect("read"),
        None
    );
    for wrong in [json!({ "sub": "x" }), json!({ "k": "x".repeat(4000) })] {
        let wrong = map(&wrong);
        let merge = sessions.merge_claims_by_handle(&handle, &wrong);
        assert!(matches!(merge.await, Err(Error::Internal(_))));
    }
    let claims = sessions
        .information_by_handle(&handle)
        .await
        .expect("read")
        .expect("there")
        .claims;
    assert_eq!(claims.len(), 2, "{claims:?}");
}
