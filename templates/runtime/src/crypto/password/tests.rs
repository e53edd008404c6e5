use super::*;

/// Cheap hashes, so that the tests are fast.
fn cheap(permits: usize, queue: usize) -> Passwords {
    let params = PasswordParams {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };
    Passwords::new(params, permits, queue).expect("valid parameters")
}

#[tokio::test]
async fn the_password_matches_and_nothing_else() {
    let passwords = cheap(1, 8);
    let hash = passwords.hash("pässword 1").await.expect("hash");
    let verify = |text| passwords.verify(None, text, Some(&hash));
    assert!(verify("pässword 1").await.expect("verify"));
    for wrong in [
        "",
        "pässword 1 ",
        "Pässword 1",
        "password 1",
        "pässword 1\0",
    ] {
        assert!(!verify(wrong).await.expect("verify"), "{wrong:?}");
    }
}

#[tokio::test]
async fn the_default_is_the_one_of_owasp() {
    let passwords = Passwords::new(PasswordParams::default(), 1, 8).expect("defaults");
    let hash = passwords.hash("x").await.expect("hash");
    assert!(
        hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{hash}"
    );
    assert_ne!(hash, passwords.hash("x").await.expect("hash"), "salted");
}

#[tokio::test]
async fn an_unknown_user_is_refused() {
    assert!(!cheap(1, 8).verify(None, "x", None).await.expect("verify"));
}

#[tokio::test]
async fn hashes_made_elsewhere_count_with_their_own_parameters() {
    let other = Passwords::new(
        PasswordParams {
            memory_kib: 256,
            passes: 3,
            lanes: 2,
        },
        1,
        1,
    );
    let hash = other.expect("valid").hash("x").await.expect("hash");
    assert!(
        cheap(1, 8)
            .verify(None, "x", Some(&hash))
            .await
            .expect("verify")
    );
}

#[tokio::test]
async fn a_stored_hash_cannot_ask_for_too_much() {
    let hash = cheap(1, 8).hash("x").await.expect("hash");
    let passwords = cheap(1, 8);
    for (from, to) in [
        ("m=64", "m=4194304"),
        ("t=1", "t=4000000"),
        ("$argon2id", "$scrypt"),
    ] {
        let hash = hash.replacen(from, to, 1);
        assert!(passwords.0.verify("x", &hash).is_err(), "{hash}");
        assert!(
            !passwords
                .verify(None, "x", Some(&hash))
                .await
                .expect("verify")
        );
    }
    assert!(!passwords.verify(None, "x", Some("")).await.expect("verify"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_the_queue_is_refused() {
    let passwords = cheap(1, 1);
    let held = passwords.0.turns.take(None).await.expect("it is free");
    let waiting = tokio::spawn({
        let passwords = passwords.clone();
        async move { passwords.hash("x").await }
    });
    while passwords.0.turns.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(
        passwords.hash("x").await,
        Err(Error::Unavailable { .. })
    ));
    drop(held);
    assert!(waiting.await.expect("join").is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_makes_no_room() {
    let passwords = cheap(1, 0);
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let ended = std::sync::Mutex::new(ended);
    let client = tokio::spawn({
        let passwords = passwords.clone();
        async move {
            let work = move |_: &Inner| {
                let ended = ended.lock().map_err(|_| Error::internal("poisoned"))?;
                let _ = ended.recv();
                Ok(())
            };
            passwords.run(None, work).await
        }
    });
    while passwords.0.turns.free() > 0 {
        tokio::task::yield_now().await;
    }
    client.abort();
    assert!(client.await.is_err_and(|error| error.is_cancelled()));
    assert!(matches!(
        passwords.hash("x").await,
        Err(Error::Unavailable { .. })
    ));
    drop(end);
    while passwords.0.turns.free() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(passwords.hash("x").await.is_ok());
}
