//! Names that are valid in Rust and in TypeScript and unique in their scope.
//!
//! Only [`Namer`] makes them. Clashes are settled here, once, so that no emitter has to think of them.

mod keyword;
mod printable;

use std::collections::BTreeSet;

use heck::{ToLowerCamelCase, ToSnakeCase, ToUpperCamelCase};
use keyword::not_keyword;
pub(crate) use printable::{is_bidirectional_control, printable};

/// `UpperCamelCase`, valid as a type in Rust and TypeScript.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeName(String);

/// `UpperCamelCase`, valid as an enum variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VariantName(String);

/// A function: `snake_case` in Rust, `camelCase` in TypeScript.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FnName {
    rust: String,
    typescript: String,
}

/// A key of an object: as it stands on the wire, and `snake_case` in Rust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FieldName {
    wire: String,
    rust: String,
}

impl TypeName {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl VariantName {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FnName {
    /// `sign_up`.
    pub(crate) fn rust(&self) -> &str {
        &self.rust
    }

    /// `signUp`.
    pub(crate) fn typescript(&self) -> &str {
        &self.typescript
    }
}

impl FieldName {
    /// The key as it stands in JSON; not an identifier.
    pub(crate) fn wire(&self) -> &str {
        &self.wire
    }

    /// A Rust field name.
    pub(crate) fn rust(&self) -> &str {
        &self.rust
    }
}

/// The names already given in one scope: one `Namer` for the types of an output, one for the
/// variants of an enum, one for the fields of a struct.
#[derive(Debug, Clone, Default)]
pub(crate) struct Namer {
    taken: BTreeSet<String>,
}

impl Namer {
    /// A scope in which some names are taken (types of the prelude, say).
    pub(crate) fn with_reserved(reserved: &[&str]) -> Self {
        Self {
            taken: reserved.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Takes a name that an emitter makes by itself; whether it was still free.
    pub(crate) fn reserve(&mut self, name: &str) -> bool {
        self.taken.insert(name.to_owned())
    }

    /// A type name made of any text.
    pub(crate) fn type_name(&mut self, text: &str) -> TypeName {
        let name = camel(text, "Type");
        TypeName(self.unique(&name, ""))
    }

    /// A type name that is one already.
    pub(crate) fn type_named(&mut self, name: &str) -> TypeName {
        TypeName(self.unique(name, ""))
    }

    /// What the types of an operation begin with, made of its operationId.
    pub(crate) fn operation(&mut self, text: &str) -> VariantName {
        let name = camel(text, "Operation");
        VariantName(self.unique(&name, ""))
    }

    /// A variant name made of any text, such as the literal `FIELD_ERROR`.
    pub(crate) fn variant(&mut self, text: &str) -> VariantName {
        let name = camel(text, "Value");
        VariantName(self.unique(&name, ""))
    }

    /// A function name made of any text.
    pub(crate) fn function(&mut self, text: &str) -> FnName {
        let wanted = not_keyword(snake(text, "operation"));
        let mut verbatim = Some(not_keyword(text.to_owned())).filter(|name| is_camel(name));
        loop {
            let rust = self.unique(&wanted, "_");
            // An operationId that is a name already stays as it is: `getJWKS`, not `getJwks`.
            let made = not_keyword(rust.trim_end_matches('_').to_lower_camel_case());
            for typescript in verbatim.take().into_iter().chain([made]) {
                // `get_2` and `get2` are two names in Rust and one in TypeScript.
                if rust == typescript || self.taken.insert(typescript.clone()) {
                    return FnName { rust, typescript };
                }
            }
        }
    }

    /// A field name for a key of an object.
    pub(crate) fn field(&mut self, wire: &str) -> FieldName {
        let rust = self.unique(&not_keyword(snake(wire, "field")), "_");
        FieldName {
            wire: wire.to_owned(),
            rust,
        }
    }

    /// `name`, or the first of `name2`, `name3`, … that is free.
    fn unique(&mut self, name: &str, separator: &str) -> String {
        let mut candidate = name.to_owned();
        let mut number = 2;
        // `Self2`: rustc warns of `Self_2` as the name of a type.
        let stem = name.trim_end_matches('_');
        while !self.taken.insert(candidate.clone()) {
            candidate = format!("{stem}{separator}{number}");
            number += 1;
        }
        candidate
    }
}

/// Words that their capitals would take apart: `listTOTPdevices`, `oAuthTokens`, `userIDs`.
const WORDS: [&str; 7] = ["OAuth", "oAuth", "TOTP", "IDs", "JWKs", "URIs", "URLs"];

/// `UpperCamelCase` out of any text; `fallback` where nothing usable is left.
fn camel(text: &str, fallback: &str) -> String {
    let name = ascii_words(text).to_upper_camel_case();
    match name.chars().next() {
        None => fallback.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{fallback}{name}"),
        // `Self` is the one upper-case keyword of Rust.
        Some(_) if name == "Self" => "Self_".to_owned(),
        Some(_) => name,
    }
}

/// `snake_case` out of any text; `fallback` where nothing usable is left.
fn snake(text: &str, fallback: &str) -> String {
    let name = ascii_words(text).to_snake_case();
    match name.chars().next() {
        None => fallback.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{fallback}_{name}"),
        Some(_) => name,
    }
}

/// Whether a text is a `lowerCamelCase` name as it stands.
fn is_camel(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric())
}

/// Everything that is not an ASCII letter or digit becomes a word boundary, and so do the ends of
/// [`WORDS`].
fn ascii_words(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(word) = known_word(rest) {
            words.push(' ');
            words.extend(word.chars().take(1));
            words.push_str(&word[1..].to_ascii_lowercase());
            rest = &rest[word.len()..];
            if !rest.starts_with(|next: char| next.is_ascii_digit()) {
                words.push(' ');
            }
            continue;
        }
        words.push(if character.is_ascii_alphanumeric() {
            character
        } else {
            ' '
        });
        rest = &rest[character.len_utf8()..];
    }
    words
}

/// The known word that a text starts with. One in capitals may run into the next: `TOTPdevices`.
fn known_word(text: &str) -> Option<&'static str> {
    WORDS.into_iter().find(|word| {
        let is_capitals = word.bytes().all(|byte| byte.is_ascii_uppercase());
        text.strip_prefix(word).is_some_and(|rest| {
            is_capitals || !rest.starts_with(|next: char| next.is_ascii_lowercase())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_become_variants() {
        let mut namer = Namer::default();
        assert_eq!(namer.variant("FIELD_ERROR").as_str(), "FieldError");
        assert_eq!(namer.variant("field error").as_str(), "FieldError2");
        assert_eq!(namer.variant("404").as_str(), "Value404");
        assert_eq!(namer.variant("⠀⠀").as_str(), "Value");
        assert_eq!(namer.variant("Self").as_str(), "Self_");
        assert_eq!(namer.variant("self").as_str(), "Self2");
    }

    #[test]
    fn keywords_never_come_out() {
        let mut namer = Namer::default();
        assert_eq!(namer.field("type").rust(), "type_");
        assert_eq!(namer.field("type").wire(), "type");
        assert_eq!(namer.function("delete").typescript(), "delete_");
        assert_eq!(namer.type_name("self").as_str(), "Self_");
    }

    #[test]
    fn functions_have_both_cases() {
        let name = Namer::default().function("getOpenIdDiscoveryConfiguration");
        assert_eq!(name.rust(), "get_open_id_discovery_configuration");
        assert_eq!(name.typescript(), "getOpenIdDiscoveryConfiguration");
    }

    #[test]
    fn camel_case_stays_as_it_is_in_typescript() {
        let name = Namer::default().function("getJWKS");
        assert_eq!((name.rust(), name.typescript()), ("get_jwks", "getJWKS"));
    }

    #[test]
    fn known_words_stay_whole() {
        let mut namer = Namer::default();
        let name = namer.function("listTOTPdevices");
        assert_eq!(name.rust(), "list_totp_devices");
        assert_eq!(name.typescript(), "listTOTPdevices");
        assert_eq!(namer.field("oAuthTokens").rust(), "oauth_tokens");
        assert_eq!(namer.field("userIDs").rust(), "user_ids");
        assert_eq!(namer.type_name("OAuth2Client").as_str(), "Oauth2Client");
    }

    #[test]
    fn a_function_and_the_types_of_its_operation_have_one_number() {
        let (mut functions, mut types) = (Namer::default(), Namer::default());
        let ids = ["get-user", "get_user", "getUser", "2fa.enable"];
        let names = ids.map(|id| {
            let name = functions.function(id).typescript().to_owned();
            (name, types.operation(id).as_str().to_owned())
        });
        let expected = [
            ("getUser", "GetUser"),
            ("getUser2", "GetUser2"),
            ("getUser3", "GetUser3"),
            ("operation2faEnable", "Operation2faEnable"),
        ];
        assert_eq!(
            names,
            expected.map(|(one, other)| (one.into(), other.into()))
        );
    }

    #[test]
    fn functions_are_unique_in_both_languages() {
        let mut namer = Namer::default();
        assert_eq!(namer.function("getA2").typescript(), "getA2");
        let other = namer.function("get_a_2");
        assert_eq!((other.rust(), other.typescript()), ("get_a_2_2", "getA22"));
    }
}
