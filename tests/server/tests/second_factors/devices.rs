//! Devices: making, listing, verifying and removing them, as the reference was recorded.

use super::*;

const UNAUTHORISED: &str = r#"401 {"message":"unauthorised"}"#;

#[tokio::test]
async fn without_a_device_everything_is_unknown_and_without_a_session_nothing_is_answered() {
    let server = Server::start().await;
    let ana = Client::sign_up(&server, "ana@ex.co").await;
    assert_eq!(ana.list().await, r#"200 {"status":"OK","devices":[]}"#);
    let verified = ana.verify("123456").await;
    assert_eq!(
        verified.brief(),
        r#"200 {"status":"UNKNOWN_USER_ID_ERROR"}"#
    );
    let verified = ana.verify_device("x", "123456").await;
    assert_eq!(verified.brief(), r#"200 {"status":"UNKNOWN_DEVICE_ERROR"}"#);
    assert!(!verified.has_session_headers());
    let removed = ana
        .post("/totp/device/remove", &json!({"deviceName": "x"}))
        .await;
    assert_eq!(
        removed.brief(),
        r#"200 {"status":"OK","didDeviceExist":false}"#
    );
    for path in ["", "/remove", "/verify"] {
        let answer = server
            .post(&format!("/auth/totp/device{path}"))
            .json(&json!({}))
            .await;
        assert_eq!(answer.brief(), UNAUTHORISED);
    }
    let answer = server.post("/auth/totp/verify").json(&json!({})).await;
    assert_eq!(answer.brief(), UNAUTHORISED);
    let answer = server.get("/auth/totp/device/list").send().await;
    assert_eq!(answer.brief(), UNAUTHORISED);
}

#[tokio::test]
async fn a_device_without_a_name_gets_a_number_and_is_replaced_until_it_is_verified() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    let mut secrets = Vec::new();
    for body in ["{}", "{}", ""] {
        let created = ana.post_text("/totp/device", body).await;
        let created = created.json();
        let secret = created["secret"].as_str().expect("it is a text").to_owned();
        assert!(
            secret.len() == 32 && decoded(&secret).len() == 20,
            "{secret}"
        );
        let url =
            format!("otpauth://totp/Test:ana@ex.co?secret={secret}&issuer=Test&digits=6&period=30");
        let expected = json!({
            "status": "OK", "deviceName": "TOTP Device 0", "secret": secret, "qrCodeString": url,
        });
        assert_eq!(created, expected);
        assert!(!secrets.contains(&secret));
        secrets.push(secret);
    }
    let listed = r#"200 {"status":"OK","devices":[{"name":"TOTP Device 0","period":30,"skew":1,"verified":false}]}"#;
    assert_eq!(ana.list().await, listed);
    // A secret that was replaced counts no more.
    let now = ana.now();
    let replaced = code(&decoded(&secrets[0]), now);
    let answer = ana.verify_device("TOTP Device 0", &replaced).await;
    assert_eq!(answer.brief(), invalid(1, 5));
    let right = code(&decoded(&secrets[2]), now);
    let answer = ana.verify_device("TOTP Device 0", &right).await;
    assert_eq!(
        answer.brief(),
        r#"200 {"status":"OK","wasAlreadyVerified":false}"#
    );
    ana.access = answer.access().to_owned();
    let next = ana.post("/totp/device", &json!({})).await;
    assert_eq!(next.json()["deviceName"], "TOTP Device 1");
}

#[tokio::test]
async fn bad_input_is_400_with_the_texts_of_the_reference() {
    let server = Server::start().await;
    let ana = Client::sign_up(&server, "ana@ex.co").await;
    let long = "n".repeat(513);
    let invalid_json =
        "API input error: Please make sure to pass a valid JSON input in the request body";
    for (path, body, message) in [
        (
            "/device",
            r#"{"deviceName":5}"#,
            "deviceName must be a string",
        ),
        (
            "/device",
            r#"{"deviceName":null}"#,
            "deviceName must be a string",
        ),
        (
            "/device",
            r#"{"deviceName":""}"#,
            "deviceName cannot be empty",
        ),
        (
            "/device",
            &format!(r#"{{"deviceName":"{long}"}}"#),
            "deviceName must have 512 bytes at most, and not hold the character NUL",
        ),
        ("/device", "{", invalid_json),
        (
            "/device/verify",
            "{}",
            "deviceName is required and must be a string",
        ),
        (
            "/device/verify",
            r#"{"deviceName":"x"}"#,
            "totp is required and must be a string",
        ),
        (
            "/device/verify",
            r#"{"totp":"123456"}"#,
            "deviceName is required and must be a string",
        ),
        (
            "/device/verify",
            r#"{"deviceName":"x","totp":1}"#,
            "totp is required and must be a string",
        ),
        (
            "/device/verify",
            r#"{"deviceName":"","totp":"1"}"#,
            "deviceName cannot be empty",
        ),
        (
            "/device/remove",
            "{}",
            "deviceName is required and must be a non-empty string",
        ),
        (
            "/device/remove",
            r#"{"deviceName":""}"#,
            "deviceName is required and must be a non-empty string",
        ),
        ("/verify", "{}", "totp is required and must be a string"),
        (
            "/verify",
            r#"{"totp":123456}"#,
            "totp is required and must be a string",
        ),
    ] {
        let answer = ana.post_text(&format!("/totp{path}"), body).await;
        let expected = format!("400 {}", json!({ "message": message }));
        assert_eq!(answer.brief(), expected, "{path} {body}");
    }
    // What cannot be a name is not found.
    let answer = ana.verify_device(&long, "123456").await;
    assert_eq!(answer.brief(), r#"200 {"status":"UNKNOWN_DEVICE_ERROR"}"#);
    let answer = ana
        .post("/totp/device/remove", &json!({ "deviceName": long }))
        .await;
    assert_eq!(
        answer.brief(),
        r#"200 {"status":"OK","didDeviceExist":false}"#
    );
}

#[tokio::test]
async fn a_device_is_verified_by_a_code_of_it_which_completes_the_factor_in_the_session() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    for name in ["nnn", "  My phone  ", "TOTP Device 0"] {
        ana.create(name).await;
    }
    let secret = ana.create("phone").await;
    let now = ana.now();
    let not_verified = ana.verify(&code(&secret, now)).await;
    assert_eq!(
        not_verified.brief(),
        invalid(1, 5),
        "a device that is not verified does not count"
    );
    assert_eq!(ana.verify_device("phone", "").await.brief(), invalid(2, 5));
    let unknown = ana.verify_device("nosuch", "123456").await;
    assert_eq!(unknown.brief(), r#"200 {"status":"UNKNOWN_DEVICE_ERROR"}"#);
    let answer = ana.verify_device("phone", wrong(&secret, now)).await;
    assert_eq!(answer.brief(), invalid(3, 5));
    let answer = ana.verify_device("phone", &code(&secret, now)).await;
    assert_eq!(
        answer.brief(),
        r#"200 {"status":"OK","wasAlreadyVerified":false}"#
    );
    assert_eq!(
        factors(&answer),
        json!({"c": {"totp": now / 1000}, "v": true})
    );
    ana.access = answer.access().to_owned();

    // The code is not looked at, so nothing is completed: unlike in the reference.
    server.clock.advance(STEP);
    let again = ana.verify_device("phone", wrong(&secret, now)).await;
    assert_eq!(
        again.brief(),
        r#"200 {"status":"OK","wasAlreadyVerified":true}"#
    );
    assert!(!again.has_session_headers());
    let same_name = ana
        .post("/totp/device", &json!({"deviceName": "phone"}))
        .await;
    assert_eq!(
        same_name.brief(),
        r#"200 {"status":"DEVICE_ALREADY_EXISTS_ERROR"}"#
    );
    let device =
        |name, verified| json!({"name": name, "period": 30, "skew": 1, "verified": verified});
    let devices = [
        device("  My phone  ", false),
        device("TOTP Device 0", false),
        device("nnn", false),
        device("phone", true),
    ];
    let listed = format!("200 {}", json!({"status": "OK", "devices": devices}));
    assert_eq!(ana.list().await, listed);

    let remove = json!({"deviceName": "phone"});
    for did_exist in [true, false] {
        let removed = ana.post("/totp/device/remove", &remove).await;
        let expected = format!(r#"200 {{"status":"OK","didDeviceExist":{did_exist}}}"#);
        assert_eq!(removed.brief(), expected);
    }
}

#[tokio::test]
async fn the_url_names_a_phone_number_where_there_is_no_address() {
    let server = Server::start_with(|config| {
        config
            .recipes
            .set("AUTH_PASSWORDLESS_CONTACT_METHOD", "PHONE");
        config
            .recipes
            .set("AUTH_PASSWORDLESS_FLOW_TYPE", "USER_INPUT_CODE");
        config.recipes.set("AUTH_TOTP_ISSUER", "Ex & Co: 1");
        config.recipes.set("AUTH_TOTP_SKEW", "2");
    })
    .await;
    let body = json!({"phoneNumber": "+36209876543"});
    let begun = server.post("/auth/signinup/code").json(&body).await.json();
    let messages = server.text_messages().await;
    let text = &messages.last().expect("a message went out").text;
    let digits = text.split(|c: char| !c.is_ascii_digit());
    let code = digits.into_iter().find(|part| part.len() == 6);
    let body = json!({
        "deviceId": begun["deviceId"], "preAuthSessionId": begun["preAuthSessionId"], "userInputCode": code,
    });
    let ask = server
        .post("/auth/signinup/code/consume")
        .header("st-auth-mode", "header");
    let access = ask.json(&body).await.access().to_owned();
    let user = Client {
        server: &server,
        access,
    };
    let created = user.post("/totp/device", &json!({})).await.json();
    let url = created["qrCodeString"].as_str().expect("it is a text");
    let secret = created["secret"].as_str().expect("it is a text");
    let expected = format!(
        "otpauth://totp/Ex%20%26%20Co%3A%201:+36209876543?secret={secret}&issuer=Ex%20%26%20Co%3A%201&digits=6&period=30"
    );
    assert_eq!(url, expected);
    assert!(user.list().await.contains(r#""skew":2"#));
}

#[tokio::test]
async fn a_user_who_is_gone_has_no_devices_and_makes_none() {
    let server = Server::start().await;
    let mut ana = Client::sign_up(&server, "ana@ex.co").await;
    ana.protect("phone").await;
    let user = ana_id(&server).await;
    assert_eq!(
        server
            .auth
            .totp()
            .list(&user)
            .await
            .expect("it reads")
            .len(),
        1
    );
    assert!(
        server
            .auth
            .store()
            .delete_user(&user)
            .await
            .expect("it writes")
    );
    assert_eq!(ana.list().await, r#"200 {"status":"OK","devices":[]}"#);
    let refused = ana.post("/totp/device", &json!({})).await;
    assert!(
        refused.is_end_of_session("unauthorised"),
        "{}",
        refused.body
    );
}

/// The id of `ana@ex.co`.
async fn ana_id(server: &Server) -> String {
    let signed_in = server
        .post("/auth/signin")
        .json(&form("ana@ex.co", "passw0rd"))
        .await;
    let signed_in = signed_in.json();
    signed_in["user"]["id"]
        .as_str()
        .expect("it is a text")
        .to_owned()
}
