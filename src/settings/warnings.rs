//! `[warnings]`: which are allowed.

use toml::Spanned;
use toml::de::DeValue;

use super::{Reader, span};
use crate::diagnostic::{Diagnostic, WARNINGS, closest};

impl Reader<'_> {
    /// A list of the codes of warnings.
    pub(super) fn codes(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let Some(list) = value.get_ref().as_array() else {
            self.wrong_type(value, "a list of strings", "write `allow = [\"code\"]`");
            return Vec::new();
        };
        let mut codes = Vec::new();
        for value in list {
            let Some(code) = self.text(value) else {
                continue;
            };
            if WARNINGS.contains(&code) {
                codes.push(code.to_owned());
                continue;
            }
            let help = match closest(code, WARNINGS.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a warning shows its code in brackets: `warning[code]`".to_owned(),
            };
            self.diagnostics.push(
                Diagnostic::error("invalid-setting", format!("there is no warning `{code}`"))
                    .at(span(self.source, value.span()), "")
                    .help(help),
            );
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::parse;
    use crate::source::SourceFile;

    #[test]
    fn warnings_are_named() {
        let text = "[warnings]\nallow = [\"beside-ref\", \"default-not-filled\"]\ndeny = true\n";
        let project = parse(&SourceFile::new("auth-gen.toml", text)).expect("all are known");
        let levels = project.settings.warnings;
        assert_eq!(levels.allow, ["beside-ref", "default-not-filled"]);
        assert!(levels.deny);
    }

    #[test]
    fn a_warning_that_does_not_exist_is_refused() {
        let text = "[warnings]\nallow = [\"beside-rf\", \"x\", 1]\ndeny = \"all\"\n";
        let problems = parse(&SourceFile::new("auth-gen.toml", text)).expect_err("four problems");
        insta::assert_snapshot!(problems.render(false), @r#"
error[invalid-setting]: there is no warning `beside-rf`
 --> auth-gen.toml:2:10
  |
2 | allow = ["beside-rf", "x", 1]
  |          ^^^^^^^^^^^
  |
  = help: did you mean `beside-ref`?

error[invalid-setting]: there is no warning `x`
 --> auth-gen.toml:2:23
  |
2 | allow = ["beside-rf", "x", 1]
  |                       ^^^
  |
  = help: a warning shows its code in brackets: `warning[code]`

error[invalid-setting]: expected a string, found integer
 --> auth-gen.toml:2:28
  |
2 | allow = ["beside-rf", "x", 1]
  |                            ^
  |
  = help: put the value between quotation marks

error[invalid-setting]: expected `true` or `false`, found string
 --> auth-gen.toml:3:8
  |
3 | deny = "all"
  |        ^^^^^
  |
  = help: write it without quotation marks
"#);
    }
}
