//! The emitted text for a small API that has one of everything.

use super::*;
use crate::app_info::{AppInfo, Setting};
use crate::catalog;
use crate::ir::{
    Answer, Arm, ArmBody, Auth, Behaviour, Body, BodyEncoding, BuiltIn, Field, Format, Matched,
    Method, Model, ModelId, Operation, Param, ParamPlace, Segment, Shape, Tenancy, Type,
    UnionVariant,
};
use crate::name::Namer;

const TEXT: Type = Type::String(Format::Plain);

static SIGN_OUT: catalog::Contract = catalog::Contract {
    name: "session.sign-out",
    constant: "SIGN_OUT",
    operation_ids: &["signOut"],
    recipe: "session",
    module: "session",
    function: "sign_out",
    outcome_type: "SignOut",
    method: "POST",
    paths: &["/signout"],
    tenancy: catalog::Tenancy::Ignored,
    origins: crate::contract::Origins::Own,
    sessions: crate::contract::Sessions::Keeps,
    sends: crate::contract::Sends::Nothing,
    body: &[],
    query: &[],
    outcomes: &[],
};

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: Namer::default().field(name),
        ty,
        required: true,
        nullable: false,
        docs: String::new(),
        deprecated: false,
    }
}

fn optional(name: &str, ty: Type) -> Field {
    Field {
        required: false,
        ..field(name, ty)
    }
}

fn documented(docs: &str, field: Field) -> Field {
    Field {
        docs: docs.to_owned(),
        ..field
    }
}

fn model(name: &str, docs: &str, shape: Shape) -> Model {
    Model {
        name: Namer::default().type_name(name),
        docs: docs.to_owned(),
        shape,
        in_requests: name.ends_with("Request"),
        in_answers: !name.ends_with("Request"),
        filled_from: None,
        recursive: false,
    }
}

fn arm(http: u16, literal: Option<&str>, docs: &str, body: ArmBody) -> Arm {
    Arm {
        name: Namer::default().variant(literal.unwrap_or("plain")),
        http,
        literal: literal.map(str::to_owned),
        docs: docs.to_owned(),
        body,
    }
}

fn operation(id: &str, method: Method, path: &[&str], arms: Vec<Arm>) -> Operation {
    let mut namer = Namer::default();
    let tag = arms.iter().any(|arm| arm.literal.is_some());
    Operation {
        id: id.to_owned(),
        name: namer.function(id),
        type_name: namer.variant(id),
        method,
        path: path
            .iter()
            .map(|segment| match segment.strip_prefix(':') {
                Some(name) => Segment::Param(name.to_owned()),
                None => Segment::Literal((*segment).to_owned()),
            })
            .collect(),
        outside_base: false,
        tenancy: Tenancy::None,
        tag: String::new(),
        recipe: String::new(),
        docs: String::new(),
        deprecated: false,
        auth: Auth::None,
        params: Vec::new(),
        body: None,
        answer: Answer {
            name: namer.type_name(&format!("{id}-response")),
            tag: tag.then(|| "status".to_owned()),
            arms,
        },
        behaviour: Behaviour::Custom(Matched::Nothing),
    }
}

fn param(place: ParamPlace, field: Field) -> Param {
    Param { place, field }
}

fn body(ty: Type, encoding: BodyEncoding) -> Option<Body> {
    Some(Body {
        encodings: vec![encoding],
        ty,
        required: true,
    })
}

fn models() -> Vec<Model> {
    vec![
        model(
            "User",
            "A user. This */ ends nothing.",
            Shape::Struct {
                fields: vec![
                    documented("Stays the same.", field("id", TEXT)),
                    Field {
                        deprecated: true,
                        ..optional("otp-email", TEXT)
                    },
                    Field {
                        nullable: true,
                        ..field("timeJoined", Type::Int)
                    },
                    optional("metadata", Type::Map(Box::new(Type::Json))),
                ],
                rest: None,
            },
        ),
        // Meets the client's own `Session`.
        model(
            "Session",
            "",
            Shape::Union {
                tag: Some("kind".to_owned()),
                variants: vec![
                    UnionVariant {
                        name: Namer::default().variant("A"),
                        literal: Some("A".to_owned()),
                        docs: "The first.".to_owned(),
                        fields: vec![field("user", Type::Model(ModelId(0)))],
                    },
                    UnionVariant {
                        name: Namer::default().variant("B"),
                        literal: None,
                        docs: String::new(),
                        fields: vec![optional("x", Type::Bool)],
                    },
                ],
            },
        ),
        model(
            "Colour",
            "",
            Shape::Enum {
                values: vec![
                    (Namer::default().variant("red"), "red".to_owned()),
                    (Namer::default().variant("b"), "a \"b\"".to_owned()),
                ],
            },
        ),
        model(
            "SignUpRequest",
            "",
            Shape::Struct {
                fields: vec![
                    field("email", TEXT),
                    optional("colour", Type::Model(ModelId(2))),
                ],
                rest: Some(TEXT),
            },
        ),
    ]
}

fn api() -> Api {
    let general = || {
        let fields = vec![field("message", TEXT)];
        arm(200, Some("GENERAL_ERROR"), "", ArmBody::Object(fields))
    };
    let ok = || arm(200, Some("OK"), "", ArmBody::Object(Vec::new()));
    let sign_up = Operation {
        tenancy: Tenancy::Tenant,
        recipe: "emailpassword".to_owned(),
        docs: "Creates a user.\n\nAnd signs them in.".to_owned(),
        body: body(Type::Model(ModelId(3)), BodyEncoding::Json),
        ..operation(
            "signUp",
            Method::Post,
            &["signup"],
            vec![
                arm(
                    200,
                    Some("OK"),
                    "Signed up.",
                    ArmBody::Object(vec![documented(
                        "Who it is.",
                        field("user", Type::Model(ModelId(0))),
                    )]),
                ),
                general(),
                arm(
                    200,
                    None,
                    "",
                    ArmBody::Object(vec![field("keys", Type::Json)]),
                ),
            ],
        )
    };
    let sign_out = Operation {
        tenancy: Tenancy::Ignored,
        behaviour: Behaviour::BuiltIn(BuiltIn {
            behaviour: &SIGN_OUT,
            outcomes: Vec::new(),
            matched: Matched::OperationId,
        }),
        ..operation("signOut", Method::Post, &["signout"], vec![ok()])
    };
    let list = Operation {
        params: vec![
            param(ParamPlace::Query, optional("page", Type::Int)),
            param(
                ParamPlace::Query,
                optional("x-tag", Type::List(Box::new(TEXT))),
            ),
        ],
        ..operation(
            "call",
            Method::Get,
            &["users"],
            vec![arm(
                200,
                None,
                "",
                ArmBody::Json(Type::List(Box::new(Type::Model(ModelId(1))))),
            )],
        )
    };
    let everything = Operation {
        outside_base: true,
        deprecated: true,
        params: vec![
            param(ParamPlace::Path, field("id", TEXT)),
            param(ParamPlace::Query, optional("id", TEXT)),
            param(ParamPlace::Header, optional("x-trace", TEXT)),
        ],
        body: body(Type::Map(Box::new(TEXT)), BodyEncoding::Form),
        ..operation(
            "everything",
            Method::Put,
            &["a`b", ":id"],
            vec![
                arm(204, None, "", ArmBody::Empty),
                arm(200, None, "", ArmBody::Text),
                arm(302, None, "Elsewhere.", ArmBody::Redirect),
                arm(404, None, "No such user.\nMore.", ArmBody::Empty),
            ],
        )
    };
    Api {
        title: "Sample".to_owned(),
        version: "1.0".to_owned(),
        docs: String::new(),
        spec_name: "api.yaml".to_owned(),
        app_info: AppInfo {
            app_name: Setting::Text("Sample \"app\"".to_owned()),
            api_domain: Setting::Env {
                name: "API_DOMAIN".to_owned(),
                default: Some("localhost:3001".to_owned()),
            },
            api_base_path: Some(Setting::Text("auth/".to_owned())),
            api_gateway_path: Some(Setting::Text("/gw".to_owned())),
            website_domain: None,
            origin: None,
            website_base_path: None,
        },
        models: models(),
        operations: vec![sign_up, sign_out, list, everything],
    }
}

fn settings() -> Settings {
    Settings {
        server_package: "sample-server".to_owned(),
        client_package: "sample-client".to_owned(),
        ..Settings::default()
    }
}

fn tree() -> Tree {
    let mut tree = Tree::default();
    emit(&api(), &settings(), &mut tree);
    tree
}

/// One emitted file, without its header line.
fn emitted(path: &str, api: &Api) -> String {
    let mut tree = Tree::default();
    emit(api, &settings(), &mut tree);
    let text = tree.get(path).expect("the file is emitted");
    text.split_once("\n\n")
        .map_or(text, |(_, rest)| rest)
        .to_owned()
}

#[test]
fn types() {
    insta::assert_snapshot!(emitted("client/src/types.ts", &api()), @r##"
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

    export type Colour = "red" | "a \"b\"";

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
    export type EverythingResponse = undefined | string;
    "##);
}

#[test]
fn operations() {
    insta::assert_snapshot!(emitted("client/src/operations.ts", &api()), @r##"
    /**
     * One function for each operation. All of them reject with
     *
     * - `ApiError` for every answer outside 2xx, documented or not;
     * - `NetworkError` where there is no answer, `TimeoutError` where it takes too long;
     * - the reason of `options.signal` where that ends the call.
     */

    import { call, segment, type CallOptions } from "./http.js";
    import type { AuthClient } from "./session.js";
    import type {
      CallParams,
      CallResponse,
      EverythingParams,
      EverythingResponse,
      SignOutResponse,
      SignUpRequest,
      SignUpResponse,
    } from "./types.js";

    // ----- emailpassword -----

    /**
     * Creates a user.
     *
     * And signs them in.
     *
     * `POST {apiBasePath}/{tenantId}/signup`
     */
    export function signUp(
      client: AuthClient,
      request: SignUpRequest,
      options?: CallOptions,
    ): Promise<SignUpResponse> {
      return call(
        client,
        {
          id: "signUp",
          method: "POST",
          path: "/signup",
          rid: "emailpassword",
          tenant: true,
          json: request,
        },
        options,
      );
    }

    // ----- other -----

    /** `POST {apiBasePath}/signout` */
    export function signOut(client: AuthClient, options?: CallOptions): Promise<SignOutResponse> {
      return call(client, { id: "signOut", method: "POST", path: "/signout", signsOut: true }, options);
    }

    /** `GET {apiBasePath}/users` */
    export function callOperation(
      client: AuthClient,
      request: CallParams = {},
      options?: CallOptions,
    ): Promise<CallResponse> {
      return call(
        client,
        {
          id: "call",
          method: "GET",
          path: "/users",
          query: { page: request.page, "x-tag": request["x-tag"]?.join() },
        },
        options,
      );
    }

    /**
     * `PUT /a`b/{id}`
     *
     * @throws {ApiError} for these among others:
     * - `302`: Elsewhere. (not followed, see “Redirects” in README.md)
     * - `404`: No such user. More.
     * @deprecated
     */
    export async function everything(
      client: AuthClient,
      request: EverythingParams,
      options?: CallOptions,
    ): Promise<EverythingResponse> {
      return call(
        client,
        {
          id: "everything",
          method: "PUT",
          path: `/a\`b/${segment(request.id)}`,
          absolute: true,
          query: { id: request.idInQuery },
          headers: { "x-trace": request["x-trace"] },
          form: request.body,
          anyBody: true,
          redirects: true,
        },
        options,
      );
    }
    "##);
}

#[test]
fn defaults_of_app_info() {
    insta::assert_snapshot!(emitted("client/src/client.ts", &api()), @r##"
    /** The client with the defaults of appInfo. */

    import { newClient, type AuthClient, type AuthClientOptions } from "./session.js";

    /** What appInfo says: the defaults of {@link createAuthClient}. */
    export const APP_INFO = {
      appName: "Sample \"app\"",
      apiDomain: "localhost:3001",
      apiBasePath: "/gw/auth",
      websiteBasePath: "/auth",
    } as const;

    /** {@link AuthClientOptions}, all of them optional. */
    export type CreateAuthClientOptions = Omit<AuthClientOptions, "apiDomain"> & {
      readonly apiDomain?: string | undefined;
    };

    /** A client of the API that appInfo describes, unless the options say otherwise. */
    export function createAuthClient(options: CreateAuthClientOptions = {}): AuthClient {
      return newClient({
        ...options,
        apiDomain: options.apiDomain ?? "localhost:3001",
        apiBasePath: options.apiBasePath ?? "/gw/auth",
      });
    }
    "##);
}

#[test]
fn a_domain_without_default_must_be_given() {
    let mut api = api();
    api.app_info.api_domain = Setting::Env {
        name: "API_DOMAIN".to_owned(),
        default: None,
    };
    let text = emitted("client/src/client.ts", &api);
    assert!(text.contains("readonly apiDomain: string;"), "{text}");
    assert!(text.contains("apiDomain: options.apiDomain,"), "{text}");
    assert!(!text.contains("options.apiDomain ??"), "{text}");
}

#[test]
fn a_long_default_stands_on_a_line_of_its_own() {
    let mut api = api();
    let domain = format!("https://{}.example.com", "a".repeat(50));
    api.app_info.api_domain = Setting::Text(domain.clone());
    let text = emitted("client/js/client.js", &api);
    let line = format!("    apiDomain:\n      options.apiDomain ?? \"{domain}\",\n");
    assert!(text.contains(&line), "{text}");
}

#[test]
fn the_whole_package_is_there() {
    let mut tree = Tree::default();
    emit(&api(), &settings(), &mut tree);
    let paths: Vec<&str> = tree.iter().map(|(path, _)| path).collect();
    insta::assert_snapshot!(paths.join("\n"), @r##"
    client/.gitignore
    client/README.md
    client/js/chunks.d.ts
    client/js/chunks.js
    client/js/client.d.ts
    client/js/client.js
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
    client/js/login/complaints.d.ts
    client/js/login/complaints.js
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
    client/js/login/render.d.ts
    client/js/login/render.js
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
    client/src/chunks.ts
    client/src/client.ts
    client/src/errors.ts
    client/src/front-token.ts
    client/src/http.ts
    client/src/index.ts
    client/src/lock.ts
    client/src/login.ts
    client/src/login/complaints.ts
    client/src/login/element.ts
    client/src/login/email-password.ts
    client/src/login/flow.ts
    client/src/login/journey.ts
    client/src/login/offer.ts
    client/src/login/page.ts
    client/src/login/render.ts
    client/src/login/style.ts
    client/src/login/texts.ts
    client/src/operations.ts
    client/src/origins.ts
    client/src/react.ts
    client/src/server.ts
    client/src/session.ts
    client/src/storage.ts
    client/src/types.ts
    client/tsconfig.json
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
    let mut tree = Tree::default();
    emit(&api, &settings(), &mut tree);
    let login = tree.get("client/src/login.ts").expect("it is emitted");
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
    assert!(tree.get("client/src/login/passwordless.ts").is_some());
    assert!(tree.get("client/src/login/passkeys.ts").is_none());
    assert!(tree.get("client/src/login/email-password.ts").is_none());
}

#[test]
fn scripts_are_the_source_without_types() {
    insta::assert_snapshot!("operations.js", emitted("client/js/operations.js", &api()));
    insta::assert_snapshot!(
        "operations.d.ts",
        emitted("client/js/operations.d.ts", &api())
    );
    insta::assert_snapshot!("client.js", emitted("client/js/client.js", &api()));
    insta::assert_snapshot!("client.d.ts", emitted("client/js/client.d.ts", &api()));
    insta::assert_snapshot!("login.js", emitted("client/js/login.js", &api()));
    let tree = tree();
    for (path, _) in tree.iter() {
        let Some(module) = path
            .strip_prefix("client/src/")
            .and_then(|file| file.strip_suffix(".ts"))
        else {
            continue;
        };
        let has = |extension: &str| {
            tree.get(&format!("client/js/{module}.{extension}"))
                .is_some()
        };
        assert!(has("d.ts"), "{module} has no declarations");
        assert!(
            has("js") || module == "types",
            "{module} is missing as a script"
        );
    }
}
