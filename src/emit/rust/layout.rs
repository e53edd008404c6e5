//! Function bodies in the layout of rustfmt.
//!
//! prettyplease breaks lines at other widths than rustfmt does. Declarations come out the same;
//! bodies do not, and so the few shapes that generated bodies are made of are laid out here, by
//! rustfmt's own limits.

/// Width of a line.
const LINE: usize = 100;
/// Width of the fields of a struct literal or pattern on one line.
const STRUCT_LITERAL: usize = 18;
/// Width of a method chain on one line.
const CHAIN: usize = 60;
/// Width of the arguments of a call on one line.
const ARGUMENTS: usize = 60;
/// Width of the arguments of an attribute on one line.
pub(super) const ATTRIBUTE: usize = 70;

/// `name(arguments) -> output`, on one line with `tail` if it fits, else one argument per line.
pub(super) fn signature(
    indent: usize,
    head: &str,
    arguments: &[String],
    output: &str,
    tail: &str,
) -> String {
    let one_line = format!("{head}({}) -> {output}{tail}", arguments.join(", "));
    if indent + one_line.len() <= LINE {
        return one_line;
    }
    let pad = " ".repeat(indent);
    let lines: String = arguments
        .iter()
        .map(|argument| format!("{pad}    {argument},\n"))
        .collect();
    format!("{head}(\n{lines}{pad}) -> {output}{tail}")
}

/// A call, or a chain of calls: `first.second().third()` given as `["first", ".second()", ".third()"]`.
pub(super) struct Chain(pub(super) Vec<String>);

impl Chain {
    /// On one line if it is short, else one call per line; `before` columns of the line are taken.
    fn print(&self, indent: usize, before: usize) -> String {
        let one_line = self.0.concat();
        let short = self.0.len() < 3 || one_line.len() <= CHAIN;
        if short && before + one_line.len() < LINE || self.0.len() == 1 {
            return one_line;
        }
        self.0.join(&format!("\n{}", " ".repeat(indent + 4)))
    }
}

/// `path { field: value, … }`; a field without a value is written in short.
pub(super) fn struct_literal(indent: usize, path: &str, fields: &[(String, Chain)]) -> String {
    if fields.is_empty() {
        return path.to_owned();
    }
    let short = |(name, value): &(String, Chain)| {
        let value = value.0.concat();
        if value == *name {
            value
        } else {
            format!("{name}: {value}")
        }
    };
    let one_line = fields.iter().map(short).collect::<Vec<_>>().join(", ");
    if one_line.len() <= STRUCT_LITERAL {
        return format!("{path} {{ {one_line} }}");
    }
    let pad = " ".repeat(indent);
    let lines: String = fields
        .iter()
        .map(|field| {
            let (name, value) = field;
            if value.0.concat() == *name {
                return format!("{pad}    {name},\n");
            }
            let value = value.print(indent + 4, indent + 4 + name.len() + 2);
            format!("{pad}    {name}: {value},\n")
        })
        .collect();
    format!("{path} {{\n{lines}{pad}}}")
}

/// A pattern of a struct variant: `path { a, b, .. }`.
pub(super) fn pattern(indent: usize, path: &str, names: &[&str], open: bool) -> String {
    let mut parts: Vec<&str> = names.to_vec();
    if open {
        parts.push("..");
    }
    if parts.is_empty() {
        return path.to_owned();
    }
    let one_line = parts.join(", ");
    // rustfmt measures patterns like literals.
    if one_line.len() <= STRUCT_LITERAL {
        return format!("{path} {{ {one_line} }}");
    }
    let pad = " ".repeat(indent);
    let lines: String = parts
        .iter()
        .map(|part| {
            let comma = if *part == ".." { "" } else { "," };
            format!("{pad}    {part}{comma}\n")
        })
        .collect();
    format!("{path} {{\n{lines}{pad}}}")
}

/// `pattern => body,`; the body moves into a block where its first line does not fit.
pub(super) fn arm(indent: usize, pattern: &str, body: &dyn Fn(usize) -> String) -> String {
    let pad = " ".repeat(indent);
    let last_line = pattern.lines().last().unwrap_or_default();
    let start = if pattern.contains('\n') {
        last_line.len()
    } else {
        indent + last_line.len()
    };
    let beside = body(indent);
    let first = beside.lines().next().unwrap_or_default();
    let comma = usize::from(!beside.contains('\n'));
    if start + " => ".len() + first.len() + comma <= LINE {
        return format!("{pad}{pattern} => {beside},");
    }
    let inner = " ".repeat(indent + 4);
    format!("{pad}{pattern} => {{\n{inner}{}\n{pad}}}", body(indent + 4))
}

/// `call(argument)` whose one argument moves to its own line where it is long; `tail` closes the line.
pub(super) fn call(indent: usize, head: &str, argument: &str, closing: &str) -> String {
    let line = indent + head.len() + argument.len() + closing.len();
    if argument.len() <= ARGUMENTS && line <= LINE {
        return format!("{head}{argument}{closing}");
    }
    let pad = " ".repeat(indent);
    format!("{head}\n{pad}    {argument},\n{pad}{closing}")
}

/// `use prefix::{names};`, sorted; empty without names.
pub(super) fn import(prefix: &str, names: &[&str]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable_by_key(|name| (*name != "self", *name));
    names.dedup();
    match names.as_slice() {
        [] => return String::new(),
        ["self"] => return format!("use {prefix};"),
        [name] => return format!("use {prefix}::{name};"),
        _ => {}
    }
    let one_line = format!("use {prefix}::{{{}}};", names.join(", "));
    if one_line.len() <= LINE {
        return one_line;
    }
    let mut lines = vec![String::from("   ")];
    for name in names {
        let line = lines.last_mut().expect("there is a first line");
        if line.len() + " ".len() + name.len() + ",".len() <= LINE {
            line.push_str(&format!(" {name},"));
        } else {
            lines.push(format!("    {name},"));
        }
    }
    format!("use {prefix}::{{\n{}\n}};", lines.join("\n"))
}

/// A chain of calls, broken where it is long.
pub(super) fn chain(indent: usize, calls: &[String]) -> String {
    let one_line = calls.concat();
    if one_line.len() <= CHAIN {
        one_line
    } else {
        calls.join(&format!("\n{}    ", " ".repeat(indent)))
    }
}

/// A match arm whose body is a chain of calls; the chain is broken where it is long, and moves into
/// a block where it does not fit beside the pattern.
pub(super) fn chain_arm(indent: usize, pattern: &str, calls: &[String]) -> String {
    let pad = " ".repeat(indent);
    let beside = chain(indent, calls);
    let first = beside.lines().next().unwrap_or_default();
    if indent + pattern.len() + " => ".len() + first.len() + ",".len() <= LINE {
        return format!("{pad}{pattern} => {beside},");
    }
    let inside = chain(indent + 4, calls);
    format!("{pad}{pattern} => {{\n{pad}    {inside}\n{pad}}}")
}

/// A match arm for any of several patterns; each stands on its own line where they are long.
pub(super) fn alternatives(indent: usize, patterns: &[String], body: &str) -> String {
    let pad = " ".repeat(indent);
    let on_one_line = patterns.join(" | ");
    let patterns = if indent + on_one_line.len() + " => ".len() + "{".len() <= LINE {
        on_one_line
    } else {
        patterns.join(&format!("\n{pad}| "))
    };
    arm(indent, &patterns, &|_| body.to_owned())
}

/// `head(arguments)tail`, one argument per line where they are long.
pub(super) fn invoke(indent: usize, head: &str, arguments: &[String], tail: &str) -> String {
    let one_line = arguments.join(", ");
    if one_line.len() <= ARGUMENTS && indent + head.len() + one_line.len() + tail.len() + 3 <= LINE
    {
        return format!("{head}({one_line}){tail}");
    }
    let pad = " ".repeat(indent);
    let lines: String = arguments
        .iter()
        .map(|argument| format!("{pad}    {argument},\n"))
        .collect();
    format!("{head}(\n{lines}{pad}){tail}")
}
