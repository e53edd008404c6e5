//! Claims over a real store: when they are fetched, and with which effect.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::*;

/// A claim whose value is how often it was fetched.
fn counter(fetches: &Arc<AtomicI64>) -> Claim<i64> {
    let fetches = Arc::clone(fetches);
    Claim::new("count", move |_: Subject| {
        let fetched = fetches.fetch_add(1, Ordering::Relaxed) + 1;
        async move { Ok(Some(fetched)) }
    })
}

fn only(validators: Vec<Validator>) -> VerifyOptions {
    VerifyOptions {
        claims: ClaimValidators::Only(validators),
        ..VerifyOptions::default()
    }
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().expect("an object")
}

#[tokio::test]
async fn a_claim_is_fetched_when_it_is_missing_or_too_old() {
    let server = server();
    let fetches = Arc::default();
    let claim = counter(&fetches);
    let mut headers = server.by_cookies().await.as_cookies();
    for (advance, max_age, expected) in [
        (0, None, 1),
        (60_000, None, 1),
        (0, Some(60), 1),
        (1, Some(60), 2),
        (30_000, Some(60), 2),
        (0, Some(1), 3),
    ] {
        server.clock.advance(advance);
        let mut validator = claim.check(|value| {
            if value.is_some() {
                Verdict::Met
            } else {
                Verdict::Unmet(None)
            }
        });
        if let Some(seconds) = max_age {
            validator = validator.max_age(Duration::from_secs(seconds));
        }
        let options = only(vec![validator.clone(), validator]);
        let (outcome, sent) = server.verify_with(Method::GET, &headers, options).await;
        let session = outcome.expect("good").expect("a session");
        assert_eq!(
            session.claim(&claim),
            Some(expected),
            "{advance} {max_age:?}"
        );
        if !sent.cookies().is_empty() {
            let cookie = format!("sAccessToken={}", sent.access());
            headers = request(&[("cookie", &cookie)]);
        }
    }
    assert_eq!(
        fetches.load(Ordering::Relaxed),
        3,
        "once for all validators"
    );
}

#[tokio::test]
async fn a_claim_that_cannot_be_fetched_anew_is_expired() {
    let server = server();
    let claim: Claim<bool> = Claim::set_only("ok");
    let headers = server.by_cookies().await.as_cookies();
    let verified = server.verify(&headers, VerifyOptions::default()).await;
    let mut session = verified.expect("good").expect("a session");
    let mut fx = Effects::new();
    let set = server
        .sessions
        .set_claim(&mut session, &claim, &true, &mut fx);
    set.await.expect("stored");
    assert_eq!(session.claims["ok"], json!({ "v": true, "t": NOW }));
    let cookie = format!("sAccessToken={}", Answer::of(fx).access());
    let headers = request(&[("cookie", &cookie)]);
    let missing: Claim<bool> = Claim::set_only("missing");
    let five_minutes = Duration::from_secs(300);
    for (advance, age) in [(300_000, None), (1_000, Some("301")), (500, Some("301.5"))] {
        server.clock.advance(advance);
        let validators = vec![
            claim.is_true().max_age(five_minutes).named("recently"),
            missing.is_false(),
        ];
        let outcome = server.verify(&headers, only(validators)).await;
        let Err(SessionError::InvalidClaims(failed)) = outcome else {
            panic!("{outcome:?}");
        };
        let found: Vec<_> = failed
            .iter()
            .map(|error| format!("{} {}", error.id, error.reason.clone().unwrap_or_default()))
            .collect();
        let expired = age.map(|age| {
            format!(
                r#"recently {{"message":"expired","ageInSeconds":{age},"maxAgeInSeconds":300}}"#
            )
        });
        let missing = r#"missing {"message":"value does not exist","expectedValue":false}"#;
        let expected: Vec<_> = expired.into_iter().chain([missing.to_owned()]).collect();
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn an_api_chooses_its_validators() {
    let claim: Claim<Vec<String>> = Claim::set_only("roles");
    let server = server();
    let claims = map(&json!({ "roles": { "v": ["reader"], "t": NOW } }));
    let mut fx = Effects::new();
    let new = NewSessionFor { claims, ..user() };
    let headers = request(&[]);
    let created = server.sessions.create(&headers, &mut fx, new).await;
    created.expect("a session");
    let (name, value) = bearer(Answer::of(fx).access());
    let headers = request(&[(name, &value)]);
    let demanding = Server {
        sessions: server
            .sessions
            .clone()
            .with_claims(Vec::new(), vec![claim.includes("writer")]),
        ..server
    };
    let reader = claim.includes_any(["reader", "writer"]);
    let custom = Validator::new("custom", |payload: &Map<String, Value>| {
        if payload["sub"] == "u1" {
            Verdict::Unmet(Some(json!("not you")))
        } else {
            Verdict::Met
        }
    });
    let ids = |outcome| match outcome {
        Ok(_) => Vec::new(),
        Err(SessionError::InvalidClaims(failed)) => failed.into_iter().map(|it| it.id).collect(),
        Err(other) => panic!("{other}"),
    };
    let for_reader = reader.clone();
    let choose = ClaimValidators::choose(move |global, session| {
        assert_eq!((global.len(), session.user_id.as_str()), (1, "u1"));
        vec![for_reader.clone()]
    });
    for (claims, expected) in [
        (ClaimValidators::Global, vec!["roles"]),
        (ClaimValidators::Skip, vec![]),
        (
            ClaimValidators::GlobalAnd(vec![custom.clone()]),
            vec!["roles", "custom"],
        ),
        (ClaimValidators::Only(vec![reader, custom]), vec!["custom"]),
        (choose, vec![]),
    ] {
        let options = VerifyOptions {
            claims,
            ..VerifyOptions::default()
        };
        assert_eq!(ids(demanding.verify(&headers, options).await), expected);
    }
}

#[tokio::test]
async fn new_sessions_get_the_claims_of_the_server() {
    let fetches = Arc::default();
    let server = server();
    let seen: Claim<String> = Claim::new("seen", |user: Subject| async move {
        let names: Vec<_> = user.claims.keys().cloned().collect();
        Ok(Some(format!("{} {}", user.recipe_user_id, names.join(" "))))
    });
    let nothing: Claim<bool> = Claim::new("nothing", |_: Subject| async { Ok(None) });
    let sessions = server.sessions.clone().with_claims(
        vec![
            Arc::new(counter(&fetches)),
            Arc::new(seen),
            Arc::new(nothing),
        ],
        Vec::new(),
    );
    let (headers, mut fx) = (request(&[]), Effects::new());
    let created = sessions.create(&headers, &mut fx, user());
    let session = created.await.expect("a session");
    assert_eq!(session.claims["count"], json!({ "v": 1, "t": NOW }));
    assert_eq!(session.claims["seen"]["v"], "r1 iss count");
    assert_eq!(session.claims.get("nothing"), None);
    let row = server.store.session(&session.handle).await.expect("read");
    assert_eq!(row.expect("there").claims["count"]["v"], 1);
}

#[tokio::test]
async fn a_change_does_not_bring_back_what_another_one_took_away() {
    let server = server();
    let headers = server.by_cookies().await.as_cookies();
    let verified = server.verify(&headers, VerifyOptions::default()).await;
    let mut old = verified.expect("good").expect("a session");
    let mut session = old.clone();
    let mut fx = Effects::new();
    let role = map(&json!({ "role": "admin" }));
    let merged = server.sessions.merge_claims(&mut session, &role, &mut fx);
    merged.await.expect("merged");
    let gone = map(&json!({ "role": null }));
    let by_handle = server.sessions.merge_claims_by_handle(&old.handle, &gone);
    assert!(by_handle.await.expect("merged"));
    let mut claims = old.claims.clone();
    claims.insert("role".to_owned(), json!("admin"));
    old = old.with_claims(claims);
    let update = map(&json!({ "k": 1 }));
    let merged = server.sessions.merge_claims(&mut old, &update, &mut fx);
    merged.await.expect("merged");
    assert_eq!(
        (&old.claims["k"], old.claims.get("role")),
        (&json!(1), None)
    );
}

#[tokio::test]
async fn null_for_a_claim_of_the_server_leaves_it_as_it_is() {
    let server = server();
    let headers = server.by_cookies().await.as_cookies();
    let verified = server.verify(&headers, VerifyOptions::default()).await;
    let mut session = verified.expect("good").expect("a session");
    let before = session.clone();
    let mut fx = Effects::new();
    for name in PROTECTED_CLAIMS {
        let update = map(&json!({ (name): null, "k": name }));
        let merged = server.sessions.merge_claims(&mut session, &update, &mut fx);
        merged.await.expect("merged");
        assert_eq!(session.claims["k"], name);
        assert_eq!(session.claims.get(name), before.claims.get(name), "{name}");
        let merged = server
            .sessions
            .merge_claims_by_handle(&session.handle, &update);
        assert!(merged.await.expect("merged"));
        let update = map(&json!({ (name): 1 }));
        let merged = server.sessions.merge_claims(&mut session, &update, &mut fx);
        assert!(matches!(merged.await, Err(Error::Internal(_))), "{name}");
    }
}

#[tokio::test]
async fn a_claim_that_fails_to_be_fetched_is_a_fault_of_the_server() {
    let server = server();
    let headers = server.by_cookies().await.as_cookies();
    let broken: Claim<bool> = Claim::new("broken", |_: Subject| async {
        Err(Error::internal("the application's database is gone"))
    });
    let mut fx = Effects::new();
    let options = only(vec![broken.is_true()]);
    let outcome = server
        .sessions
        .verify(&Method::GET, &headers, &mut fx, options)
        .await;
    assert!(matches!(outcome, Err(Error::Internal(_))) && fx.is_empty());
}
