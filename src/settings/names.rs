//! Names that other tools take.

/// As the server checks `AUTH_APP_ID`: it stands in the names of cookies.
pub(crate) fn is_app_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

pub(super) fn is_cargo_name(name: &str) -> bool {
    // A crate called like its own library's dependencies (`core`, `std`, `test`) does not build.
    !matches!(name, "core" | "std" | "alloc" | "test" | "proc-macro")
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

pub(super) fn is_npm_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.chars().all(|c| {
                c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.')
            })
    };
    match name.strip_prefix('@').map(|scoped| scoped.split_once('/')) {
        None => is_part(name),
        Some(Some((scope, name))) => is_part(scope) && is_part(name),
        Some(None) => false,
    }
}
