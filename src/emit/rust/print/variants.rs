//! The variants of an enum as rustfmt lays them out, which is not how prettyplease does.

use syn::{Fields, Item, ItemEnum, ItemStruct, Variant, parse_quote};

/// Width of the fields of a struct variant on one line.
const STRUCT_VARIANT: usize = 35;

/// One variant, printed: its docs and attributes, its name, and its named fields, a line each.
struct Printed {
    above: Vec<String>,
    name: String,
    fields: Vec<String>,
}

impl Printed {
    fn of(variant: &Variant) -> Self {
        let mut head = variant.clone();
        let mut fields = Vec::new();
        if matches!(&head.fields, Fields::Named(fields) if !fields.named.is_empty()) {
            let mut all: ItemStruct = parse_quote!(
                struct Fields {}
            );
            all.fields = std::mem::replace(&mut head.fields, Fields::Unit);
            fields = body(Item::Struct(all));
        }
        let mut alone: ItemEnum = parse_quote!(
            enum Head {}
        );
        alone.variants.push(head);
        let mut above = body(Item::Enum(alone));
        let name = above.pop().unwrap_or_default();
        Self {
            above,
            name: name.trim_end_matches(',').to_owned(),
            fields,
        }
    }

    /// All of it but what stands above, if that may be one line.
    fn one_line(&self) -> Option<String> {
        if self.fields.is_empty() {
            return Some(format!("{},", self.name));
        }
        let is_bare = |line: &String| !line.starts_with(['/', '#']);
        let joined = self.fields.join(" ");
        let joined = joined.trim_end_matches(',');
        (joined.len() <= STRUCT_VARIANT && self.fields.iter().all(is_bare))
            .then(|| format!("{} {{ {joined} }},", self.name))
    }

    fn is_one_line(&self) -> bool {
        self.above.is_empty() && self.one_line().is_some()
    }

    /// Its lines, without the enum's indentation.
    fn lines(mut self, short: bool) -> Vec<String> {
        match self.one_line() {
            Some(line) if short || self.fields.is_empty() => self.above.push(line),
            _ => {
                self.above.push(format!("{} {{", self.name));
                let fields = self.fields.iter().map(|line| format!("    {line}"));
                self.above.extend(fields);
                self.above.push("},".to_owned());
            }
        }
        self.above
    }
}

/// An enum.
pub(super) fn item(mut item: ItemEnum) -> String {
    let variants: Vec<Printed> = item.variants.iter().map(Printed::of).collect();
    item.variants.clear();
    let head = super::unparse(Item::Enum(item));
    if variants.is_empty() {
        return head;
    }
    // Where some variants need several lines and others do not, rustfmt gives each field its own.
    let one_line = variants
        .iter()
        .filter(|variant| variant.is_one_line())
        .count();
    let short = one_line == 0 || one_line == variants.len();
    let lines: String = variants
        .into_iter()
        .flat_map(|variant| variant.lines(short))
        .map(|line| format!("    {line}\n"))
        .collect();
    format!("{}\n{lines}}}", head.trim_end_matches('}'))
}

/// The lines between the braces of an item, without their indentation.
fn body(item: Item) -> Vec<String> {
    let text = super::unparse(item);
    let inside = text.lines().filter_map(|line| line.strip_prefix("    "));
    inside.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::super::item;

    #[test]
    fn short_variants_stand_on_one_line() {
        let text = item(quote!(
            pub enum A {
                One { a: String, b: i64 },
                Two,
            }
        ));
        let expected = "pub enum A {\n    One { a: String, b: i64 },\n    Two,\n}";
        assert_eq!(text, expected);
    }

    #[test]
    fn one_long_variant_makes_all_of_them_long() {
        let text = item(quote!(
            pub enum A {
                #[doc = " Docs."]
                One {
                    a: String,
                },
                Two {
                    b: i64,
                },
                Three(Vec<String>),
            }
        ));
        let expected = "pub enum A {\n    /// Docs.\n    One {\n        a: String,\n    },\n    Two {\n        b: i64,\n    },\n    Three(Vec<String>),\n}";
        assert_eq!(text, expected);
    }

    #[test]
    fn without_variants_it_is_one_line() {
        assert_eq!(
            item(quote!(
                pub enum A {}
            )),
            "pub enum A {}"
        );
    }
}
