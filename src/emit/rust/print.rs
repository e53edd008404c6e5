//! One item → text.
//!
//! prettyplease prints a whole file without blank lines and drops its `//` comments, so each item is
//! printed alone and the frames put them together.

mod literals;
mod variants;

use proc_macro2::TokenStream;

use crate::parallel;

/// Prints one item as rustfmt would.
///
/// # Panics
/// When the tokens are no item: a bug of ours.
pub(super) fn item(tokens: TokenStream) -> String {
    match parse(tokens) {
        syn::Item::Enum(item) => variants::item(item),
        impls @ syn::Item::Impl(_) => literals::joined(&unparse(impls)),
        other => unparse(other),
    }
}

fn parse(tokens: TokenStream) -> syn::Item {
    // Tokens that are held twice are copied to be parsed.
    let shown = cfg!(debug_assertions).then(|| tokens.clone());
    syn::parse2(tokens).unwrap_or_else(|error| {
        let shown = shown.unwrap_or_default();
        panic!("auth-gen made an item that is not Rust: {error}\n{shown}");
    })
}

thread_local! {
    /// Made by parsing: a literal would break whenever syn gives `File` another field.
    static EMPTY: syn::File = syn::parse_file("").expect("an empty file is valid");
}

/// Prints one item as prettyplease does.
fn unparse(item: syn::Item) -> String {
    let mut file = EMPTY.with(Clone::clone);
    file.items.push(item);
    let mut text = prettyplease::unparse(&file);
    text.truncate(text.trim_end().len());
    text
}

/// The size of a part of a file that is parsed at once: the syntax tree takes a hundred times the memory of its text.
const PART: usize = 16 * 1024;

/// Checks that a rendered file is Rust, in a build with debug assertions, such as that of the tests: each item was parsed
/// already when it was made, and to parse all of them again would be a quarter of the work.
///
/// # Panics
/// When it is not: a bug of ours, named by file, line and column.
pub(super) fn check(path: &str, text: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    let parts = parts(text);
    let are_rust = parallel::map(parts.len(), |part| {
        let is_rust = syn::parse_file(parts[part]).is_ok();
        proc_macro2::extra::invalidate_current_thread_spans();
        is_rust
    });
    if are_rust.into_iter().all(|is_rust| is_rust) {
        return;
    }
    if let Err(error) = syn::parse_file(text) {
        let start = error.span().start();
        let line = text.lines().nth(start.line.saturating_sub(1)).unwrap_or("");
        panic!(
            "auth-gen wrote Rust that does not parse: {path}:{}:{}: {error}\n{line}",
            start.line,
            start.column + 1,
        );
    }
}

/// A file in parts that end where an item ends: before a blank line that something without indentation follows.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices("\n\n") {
        let next = at + 2;
        let is_item = !text[next..].starts_with([' ', '}', ')', ']', '\n']);
        if next - start >= PART && is_item {
            parts.push(&text[start..next]);
            start = next;
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn doc_attributes_become_line_comments() {
        let text = item(quote! {
            #[doc = " One line."]
            #[doc = ""]
            #[doc = " Another."]
            pub struct Thing { #[doc = " Its name."] pub name: String }
        });
        assert_eq!(
            text,
            "/// One line.\n///\n/// Another.\npub struct Thing {\n    /// Its name.\n    pub name: String,\n}",
        );
    }

    #[test]
    fn a_long_file_is_parsed_in_parts() {
        let item = "/// Docs.\npub fn a() {\n    b();\n\n    c();\n}\n\n";
        let text = item.repeat(2_000);
        let parts = parts(&text);
        assert!(parts.len() > 4, "{}", parts.len());
        assert_eq!(parts.concat(), text);
        check("server/src/api/models.rs", &text);
    }

    #[test]
    #[should_panic(expected = "server/src/api/models.rs:8001:")]
    fn what_is_wrong_in_a_long_file_is_named() {
        let text = "struct A;\n\n".repeat(4_000);
        check("server/src/api/models.rs", &format!("{text}struct {{\n"));
    }

    #[test]
    #[should_panic(expected = "server/src/api/models.rs:2:")]
    fn broken_files_are_named() {
        check("server/src/api/models.rs", "struct A;\nstruct {");
    }
}
