//! `login`: the custom element with the login methods that the spec has operations for.
//!
//! An operation is known by the method and path that the Frontend Driver Interface gives it, wherever a
//! built-in stands in the spec: the runtime or the application may answer there, in the same protocol.

use askama::Template;

use super::modules::{self, Module};
use super::names::{Names, OperationNames};
use super::{Defaults, insert};
use crate::ir::{Api, Behaviour, Operation, Segment};
use crate::tree::Tree;

/// A login method of the element.
struct Method {
    module: Module,
    /// The function that makes it of its actions.
    function: &'static str,
    texts: &'static str,
    /// What a reader calls it.
    title: &'static str,
    /// What it calls. It is there where all that it needs are.
    actions: &'static [Action],
}

/// What a method calls an operation.
struct Action {
    name: &'static str,
    operation: Known,
    needed: bool,
}

/// An operation of the protocol.
#[derive(Clone, Copy)]
struct Known {
    method: &'static str,
    path: &'static str,
}

const fn needed(name: &'static str, method: &'static str, path: &'static str) -> Action {
    Action {
        needed: true,
        ..optional(name, method, path)
    }
}

const fn optional(name: &'static str, method: &'static str, path: &'static str) -> Action {
    Action {
        name,
        operation: Known { method, path },
        needed: false,
    }
}

const SIGN_OUT: Known = Known {
    method: "POST",
    path: "/signout",
};
const LOGIN_METHODS: Known = Known {
    method: "GET",
    path: "/loginmethods",
};

/// In the order in which the element offers them.
const METHODS: &[Method] = &[
    Method {
        module: modules::EMAIL_PASSWORD,
        function: "emailPassword",
        texts: "EMAIL_PASSWORD_TEXTS",
        title: "passwords",
        actions: &[
            optional("signIn", "POST", "/signin"),
            optional("signUp", "POST", "/signup"),
            optional(
                "createPasswordResetToken",
                "POST",
                "/user/password/reset/token",
            ),
            optional("resetPassword", "POST", "/user/password/reset"),
        ],
    },
    Method {
        module: modules::THIRD_PARTY,
        function: "thirdParty",
        texts: "THIRD_PARTY_TEXTS",
        title: "providers",
        actions: &[
            needed("authorisationUrl", "GET", "/authorisationurl"),
            needed("signInUp", "POST", "/signinup"),
        ],
    },
    Method {
        module: modules::PASSKEYS,
        function: "passkeys",
        texts: "PASSKEY_TEXTS",
        title: "passkeys",
        actions: &[
            needed("signInOptions", "POST", "/webauthn/options/signin"),
            needed("signIn", "POST", "/webauthn/signin"),
            optional("registerOptions", "POST", "/webauthn/options/register"),
            optional("signUp", "POST", "/webauthn/signup"),
        ],
    },
    Method {
        module: modules::PASSWORDLESS,
        function: "passwordless",
        texts: "PASSWORDLESS_TEXTS",
        title: "codes and links",
        actions: &[
            needed("createCode", "POST", "/signinup/code"),
            needed("consumeCode", "POST", "/signinup/code/consume"),
            optional("resendCode", "POST", "/signinup/code/resend"),
        ],
    },
    Method {
        module: modules::EMAIL_VERIFICATION,
        function: "emailVerification",
        texts: "EMAIL_VERIFICATION_TEXTS",
        title: "confirming addresses",
        actions: &[
            needed("sendMail", "POST", "/user/email/verify/token"),
            needed("verify", "POST", "/user/email/verify"),
            optional("isVerified", "GET", "/user/email/verify"),
        ],
    },
    Method {
        module: modules::TOTP,
        function: "totp",
        texts: "TOTP_TEXTS",
        title: "authenticator apps",
        actions: &[
            needed("info", "PUT", "/mfa/info"),
            needed("verify", "POST", "/totp/verify"),
            optional("createDevice", "POST", "/totp/device"),
            optional("verifyDevice", "POST", "/totp/device/verify"),
        ],
    },
];

/// Adds the entry `login` and the modules of its methods.
pub(super) fn emit(api: &Api, names: &Names, defaults: &Defaults, header: &str, tree: &mut Tree) {
    let mut imports = Vec::new();
    let mut texts = vec!["COMMON_TEXTS"];
    let mut methods = String::new();
    for method in METHODS {
        let Some(actions) = actions(method, api, names) else {
            continue;
        };
        method.module.emit(tree);
        imports.push(import(&[method.function, method.texts], &method.module));
        texts.push(method.texts);
        methods.push_str(&format!("\n    {}({{\n{actions}    }}),", method.function));
    }
    if !methods.is_empty() {
        methods.push_str("\n  ");
    }
    let sign_out = find(SIGN_OUT, api, names).filter(|(operation, _)| {
        operation.params.iter().all(|param| !param.field.required)
            && operation.body.as_ref().is_none_or(|body| !body.required)
    });
    let login_methods = find(LOGIN_METHODS, api, names);
    let login = LoginScript {
        header,
        imports: &imports,
        uses_operations: !methods.is_empty() || sign_out.is_some() || login_methods.is_some(),
        texts: &texts,
        client: if defaults.api_domain.is_some() {
            "createAuthClient"
        } else {
            "() => createAuthClient({ apiDomain: location.origin })"
        },
        methods: &methods,
        sign_out: sign_out.map(|(_, own)| own.function.as_str()),
        login_methods: login_methods
            .map(|(operation, own)| call("loginMethods", operation, own, 2)),
    };
    let declarations = LoginDeclarations {
        header,
        imports: &METHODS
            .iter()
            .filter(|method| texts.contains(&method.texts))
            .map(|method| type_import(method.texts, &method.module))
            .collect::<Vec<_>>(),
        texts: &texts,
    };
    insert(tree, "js/login.js", &login);
    insert(tree, "js/login.d.ts", &declarations);
}

/// The methods that the spec has, for readers: ` (passwords, passkeys)`, or nothing.
pub(super) fn summary(api: &Api, names: &Names) -> String {
    let titles: Vec<&str> = METHODS
        .iter()
        .filter(|method| actions(method, api, names).is_some())
        .map(|method| method.title)
        .collect();
    if titles.is_empty() {
        String::new()
    } else {
        format!(" ({})", titles.join(", "))
    }
}

/// The properties for a method's operations; nothing where the spec lacks what it needs.
fn actions(method: &Method, api: &Api, names: &Names) -> Option<String> {
    let mut lines = String::new();
    for action in method.actions {
        match find(action.operation, api, names) {
            Some((operation, own)) => {
                lines.push_str(&call(action.name, operation, own, 6));
                lines.push('\n');
            }
            None if action.needed => return None,
            None => {}
        }
    }
    (!lines.is_empty()).then_some(lines)
}

fn find<'a>(
    known: Known,
    api: &'a Api,
    names: &'a Names,
) -> Option<(&'a Operation, &'a OperationNames)> {
    let by_behaviour = |operation: &Operation| match &operation.behaviour {
        Behaviour::BuiltIn(built_in) => {
            let contract = built_in.behaviour;
            contract.method == known.method && contract.paths.contains(&known.path)
        }
        Behaviour::Custom(_) => false,
    };
    let by_route = |operation: &Operation| {
        !operation.outside_base
            && operation.method.as_str() == known.method
            && Segment::route(&operation.path) == known.path
    };
    names
        .operations(api)
        .find(|(operation, _)| by_behaviour(operation))
        .or_else(|| {
            names
                .operations(api)
                .find(|(operation, _)| by_route(operation))
        })
}

/// A property that calls an operation with its request in second place, whatever the function takes.
fn call(name: &str, operation: &Operation, own: &OperationNames, indent: usize) -> String {
    let function = &own.function;
    let indent = " ".repeat(indent);
    let (arguments, request) = match (operation.params.is_empty(), operation.body.is_some()) {
        (true, false) => ("(client, _, options)", "client, options"),
        (false, true) => ("(client, body, options)", "client, { body }, options"),
        _ => return format!("{indent}{name}: operations.{function},"),
    };
    format!("{indent}{name}: {arguments} => operations.{function}({request}),")
}

fn import(values: &[&str], module: &Module) -> String {
    format!(
        "import {{ {} }} from \"{}\";",
        values.join(", "),
        module.import()
    )
}

fn type_import(value: &str, module: &Module) -> String {
    format!("import type {{ {value} }} from \"{}\";", module.import())
}

#[derive(Template)]
#[template(path = "client/login.js.jinja")]
struct LoginScript<'a> {
    header: &'a str,
    imports: &'a [String],
    uses_operations: bool,
    texts: &'a [&'static str],
    client: &'a str,
    methods: &'a str,
    sign_out: Option<&'a str>,
    login_methods: Option<String>,
}

#[derive(Template)]
#[template(path = "client/login.d.ts.jinja")]
struct LoginDeclarations<'a> {
    header: &'a str,
    imports: &'a [String],
    texts: &'a [&'static str],
}
