//! The lines to show under a diagnostic. Overlong ones are cut around the place in question:
//! minified JSON is one line of any length.

use std::borrow::Cow;
use std::ops::Range;

/// Longer lines are shown in part.
const MAX_LINE: usize = 160;
/// How much of a cut line stands before the place in question.
const LEAD: usize = 40;
/// More characters of a place are not underlined.
const MAX_UNDERLINE: usize = 80;

/// A piece of a file to show.
pub(super) struct Excerpt<'a> {
    pub(super) text: Cow<'a, str>,
    /// Its first byte in the file.
    pub(super) start: usize,
    /// The places in it, as asked for; none where a cut took one away.
    pub(super) places: Vec<Option<Range<usize>>>,
    /// Whether a line was cut, so that columns of the excerpt are not those of the file.
    pub(super) cut: bool,
}

/// The lines from the first place to the last, without the carriage returns of Windows.
pub(super) fn excerpt<'a>(text: &'a str, places: &[Range<usize>]) -> Excerpt<'a> {
    let mut excerpt = lines(text, places);
    if !excerpt.text.contains('\r') {
        return excerpt;
    }
    let is_end = |at: usize| matches!(excerpt.text.as_bytes().get(at + 1), None | Some(b'\n'));
    let returns: Vec<usize> = excerpt
        .text
        .match_indices('\r')
        .map(|(at, _)| at)
        .filter(|at| is_end(*at))
        .collect();
    let moved = |at: usize| at - returns.partition_point(|gone| *gone < at);
    for place in excerpt.places.iter_mut().flatten() {
        *place = moved(place.start)..moved(place.end);
    }
    let kept = excerpt.text.char_indices();
    let kept: String = kept
        .filter(|(at, _)| returns.binary_search(at).is_err())
        .map(|(_, character)| character)
        .collect();
    excerpt.text = kept.into();
    excerpt
}

fn lines<'a>(text: &'a str, places: &[Range<usize>]) -> Excerpt<'a> {
    let places: Vec<_> = places.iter().map(|place| underlined(text, place)).collect();
    let first = places.iter().map(|place| place.start).min().unwrap_or(0);
    let last = places.iter().map(|place| place.end).max().unwrap_or(0);
    let start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[last..].find('\n').map_or(text.len(), |n| last + n);
    let lines = &text[start..end];
    let places = places
        .into_iter()
        .map(|place| place.start - start..place.end - start);
    if lines.split('\n').all(|line| line.len() <= MAX_LINE) {
        return Excerpt {
            text: lines.into(),
            start,
            places: places.map(Some).collect(),
            cut: false,
        };
    }
    let (text, places) = cut(lines, &places.collect::<Vec<_>>());
    Excerpt {
        text: text.into(),
        start,
        places,
        cut: true,
    }
}

/// What to underline of a place: its first line, and not too much of that.
fn underlined(text: &str, place: &Range<usize>) -> Range<usize> {
    let line = text[place.clone()].lines().next().unwrap_or_default();
    let line = line.trim_end();
    let length = line
        .char_indices()
        .nth(MAX_UNDERLINE)
        .map_or(line.len(), |(byte, _)| byte);
    place.start..place.start + length
}

fn cut(lines: &str, places: &[Range<usize>]) -> (String, Vec<Option<Range<usize>>>) {
    let mut text = String::new();
    let mut moved = vec![None; places.len()];
    let mut offset = 0;
    for line in lines.split('\n') {
        let whole = offset..offset + line.len();
        let starts_here =
            |place: &Range<usize>| whole.start <= place.start && place.start <= whole.end;
        // The title is about the first place that was asked for.
        let wanted = places.iter().find(|place| starts_here(place));
        let shown = window(line, wanted.map_or(0, |place| place.start - offset));
        if shown.start > 0 {
            text.push_str("...");
        }
        for (place, moved) in places.iter().zip(&mut moved) {
            let (start, end) = (
                place.start.wrapping_sub(offset),
                place.end.wrapping_sub(offset),
            );
            if starts_here(place) && shown.start <= start && start <= shown.end {
                let base = text.len();
                let at = |byte: usize| base + byte.min(shown.end) - shown.start;
                *moved = Some(at(start)..at(end));
            }
        }
        text.push_str(&line[shown.clone()]);
        if shown.end < line.len() {
            text.push_str("...");
        }
        text.push('\n');
        offset += line.len() + 1;
    }
    (text, moved)
}

fn window(line: &str, place: usize) -> Range<usize> {
    if line.len() <= MAX_LINE {
        return 0..line.len();
    }
    let start = line.floor_char_boundary(place.saturating_sub(LEAD));
    start..line.floor_char_boundary(start + MAX_LINE)
}
