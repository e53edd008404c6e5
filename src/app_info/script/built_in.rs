//! The functions of JavaScript itself that settings are made with.

use std::rc::Rc;

use url::Url;

use super::environment;
use super::machine::Machine;
use super::value::{Cause, Kind, Place, Value};
use crate::app_info::setting::Change;

impl<'a> Machine<'a> {
    /// A call of something that no file declares.
    pub(super) fn built_in(
        &mut self,
        path: &str,
        arguments: &[Value<'a>],
        place: Place,
    ) -> Value<'a> {
        let first = arguments.first().cloned();
        let first = first.unwrap_or_else(|| Value::undefined(place));
        match path {
            "Object.freeze"
            | "Object.seal"
            | "Object.preventExtensions"
            | "structuredClone"
            | "Promise.resolve" => first,
            "Object.assign" => {
                let target = self.force(&first);
                if let Kind::Object(object) = &target.kind {
                    for source in arguments.iter().skip(1) {
                        self.spread(object, source, place);
                    }
                }
                target
            }
            "Object.keys" | "Object.values" | "Object.entries" => {
                let value = self.force(&first);
                let keys = self.keys(&value);
                let list = keys.into_iter().map(|(key, key_place)| {
                    let name = Value::text(&key, key_place);
                    match path {
                        "Object.keys" => name,
                        "Object.values" => self.member(&value, &key, key_place),
                        _ => {
                            let member = self.member(&value, &key, key_place);
                            Value::new(Kind::List(Rc::new(vec![name, member])), key_place)
                        }
                    }
                });
                let list = list.collect();
                Value::new(Kind::List(Rc::new(list)), place)
            }
            "Object.fromEntries" => self.object_of_entries(&first, place),
            "String" => self.as_text(&first),
            "Number" | "parseInt" | "Number.parseInt" => self.as_number(&first, place),
            "Boolean" => {
                let condition = self.truth(&first);
                self.boolean(condition, place)
            }
            "Array.isArray" => {
                let is_list = matches!(self.force(&first).kind, Kind::List(_));
                Value::new(Kind::Bool(is_list), place)
            }
            "Deno.env.get" => {
                self.computed_member(&Value::new(Kind::Environment, place), &first, place)
            }
            "require" | "import" => self.import_call(&first, place),
            "URL" => self.new_url(arguments, place),
            _ => environment::unknown_global(path, place),
        }
    }

    fn object_of_entries(&mut self, entries: &Value<'a>, place: Place) -> Value<'a> {
        let Kind::List(list) = self.force(entries).kind else {
            return Value::unknown(Cause::Unsupported, "a function call", place);
        };
        let mut properties = Vec::new();
        for entry in list.iter() {
            let key = self.member(entry, "0", place);
            if let Kind::Text(key) = self.as_text(&key).kind {
                properties.push((key, self.member(entry, "1", place)));
            }
        }
        self.new_object(properties, place)
    }

    /// `new URL(address, base)` of known texts.
    pub(super) fn new_url(&mut self, arguments: &[Value<'a>], place: Place) -> Value<'a> {
        let mut texts = Vec::new();
        for argument in arguments {
            match self.as_text(argument).kind {
                Kind::Text(text) => texts.push(text),
                Kind::Unknown(reason) => return Value::new(Kind::Unknown(reason), place),
                _ => {
                    let what = "a URL made of a variable; write the text that is needed itself";
                    return Value::unknown(Cause::Unsupported, what, place);
                }
            }
        }
        let url = match texts.as_slice() {
            [text] => Url::parse(text).ok(),
            [text, base] => Url::parse(base).ok().and_then(|base| base.join(text).ok()),
            _ => None,
        };
        let Some(url) = url else {
            return Value::unknown(Cause::Unsupported, "a URL that is not valid", place);
        };
        let host = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| port.to_string()).unwrap_or_default();
        let authority = match port.as_str() {
            "" => host.to_owned(),
            port => format!("{host}:{port}"),
        };
        let parts = [
            ("href", url.to_string()),
            ("origin", url.origin().ascii_serialization()),
            ("protocol", format!("{}:", url.scheme())),
            ("host", authority),
            ("hostname", host.to_owned()),
            ("port", port),
            ("pathname", url.path().to_owned()),
        ];
        let parts = parts.map(|(key, text)| (key.into(), Value::text(&text, place)));
        self.new_object(parts, place)
    }

    /// A method of a text, a number or a list.
    pub(super) fn built_in_method(
        &mut self,
        this: &Value<'a>,
        key: &str,
        arguments: &[Value<'a>],
        place: Place,
    ) -> Value<'a> {
        if matches!(this.kind, Kind::List(_)) {
            return self.list_method(this, key, arguments, place);
        }
        if let Kind::Number(_) | Kind::Bool(_) = this.kind {
            return match (key, arguments) {
                ("toString", []) => self.as_text(this),
                _ => Value::unknown(Cause::Unsupported, "a function call", place),
            };
        }
        let change = match key {
            "toString" | "valueOf" | "normalize" => return this.clone(),
            "concat" => {
                let mut parts = vec![this.clone()];
                for argument in arguments {
                    parts.push(self.as_text(argument));
                }
                return self.join(parts, place);
            }
            "toLowerCase" | "toLocaleLowerCase" => Some(Change::LowerCase),
            "toUpperCase" | "toLocaleUpperCase" => Some(Change::UpperCase),
            "trim" => Some(Change::Trim),
            "replace" | "replaceAll" => self.replacement(key, arguments),
            _ => None,
        };
        match (&this.kind, change) {
            (Kind::Text(text), Some(change)) => {
                Value::text(&change.apply(text).unwrap_or_default(), place)
            }
            (Kind::Variable(_) | Kind::Join(_) | Kind::Changed(..), Some(change)) => {
                let kind = Kind::Changed(Rc::new(this.clone()), Rc::new(change));
                Value::new(kind, place)
            }
            (Kind::Text(text), None) => {
                let text = Rc::clone(text);
                self.text_method(&text, key, arguments, place)
            }
            _ => Value::unknown(Cause::Unsupported, format!("a call of `{key}`"), place),
        }
    }

    /// What `replace` with these arguments does, where it can be said without a regular expression.
    fn replacement(&mut self, key: &str, arguments: &[Value<'a>]) -> Option<Change> {
        let [from, to] = arguments else { return None };
        let (from, to) = (self.force(from), self.as_text(to));
        let Kind::Text(to) = &to.kind else {
            return None;
        };
        if to.contains('$') {
            return None;
        }
        match &from.kind {
            // An empty text is found between any two letters.
            Kind::Text(from) if from.is_empty() => None,
            Kind::Text(from) if key == "replace" => {
                Some(Change::Replace(from.to_string(), to.to_string()))
            }
            Kind::Text(from) => Some(Change::ReplaceAll(from.to_string(), to.to_string())),
            Kind::RegExp(pattern, flags) => {
                let body = pattern.strip_prefix('^').unwrap_or(pattern);
                let at_start = body.len() < pattern.len();
                let inner = body.strip_suffix('$').filter(|it| !it.ends_with('\\'));
                let at_end = inner.is_some();
                let literal = literal_pattern(inner.unwrap_or(body))?;
                match (at_start, at_end, &**flags) {
                    (false, false, "") => Some(Change::Replace(literal, to.to_string())),
                    (false, false, "g") => Some(Change::ReplaceAll(literal, to.to_string())),
                    (true, false, "" | "g") if to.is_empty() => Some(Change::WithoutStart(literal)),
                    (false, true, "" | "g") if to.is_empty() => Some(Change::WithoutEnd(literal)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn text_method(
        &mut self,
        text: &str,
        key: &str,
        arguments: &[Value<'a>],
        place: Place,
    ) -> Value<'a> {
        let arguments: Vec<Kind> = arguments.iter().map(|it| self.force(it).kind).collect();
        let boolean = |it| Value::new(Kind::Bool(it), place);
        match (key, arguments.as_slice()) {
            ("startsWith", [Kind::Text(part)]) => boolean(text.starts_with(&**part)),
            ("endsWith", [Kind::Text(part)]) => boolean(text.ends_with(&**part)),
            ("includes", [Kind::Text(part)]) => boolean(text.contains(&**part)),
            ("split", [Kind::Text(part)]) if !part.is_empty() => {
                let parts = text.split(&**part).map(|part| Value::text(part, place));
                Value::new(Kind::List(Rc::new(parts.collect())), place)
            }
            ("trimEnd", []) => Value::text(text.trim_end(), place),
            ("trimStart", []) => Value::text(text.trim_start(), place),
            ("slice" | "substring", [Kind::Number(start)]) if text.is_ascii() => {
                slice(text, key, *start, text.len() as f64, place)
            }
            ("slice" | "substring", [Kind::Number(start), Kind::Number(end)])
                if text.is_ascii() =>
            {
                slice(text, key, *start, *end, place)
            }
            _ => Value::unknown(Cause::Unsupported, format!("a call of `{key}`"), place),
        }
    }

    fn list_method(
        &mut self,
        this: &Value<'a>,
        key: &str,
        arguments: &[Value<'a>],
        place: Place,
    ) -> Value<'a> {
        let Kind::List(list) = &this.kind else {
            return this.clone();
        };
        let first = arguments.first().cloned();
        match (key, first) {
            ("join", separator) => {
                let separator = separator.unwrap_or_else(|| Value::text(",", place));
                let separator = self.as_text(&separator);
                let mut parts = Vec::new();
                for (index, item) in list.iter().enumerate() {
                    if index > 0 {
                        parts.push(separator.clone());
                    }
                    let item = self.force(item);
                    if !matches!(item.kind, Kind::Undefined | Kind::Null) {
                        parts.push(self.as_text(&item));
                    }
                }
                self.join(parts, place)
            }
            ("map", Some(function)) => {
                let values = list.iter().enumerate().map(|(index, item)| {
                    let index = Value::new(Kind::Number(index as f64), place);
                    self.call(&function, None, vec![item.clone(), index], place)
                });
                Value::new(Kind::List(Rc::new(values.collect())), place)
            }
            // `[a, b].find(Boolean)` is `a || b`.
            ("find", Some(function)) => {
                let mut found = Value::undefined(place);
                for item in list.iter().rev() {
                    let verdict = self.call(&function, None, vec![item.clone()], place);
                    let condition = self.truth(&verdict);
                    found = Value::choice(condition, item.clone(), found, place);
                }
                self.bounded(found, place)
            }
            ("filter", Some(function)) => {
                let mut kept = Vec::new();
                for item in list.iter() {
                    let verdict = self.call(&function, None, vec![item.clone()], place);
                    match self.truth(&verdict) {
                        super::conditions::Condition::Always(true) => kept.push(item.clone()),
                        super::conditions::Condition::Always(false) => {}
                        _ => return Value::unknown(Cause::Unsupported, "a search", place),
                    }
                }
                Value::new(Kind::List(Rc::new(kept)), place)
            }
            ("at", Some(index)) => match index.kind {
                Kind::Number(index) if index < 0.0 => {
                    let index = list.len() as f64 + index;
                    self.member(this, &index.to_string(), place)
                }
                _ => self.computed_member(this, &index, place),
            },
            ("includes", Some(item)) => {
                let is_constant =
                    |it: &Value| matches!(it.kind, Kind::Text(_) | Kind::Number(_) | Kind::Bool(_));
                let item = self.force(&item);
                if is_constant(&item) && list.iter().all(is_constant) {
                    return Value::new(Kind::Bool(list.contains(&item)), place);
                }
                Value::unknown(Cause::Unsupported, "a search", place)
            }
            ("concat", Some(other)) => match self.force(&other).kind {
                Kind::List(other) => {
                    let all = list.iter().chain(other.iter()).cloned().collect();
                    Value::new(Kind::List(Rc::new(all)), place)
                }
                _ => Value::unknown(Cause::Unsupported, "a call of `concat`", place),
            },
            _ => Value::unknown(Cause::Unsupported, format!("a call of `{key}`"), place),
        }
    }
}

/// The text that a regular expression without operators matches.
fn literal_pattern(pattern: &str) -> Option<String> {
    let mut literal = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next()? {
                escaped if escaped.is_ascii_alphanumeric() => return None,
                escaped => literal.push(escaped),
            },
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => {
                return None;
            }
            letter => literal.push(letter),
        }
    }
    (!literal.is_empty()).then_some(literal)
}

/// A part of an ASCII text; negative ends of `slice` count from its end.
fn slice<'a>(text: &str, key: &str, start: f64, end: f64, place: Place) -> Value<'a> {
    let length = text.len() as f64;
    let index = |at: f64| {
        let at = if at < 0.0 && key == "slice" {
            length + at
        } else {
            at
        };
        at.clamp(0.0, length) as usize
    };
    let (mut start, mut end) = (index(start), index(end));
    if key == "substring" && start > end {
        std::mem::swap(&mut start, &mut end);
    }
    Value::text(text.get(start..end).unwrap_or_default(), place)
}
