//! `[nextjs]`: the route of a Next.js application that forwards to the server.

use crate::diagnostic::{Diagnostic, Diagnostics};

/// What a Next.js application gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nextjs {
    /// Which of its two routers has the route; the same path in both does not build.
    pub router: Router,
    /// Where the route runs.
    pub runtime: Runtime,
    /// Whether there is a module, too, that verifies sessions; it needs the package `jose`.
    pub session: bool,
}

/// The routers of Next.js.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Router {
    /// `app/`: route handlers.
    #[default]
    App,
    /// `pages/`: API routes.
    Pages,
}

impl Router {
    pub(super) const NAMES: &[(&str, Self)] = &[("app", Self::App), ("pages", Self::Pages)];
}

/// The runtimes of Next.js.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Runtime {
    /// A Node.js process.
    #[default]
    Nodejs,
    /// What has the interfaces of the web alone.
    Edge,
}

impl Runtime {
    pub(super) const NAMES: &[(&str, Self)] = &[("nodejs", Self::Nodejs), ("edge", Self::Edge)];
}

impl Nextjs {
    /// Looks whether the application can have a route at the path of the auth APIs; `has_jwks` says
    /// whether the server publishes its keys.
    ///
    /// # Errors
    /// With all that stands against it.
    pub(crate) fn check(self, api_base_path: &str, has_jwks: bool) -> Result<(), Diagnostics> {
        let mut problems = Diagnostics::default();
        let mut problem = |title: String, help: &str| {
            problems.push(Diagnostic::error("invalid-setting", title).help(help));
        };
        let shown = format!("`apiBasePath` is `{api_base_path}`");
        if api_base_path.is_empty() {
            problem(
                "`apiBasePath` is the root, where the route would take every page of the Next.js \
                 application"
                    .to_owned(),
                "name a path for the auth APIs in appInfo, like `/api/auth`",
            );
        } else if self.router == Router::Pages && !api_base_path.starts_with("/api/") {
            problem(
                format!("{shown}, and the pages router answers APIs below `/api/` alone"),
                "say `/api/auth` in appInfo, or `router = \"app\"` in `[nextjs]`",
            );
        }
        for segment in api_base_path.split('/').skip(1) {
            if !is_folder(segment) {
                problem(
                    format!("{shown}, and Next.js has no route with the segment `{segment}`"),
                    "a folder of its routers is made of letters, digits, `-`, `_` and `.`, and begins \
                     with no `_`",
                );
            }
        }
        if self.router == Router::Pages && self.runtime == Runtime::Edge {
            problem(
                "the API routes of the pages router stream in Node.js alone".to_owned(),
                "leave `runtime` out, or say `router = \"app\"`",
            );
        }
        if self.session && !has_jwks {
            problem(
                "`session = true` needs the server's public keys, and the spec has no operation for \
                 them"
                .to_owned(),
                "add the operation `getJWKS` to the spec, or leave `session` out",
            );
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }
}

/// Whether a segment of a path can be a folder that means nothing else to Next.js (`_private`,
/// `(group)`, `[parameter]`, `@slot`).
fn is_folder(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && !segment.starts_with('_')
        && segment
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: Nextjs = Nextjs {
        router: Router::Pages,
        runtime: Runtime::Nodejs,
        session: false,
    };

    fn titles(nextjs: Nextjs, path: &str, has_jwks: bool) -> String {
        let problems = nextjs.check(path, has_jwks).err().unwrap_or_default();
        let titles: Vec<&str> = problems.iter().map(|one| one.title.as_str()).collect();
        titles.join("\n")
    }

    #[test]
    fn each_router_has_its_paths() {
        for path in ["/auth", "/api/auth", "/a/b.c/d-e_f"] {
            assert_eq!(titles(Nextjs::default(), path, false), "", "{path}");
        }
        assert_eq!(titles(PAGES, "/api/auth", false), "");
        insta::assert_snapshot!(titles(PAGES, "/auth", false), @"`apiBasePath` is `/auth`, and the pages router answers APIs below `/api/` alone");
        insta::assert_snapshot!(titles(Nextjs::default(), "", false), @"`apiBasePath` is the root, where the route would take every page of the Next.js application");
        insta::assert_snapshot!(titles(Nextjs::default(), "/_a/b%20c", false), @r"
        `apiBasePath` is `/_a/b%20c`, and Next.js has no route with the segment `_a`
        `apiBasePath` is `/_a/b%20c`, and Next.js has no route with the segment `b%20c`
        ");
    }

    #[test]
    fn impossible_settings_are_reported_at_once() {
        let nextjs = Nextjs {
            runtime: Runtime::Edge,
            session: true,
            ..PAGES
        };
        insta::assert_snapshot!(titles(nextjs, "/auth", false), @r"
        `apiBasePath` is `/auth`, and the pages router answers APIs below `/api/` alone
        the API routes of the pages router stream in Node.js alone
        `session = true` needs the server's public keys, and the spec has no operation for them
        ");
    }
}
