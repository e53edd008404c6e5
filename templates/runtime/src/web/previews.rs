//! The page `/dev/messages`: each mail and text message with samples, in each language, as the templates are now. It exists
//! where the page of the outbox does, and for the same requests.

use super::outbox::{document, escaped};
use crate::auth::Auth;
use crate::delivery::{Kind, Written, text_name};

pub(super) const PATH: &str = "/dev/messages";

const FRAME: &str =
    "iframe{display:block;width:100%;height:30rem;margin:1rem 0 0;border:0;border-radius:10px}";

/// The page.
pub(super) fn html(auth: &Auth) -> String {
    let content = match auth.message_samples() {
        Ok(samples) => samples.iter().map(article).collect(),
        Err(error) => format!("<p>{}</p>", escaped(&error.to_string())),
    };
    document("Messages", FRAME, &content)
}

fn article((kind, written): &(Kind, Written)) -> String {
    let title = text_name(kind.name, written.language.as_str());
    let text = escaped(&written.text);
    let shown = if kind.is_mail {
        format!(
            "<p>{}</p><pre>{text}</pre><iframe sandbox loading=lazy title=HTML srcdoc=\"{}\"></iframe>",
            escaped(&written.subject),
            escaped(&written.html)
        )
    } else {
        format!("<pre>{text}</pre>")
    };
    format!("<article><h2>{}</h2>{shown}</article>", escaped(&title))
}
