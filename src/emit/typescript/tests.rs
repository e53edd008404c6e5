//! The emitted text for a small API (`api`).

mod api;

use api::{TEXT, api, arm, body, operation, optional, param};

use super::*;
use crate::app_info::Setting;
use crate::emit::sections::Sections;
use crate::ir::{ArmBody, BodyEncoding, Method, Operation, ParamPlace, Type};

fn settings() -> Settings {
    Settings {
        server_package: "sample-server".to_owned(),
        client_package: "sample-client".to_owned(),
        ..Settings::default()
    }
}

fn tree() -> Tree {
    emit(&api(), &Sections::of(&api()), &settings())
}

/// One emitted file, without its header line.
fn emitted(path: &str, api: &Api) -> String {
    let tree = emit(api, &Sections::of(api), &settings());
    let text = tree.get(path).expect("the file is emitted");
    text.split_once("\n\n")
        .map_or(text, |(_, rest)| rest)
        .to_owned()
}

#[test]
fn types() {
    insta::assert_snapshot!(emitted("client/js/types.d.ts", &api()), @r##"
    /**
     * Everything that goes over the wire: the data types, what each operation takes (`…Params` and
     * request bodies), and what it answers (`…Response`, distinguished by `status`).
     */

    // ----- emailpassword -----

    /** A user. This *\/ ends nothing. */
    export interface User {
      /** Stays the same. */
      id: string;
      /** @deprecated */
      "otp-email"?: string;
      timeJoined: number | null;
      metadata?: Record<string, unknown>;
    }

    export type Colour =
      | "red"
      | "a \"b\"";

    export interface SignUpRequest {
      email: string;
      colour?: Colour | undefined;
      [key: string]: unknown;
    }

    /** What `signUp` answers. */
    export type SignUpResponse =
      /** Signed up. */
      | {
          status: "OK";
          /** Who it is. */
          user: User;
        }
      | { status: "GENERAL_ERROR"; message: string }
      | { status?: never; keys: unknown };

    // ----- other -----

    /** What `signOut` answers. */
    export type SignOutResponse = { status: "OK" };

    export type SessionModel =
      /** The first. */
      | { kind: "A"; user: User }
      | { kind?: never; x?: boolean };

    /** What `callOperation` takes. */
    export interface CallParams {
      page?: number | undefined;
      "x-tag"?: string[] | undefined;
    }

    /** What `callOperation` answers. */
    export type CallResponse = SessionModel[];

    /** What `everything` takes. */
    export interface EverythingParams {
      id: string;
      idInQuery?: string | undefined;
      "x-trace"?: string | undefined;
      /** The request body. */
      body: Record<string, string>;
    }

    /** What `everything` answers. */
    export type EverythingResponse =
      | undefined
      | string;
    "##);
}

#[test]
fn a_domain_without_default_must_be_given() {
    let mut api = api();
    api.app_info.api_domain = Setting::Env {
        name: "API_DOMAIN".to_owned(),
        default: None,
    };
    let types = emitted("client/js/client.d.ts", &api);
    assert!(types.contains("readonly apiDomain: string;"), "{types}");
    assert!(types.contains("(options: Create"), "{types}");
    let script = emitted("client/js/client.js", &api);
    assert!(script.contains("createAuthClient(options) {"), "{script}");
    assert!(script.contains("apiDomain: options.apiDomain,"), "{script}");
}

#[test]
fn the_whole_package_is_there() {
    let tree = emit(&api(), &Sections::of(&api()), &settings());
    let paths: Vec<&str> = tree.iter().map(|(path, _)| path).collect();
    insta::assert_snapshot!(paths.join("\n"), @r##"
    client/.gitignore
    client/README.md
    client/js/chunks.d.ts
    client/js/chunks.js
    client/js/client.d.ts
    client/js/client.js
    client/js/engine.d.ts
    client/js/engine.js
    client/js/errors.d.ts
    client/js/errors.js
    client/js/front-token.d.ts
    client/js/front-token.js
    client/js/http.d.ts
    client/js/http.js
    client/js/index.d.ts
    client/js/index.js
    client/js/lock.d.ts
    client/js/lock.js
    client/js/login.d.ts
    client/js/login.js
    client/js/login/definition.d.ts
    client/js/login/definition.js
    client/js/login/element.d.ts
    client/js/login/element.js
    client/js/login/email-password.d.ts
    client/js/login/email-password.js
    client/js/login/flow.d.ts
    client/js/login/flow.js
    client/js/login/journey.d.ts
    client/js/login/journey.js
    client/js/login/offer.d.ts
    client/js/login/offer.js
    client/js/login/page.d.ts
    client/js/login/page.js
    client/js/login/problems.d.ts
    client/js/login/problems.js
    client/js/login/render.d.ts
    client/js/login/render.js
    client/js/login/stage.d.ts
    client/js/login/stage.js
    client/js/login/style.d.ts
    client/js/login/style.js
    client/js/login/texts.d.ts
    client/js/login/texts.js
    client/js/operations.d.ts
    client/js/operations.js
    client/js/origins.d.ts
    client/js/origins.js
    client/js/react.d.ts
    client/js/react.js
    client/js/server.d.ts
    client/js/server.js
    client/js/session.d.ts
    client/js/session.js
    client/js/storage.d.ts
    client/js/storage.js
    client/js/types.d.ts
    client/package.json
    "##);
}

#[test]
fn the_login_element_calls_what_the_spec_has() {
    let answer = || arm(200, Some("OK"), "", ArmBody::Object(vec![]));
    let json = || body(Type::Json, BodyEncoding::Json);
    let post = |id: &str, path: &[&str]| operation(id, Method::Post, path, vec![answer()]);
    let mut api = api();
    api.operations = vec![
        Operation {
            body: json(),
            ..post("beginSignIn", &["signinup", "code"])
        },
        Operation {
            body: json(),
            params: vec![param(ParamPlace::Header, optional("x-device", TEXT))],
            ..post("endSignIn", &["signinup", "code", "consume"])
        },
        post("sendMail", &["user", "email", "verify", "token"]),
        // Too little for passkeys, and a path of the application's own.
        post("passkeyOptions", &["webauthn", "options", "signin"]),
        Operation {
            outside_base: true,
            ..post("signInToShop", &["signin"])
        },
    ];
    let tree = emit(&api, &Sections::of(&api), &settings());
    let login = tree.get("client/js/login.js").expect("it is emitted");
    let methods = login.split("methods: ").nth(1).expect("there are methods");
    insta::assert_snapshot!(methods, @r##"
    [
        passwordless({
          createCode: operations.beginSignIn,
          consumeCode: (client, body, options) => operations.endSignIn(client, { body }, options),
        }),
      ],
      websiteBasePath: APP_INFO.websiteBasePath,
    });
    "##);
    assert!(tree.get("client/js/login/passwordless.js").is_some());
    assert!(tree.get("client/js/login/passkeys.js").is_none());
    assert!(tree.get("client/js/login/email-password.js").is_none());
}

#[test]
fn what_the_spec_decides() {
    for file in [
        "operations.js",
        "operations.d.ts",
        "client.js",
        "client.d.ts",
        "login.js",
        "login.d.ts",
    ] {
        insta::assert_snapshot!(file, emitted(&format!("client/js/{file}"), &api()));
    }
}

#[test]
fn every_script_has_declarations() {
    let tree = tree();
    let scripts: Vec<&str> = tree
        .iter()
        .filter_map(|(path, _)| path.strip_suffix(".js"))
        .collect();
    assert!(scripts.len() > 20, "{scripts:?}");
    for script in scripts {
        assert!(tree.get(&format!("{script}.d.ts")).is_some(), "{script}");
    }
}
