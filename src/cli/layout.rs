//! What a run says where it moves a project from the layout that the first versions of auth-gen generated.

use super::generate::files;

/// Whether the file belongs to the runtime as it stood then: below `server/src`, beside the generated `api`.
fn is_old_runtime(path: &str) -> bool {
    let is_source = path.starts_with("server/src/") && !path.starts_with("server/src/api/");
    is_source || path.starts_with("server/migrations/")
}

/// What has moved and what is left to do, for a run that has removed these files; `None` where it has moved
/// nothing. `is_vendored`: whether the runtime is copied into the output.
pub(super) fn notice(removed: &[String], is_vendored: bool) -> Option<String> {
    let moved = removed.iter().filter(|path| is_old_runtime(path)).count();
    if moved == 0 {
        return None;
    }
    let tests = removed
        .iter()
        .filter(|path| path.starts_with("server/tests/"))
        .count();
    let place = if is_vendored {
        "the crate `server/runtime`"
    } else {
        "the crate `auth-runtime`, on which `server/Cargo.toml` depends"
    };
    let tests = match tests {
        0 => String::new(),
        count => format!(" Its own tests ({}) are no longer generated.", files(count)),
    };
    Some(format!(
        "  moved: the runtime, from `server/src` and `server/migrations` ({}) into {place}.{tests}\n  \
           in your code: paths as `auth_server::Session` stay; `auth_server::flows` is `auth_server::recipes`; \
         `None::<NoCustom>` is `Endpoints::new()`; and `impl Custom` is an `impl` of one trait for each tag, with \
         `#[auth_server::async_trait]`, that you give to `Endpoints` (see `server/README.md`)\n",
        files(moved)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_old_runtime_are_a_move() {
        let removed = |paths: &[&str]| {
            paths
                .iter()
                .map(|&path| path.to_owned())
                .collect::<Vec<_>>()
        };
        let others = removed(&[
            "server/src/api/custom.rs",
            "server/runtime/src/store.rs",
            "client/a.ts",
        ]);
        assert_eq!(notice(&others, true), None);
        let old = removed(&["server/src/store.rs"]);
        let text = notice(&old, false).expect("it has moved");
        assert!(
            text.contains("(1 file) into the crate `auth-runtime`, on which"),
            "{text}"
        );
        assert!(!text.contains("tests"), "{text}");
    }
}
