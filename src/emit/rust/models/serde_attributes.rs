//! `#[serde(…)]` as rustfmt would break it.

use proc_macro2::TokenStream;
use quote::quote;

/// Width of the arguments of one attribute.
const WIDTH: usize = 70;

/// One attribute, or several where one would be too wide.
pub(in crate::emit::rust) fn attributes(parts: &[String]) -> TokenStream {
    let mut groups: Vec<String> = Vec::new();
    for part in parts {
        match groups.last_mut() {
            Some(group) if group.len() + ", ".len() + part.len() <= WIDTH => {
                group.push_str(", ");
                group.push_str(part);
            }
            _ => groups.push(part.clone()),
        }
    }
    let groups = groups.into_iter().map(|group| {
        group
            .parse::<TokenStream>()
            .expect("the parts are written by `auth-gen` and are tokens")
    });
    quote!(#(#[serde(#groups)])*)
}
