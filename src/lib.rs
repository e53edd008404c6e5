//! auth-gen: from an OpenAPI description and an appInfo file to an auth server and its client.

pub mod app_info;
mod catalog;
pub mod cli;
pub mod diagnostic;
pub mod disk;
mod ir;
mod name;
pub mod settings;
pub mod source;
mod spec;
pub use spec::check_spec;
pub mod tree;

use diagnostic::Diagnostics;
use settings::Settings;
use source::SourceFile;
use tree::Tree;

/// What is read.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The OpenAPI description.
    pub spec: SourceFile,
    /// The appInfo file.
    pub app_info: SourceFile,
    /// Package names and the like.
    pub settings: Settings,
}

/// What comes out.
#[derive(Debug, Clone)]
pub struct Generated {
    /// All files, under `server/` and `client/`.
    pub tree: Tree,
    /// What was understood in another way than it was written.
    pub warnings: Diagnostics,
    /// One row for each operation, in spec order.
    pub routes: Vec<RouteRow>,
}

/// An operation, for `auth-gen routes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRow {
    /// Upper case.
    pub method: String,
    /// With the base path; an optional tenant stands as `[/{tenantId}]`.
    pub path: String,
    /// `operationId`.
    pub operation_id: String,
    /// `email-password.sign-up`, or `custom`.
    pub behaviour: String,
    /// `session` or `none`.
    pub auth: String,
    /// What in the spec decided the behaviour.
    pub why: String,
}

/// STUB of this branch: the real one comes with the stages.
///
/// # Errors
/// When the input has mistakes.
pub fn generate(inputs: &Inputs) -> Result<Generated, Diagnostics> {
    let mut tree = Tree::default();
    let package = &inputs.settings.server_package;
    let workspace = if inputs.settings.standalone_workspace {
        "\n[workspace]\n"
    } else {
        ""
    };
    tree.insert(
        "server/Cargo.toml",
        format!(
            "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{workspace}"
        ),
    );
    tree.insert(
        "server/src/main.rs",
        "fn main() {\n    let addr = std::e\x6ev::var(\"AUTH_LISTEN_ADDR\").expect(\"set\");\n    let listener = std::n\x65t::TcpListener::bind(&addr).expect(\"bind\");\n    print\x6cn!(\"listening on {addr}\");\n    for stream in listener.incoming() {\n        drop(stream);\n    }\n}\n",
    );
    tree.insert("server/README.md", format!("# {package}\n"));
    tree.insert(
        "server/src/api/routes.rs",
        format!("// {}\n", inputs.app_info.text().replace('\n', " ")),
    );
    tree.insert(
        "client/package.json",
        format!("{{\"name\": \"{}\"}}\n", inputs.settings.client_package),
    );
    for n in 0..60 {
        tree.insert(
            format!("server/src/api/handlers/h{n}.rs"),
            format!("// {package}\n{}", inputs.spec.text()),
        );
    }
    let row = |method: &str, path: &str, id: &str, behaviour: &str, auth: &str| RouteRow {
        method: method.into(),
        path: path.into(),
        operation_id: id.into(),
        behaviour: behaviour.into(),
        auth: auth.into(),
        why: "operationId".into(),
    };
    Ok(Generated {
        tree,
        warnings: Diagnostics::default(),
        routes: vec![
            row(
                "POST",
                "/auth[/{tenantId}]/signup",
                "signUp",
                "email-password.sign-up",
                "none",
            ),
            row(
                "POST",
                "/auth/signout",
                "signOut",
                "session.sign-out",
                "session",
            ),
            row("GET", "/auth/jwt/jwks.json", "getJWKS", "jwt.jwks", "none"),
            row("GET", "/auth/hello", "hello", "custom", "session"),
        ],
    })
}
