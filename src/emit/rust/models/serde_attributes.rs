//! `#[serde(…)]` as rustfmt would break it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::rust::layout;

/// One attribute, or one for each part where one would be too wide.
pub(in crate::emit::rust) fn attributes(parts: &[String]) -> TokenStream {
    if parts.is_empty() {
        return TokenStream::new();
    }
    let joined = parts.join(", ");
    let groups: Vec<&str> = if joined.len() <= layout::ATTRIBUTE {
        vec![&joined]
    } else {
        parts.iter().map(String::as_str).collect()
    };
    let groups = groups.into_iter().map(|group| {
        group
            .parse::<TokenStream>()
            .expect("the parts are written by `auth-gen` and are tokens")
    });
    quote!(#(#[serde(#groups)])*)
}
