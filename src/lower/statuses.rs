//! Which HTTP statuses a response of the spec stands for: a code before a class, a class before `default`
//! (OpenAPI 3.1.1, §4.8.16).

use crate::ir::Statuses;
use crate::spec::document::Operation;

/// Statuses whose answers have no body (RFC 9110 §15.3.5, §15.3.6, §15.4.5).
const WITHOUT_BODY: &[u16] = &[204, 205, 304];

/// Of a built-in, whose outcomes decide: one code. `default` is its success, where the spec has no other.
pub(super) fn of_built_in(operation: &Operation, code: &str) -> Option<Statuses> {
    let http = match code {
        "default" if has_success(operation) => return None,
        "default" => 200,
        code => code.replace(['X', 'x'], "0").parse::<u16>().ok()?,
    };
    (200..500).contains(&http).then_some(Statuses::One(http))
}

/// Of an operation of the application. None where no answer can have such a status: an interim one (RFC 9110 §15.2) is no
/// answer, and nothing may be left for `default`, which is an error where the spec has a success.
pub(super) fn of_custom(operation: &Operation, code: &str) -> Option<Statuses> {
    if let Ok(http) = code.parse::<u16>() {
        return (http >= 200).then_some(Statuses::One(http));
    }
    let first = match has_success(operation) {
        true => 4,
        false => 2,
    };
    let classes: Vec<u16> = match class(code) {
        Some(class) => (class >= 2).then_some(class).into_iter().collect(),
        None => {
            let codes = operation.responses.iter();
            let known: Vec<u16> = codes.filter_map(|one| class(&one.code)).collect();
            (first..=5).filter(|class| !known.contains(class)).collect()
        }
    };
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for class in classes {
        let (from, to) = (class * 100, class * 100 + 99);
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == from => *last = to,
            _ => ranges.push((from, to)),
        }
    }
    if ranges.is_empty() {
        return None;
    }
    let codes = operation.responses.iter();
    let mut except: Vec<u16> = codes
        .filter_map(|one| one.code.parse().ok())
        .filter(|code| is_within(&ranges, *code))
        .collect();
    except.sort_unstable();
    Some(Statuses::Several {
        written: code.to_ascii_uppercase().replace("DEFAULT", "default"),
        ranges,
        except,
    })
}

/// Those of them that can have a body.
pub(super) fn with_body(statuses: &Statuses) -> Statuses {
    let mut statuses = statuses.clone();
    if let Statuses::Several { ranges, except, .. } = &mut statuses {
        let without = WITHOUT_BODY.iter().filter(|code| is_within(ranges, **code));
        except.extend(without);
        except.sort_unstable();
        except.dedup();
    }
    statuses
}

fn has_success(operation: &Operation) -> bool {
    let mut responses = operation.responses.iter();
    responses.any(|response| response.code.starts_with(['2', '3']))
}

/// The first digit of `4XX`.
fn class(code: &str) -> Option<u16> {
    let is_class = code
        .get(1..)
        .is_some_and(|end| end.eq_ignore_ascii_case("xx"));
    code.get(..1).filter(|_| is_class)?.parse().ok()
}

fn is_within(ranges: &[(u16, u16)], code: u16) -> bool {
    ranges
        .iter()
        .any(|(from, to)| (*from..=*to).contains(&code))
}
