//! The answers of one operation: which of them released clients know.

use super::Effect::{Breaking, Code, Compatible, Unknown};
use super::sheet::{Direction, Place, Sheet};
use super::types::Types;
use crate::ir::{Answer, Arm, ArmBody, Field, Shape, Type};

/// Compares all answers of an operation.
pub(super) fn compare(types: Types<'_>, sheet: &mut Sheet, id: &str, old: &Answer, new: &Answer) {
    if let (Some(was), Some(is)) = (&old.tag, &new.tag)
        && was != is
    {
        let text = format!("the answers of `{id}` are distinguished by `{is}` instead of `{was}`");
        return sheet.note(Breaking, "discriminator-changed", text);
    }
    let tag = old
        .tag
        .as_deref()
        .or(new.tag.as_deref())
        .unwrap_or("status");
    let mut is_known = vec![false; new.arms.len()];
    let mut gone = Vec::new();
    let mut keeps_success = false;
    for arm in &old.arms {
        let counterparts = counterparts(types, (id, tag), arm, (old, new), &is_known);
        keeps_success |= !counterparts.is_empty() && arm.statuses.is_success();
        if counterparts.is_empty() {
            gone.push(arm);
        }
        for (at, found) in counterparts {
            is_known[at] = true;
            sheet.extend(found);
        }
    }
    for arm in gone {
        let name = shown(arm);
        if arm.statuses.is_success() && !keeps_success {
            let text = format!(
                "`{id}` no longer answers {name}, and released clients know no other success"
            );
            sheet.note(Breaking, "success-removed", text);
        } else {
            let text = format!("`{id}` no longer answers {name}");
            sheet.note(Compatible, "answer-removed", text);
        }
    }
    for (arm, _) in new.arms.iter().zip(is_known).filter(|(_, known)| !known) {
        let text = format!("`{id}` may answer {}", shown(arm));
        sheet.note(Unknown, "answer-added", text);
    }
}

/// The answers of the new description that released clients take for one of the old one, and what is
/// different in each. A literal decides; where one side has none, the keys do.
fn counterparts(
    types: Types<'_>,
    (id, tag): (&str, &str),
    arm: &Arm,
    (old, new): (&Answer, &Answer),
    is_known: &[bool],
) -> Vec<(usize, Sheet)> {
    let compared = |(at, other): (usize, &Arm)| {
        let mut sheet = Sheet::default();
        pair(types, &mut sheet, (id, tag), arm, other);
        (at, sheet)
    };
    let named = |other: &&(usize, &Arm)| arm.literal.is_some() && other.1.literal == arm.literal;
    let all: Vec<(usize, &Arm)> = new.arms.iter().enumerate().collect();
    let mut same = all.iter().filter(named);
    let exact = same
        .clone()
        .find(|(_, other)| other.statuses == arm.statuses && other.media == arm.media);
    if let Some(found) = exact.or_else(|| same.next()) {
        return vec![compared(*found)];
    }
    let mut candidates: Vec<(usize, &Arm)> = all;
    candidates.retain(|(_, other)| {
        let is_taken =
            (old.arms.iter()).any(|one| one.literal.is_some() && one.literal == other.literal);
        other.statuses.overlap(&arm.statuses)
            && !is_taken
            && (arm.literal.is_none() || other.literal.is_none())
    });
    // Of several media types the same one is meant.
    if candidates.iter().any(|(_, other)| other.media == arm.media) {
        candidates.retain(|(_, other)| other.media == arm.media);
    }
    let mut trials: Vec<_> = candidates.into_iter().map(compared).collect();
    if trials.iter().any(|(_, sheet)| sheet.is_harmless()) {
        trials.retain(|(_, sheet)| sheet.is_harmless());
        return trials;
    }
    // None fits: the nearest shows what is different.
    trials.retain(|(at, _)| !is_known[*at]);
    let nearest = trials.into_iter().min_by_key(|(at, sheet)| {
        let is_renamed = new.arms[*at].name != arm.name;
        (is_renamed, sheet.findings.len())
    });
    nearest.into_iter().collect()
}

/// One outcome that both descriptions have.
fn pair(types: Types<'_>, sheet: &mut Sheet, (id, tag): (&str, &str), old: &Arm, new: &Arm) {
    let name = shown(old);
    if !old.statuses.overlap(&new.statuses) {
        let text = format!("`{id}` answers {name} with HTTP {}", new.statuses);
        sheet.note(Breaking, "http-status-changed", text);
    } else if !old.statuses.contain(&new.statuses) {
        let text = format!("`{id}` may answer {name} with HTTP {}", new.statuses);
        sheet.note(Unknown, "http-status-added", text);
    } else if old.statuses.only() != new.statuses.only() {
        let text = format!("`{id}` answers {name} with HTTP {} alone", new.statuses);
        sheet.note(Code, "http-status-removed", text);
    }
    if old.media != new.media && kind(old) == kind(new) {
        let text = format!("`{id}` answers {} as {}", outcome(old), media(new));
        sheet.note(Breaking, "media-type-changed", text);
    }
    let place = Place::root(format!("the answer {name} of `{id}`"));
    match (object(types.old, old), object(types.new, new)) {
        (Some(mut was), Some(mut is)) => {
            let has_tag = |fields: &[&Field]| fields.iter().any(|one| one.name.wire() == tag);
            // The literal of a tag is not among the fields of its answer; the other side may have it there.
            match (&old.literal, &new.literal) {
                (Some(_), None) if !has_tag(&is) => {
                    let text = format!("{} is no longer sent", place.key(tag));
                    sheet.note(Breaking, "field-removed", text);
                }
                (None, Some(_)) if !has_tag(&was) => {
                    let text = format!("{} is sent", place.key(tag));
                    sheet.note(Compatible, "field-added", text);
                }
                _ => {}
            }
            if old.literal != new.literal {
                was.retain(|field| field.name.wire() != tag);
                is.retain(|field| field.name.wire() != tag);
            }
            types.fields(sheet, &place, (&was, &is), None, Direction::Answer);
        }
        _ => match (&old.body, &new.body) {
            (ArmBody::Json(old), ArmBody::Json(new)) => {
                types.value(sheet, &place, old, new, Direction::Answer);
            }
            _ if kind(old) != kind(new) => {
                let text = format!("{place} is {} instead of {}", kind(new), kind(old));
                sheet.note(Breaking, "type-changed", text);
            }
            _ => {}
        },
    }
}

/// The keys of an answer that is an object, however it is written.
fn object<'a>(api: &'a crate::ir::Api, arm: &'a Arm) -> Option<Vec<&'a Field>> {
    match &arm.body {
        ArmBody::Object(fields) => Some(fields.iter().collect()),
        ArmBody::Json(Type::Model(id)) => match &api.model(*id).shape {
            Shape::Struct { fields, rest: None } => Some(fields.iter().collect()),
            _ => None,
        },
        _ => None,
    }
}

/// `` `OK` ``, or the HTTP status where nothing else names it; and the media type, where that is not JSON or plain text.
fn shown(arm: &Arm) -> String {
    match &arm.media {
        Some(_) => format!("{} as {}", outcome(arm), media(arm)),
        None => outcome(arm),
    }
}

/// `` `OK` ``, or the HTTP status where nothing else names it.
fn outcome(arm: &Arm) -> String {
    match &arm.literal {
        Some(literal) if arm.statuses.only() == Some(200) => format!("`{literal}`"),
        Some(literal) => format!("`{literal}` ({})", arm.statuses),
        None => arm.statuses.to_string(),
    }
}

/// The media type of an answer.
fn media(arm: &Arm) -> String {
    match &arm.media {
        Some(media) => format!("`{}`", media.split(';').next().unwrap_or(media)),
        None => kind(arm).to_owned(),
    }
}

fn kind(arm: &Arm) -> &'static str {
    match &arm.body {
        ArmBody::Object(_) | ArmBody::Json(_) => "JSON",
        ArmBody::Text => "text",
        ArmBody::Bytes => "bytes",
        ArmBody::Events => "a stream of events",
        ArmBody::Empty => "empty",
        ArmBody::Redirect => "a redirect",
    }
}
