//! Scripts inside of components of Svelte and Vue.

use crate::source::SourceFile;

/// The file itself, or for a component its scripts in their places and blanks around them.
pub(super) fn script(extension: &str, file: &SourceFile) -> SourceFile {
    match extension {
        "svelte" | "vue" => SourceFile::new(file.name(), &scripts(file.text())),
        _ => file.clone(),
    }
}

fn scripts(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(tag) = rest.find("<script") {
        let Some(start) = rest[tag..].find('>').map(|end| tag + end + 1) else {
            break;
        };
        let Some(end) = rest[start..].find("</script").map(|end| start + end) else {
            break;
        };
        blank(&rest[..start], &mut kept);
        kept.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    blank(rest, &mut kept);
    kept
}

/// Blanks in place of a text: as many bytes, on as many lines.
fn blank(text: &str, kept: &mut String) {
    kept.extend(text.bytes().map(|byte| match byte {
        b'\n' => '\n',
        _ => ' ',
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_keep_their_places() {
        let text = "<b>é</b>\n<script lang=\"ts\">\nlet a;\n</script>\n<style></style>";
        let blanked = scripts(text);
        assert_eq!(blanked.len(), text.len());
        assert_eq!(blanked.trim(), "let a;");
        assert_eq!(blanked.find("let"), text.find("let"));
        assert_eq!(scripts("<script>let a;").trim(), "");
    }
}
