//! One item → text.
//!
//! prettyplease prints a whole file without blank lines and drops its `//` comments, so each item is
//! printed alone and the frames put them together.

mod literals;
mod variants;

use proc_macro2::TokenStream;

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
    let text = tokens.to_string();
    syn::parse2(tokens).unwrap_or_else(|error| {
        panic!("auth-gen made an item that is not Rust: {error}\n{text}");
    })
}

/// Prints one item as prettyplease does.
fn unparse(item: syn::Item) -> String {
    // Made by parsing: a literal would break whenever syn gives `File` another field.
    let mut file = syn::parse_file("").expect("an empty file is valid");
    file.items.push(item);
    prettyplease::unparse(&file).trim_end().to_owned()
}

/// Checks that a rendered file is Rust.
///
/// # Panics
/// When it is not: a bug of ours, named by file, line and column.
pub(super) fn check(path: &str, text: &str) {
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
    #[should_panic(expected = "server/src/api/models.rs:2:")]
    fn broken_files_are_named() {
        check("server/src/api/models.rs", "struct A;\nstruct {");
    }
}
