//! What the messages of all recipes say: the recipe chooses link and code, a template the words.

use super::recipe::Recipe;
use super::{Auth, StartError};
use crate::config::Config;
use crate::delivery::{
    About, Content, Due, Kind, Language, Mail, Message, MessageSource, Sms, Templates, Written,
};
use crate::error::Error;
use crate::store::users::LanguageOfReader;

/// Reads the texts of these recipes, with those of the folder in the settings.
///
/// # Errors
/// Which setting or file is wrong, where, why, and what to do.
pub(super) fn templates(
    recipes: &[&'static dyn Recipe],
    config: &Config,
) -> Result<Templates, StartError> {
    Templates::open(
        &kinds(recipes),
        config.message_templates.as_deref(),
        &config.app_info.app_name,
        &config.message_language,
    )
    .map_err(StartError)
}

impl Auth {
    /// All messages as they look with samples, from the files as they are now; for development.
    ///
    /// # Errors
    /// Which file is wrong, where, and why.
    pub(crate) fn message_samples(&self) -> Result<Vec<(Kind, Written)>, StartError> {
        let (kinds, config) = (kinds(self.0.recipes), self.config());
        let folder = config.message_templates.as_deref();
        let templates = Templates::read(&kinds, folder, &config.message_language);
        let samples = templates.and_then(|it| it.samples(&kinds, &config.app_info.app_name));
        samples.map_err(StartError)
    }
}

/// A message of any recipe.
///
/// # Errors
/// No recipe sends messages of its kind (another build of the server may send them), or its recipe failed.
pub(super) async fn compose(
    recipes: &[&'static dyn Recipe],
    auth: &Auth,
    due: Due,
) -> Result<Option<Message>, Error> {
    match due {
        Due::Mail(due) => {
            let mut mails = recipes.iter().flat_map(|recipe| recipe.mails());
            let found = mails.find(|(kind, _)| kind.name() == due.kind);
            let (kind, compose) = found.ok_or_else(|| unknown("mails", &due.kind))?;
            let Some(content) = compose(auth, &due).await? else {
                return Ok(None);
            };
            let reader = LanguageOfReader {
                tenant_id: due.tenant_id.clone(),
                recipient: due.to.to_string(),
                recipe_user_id: due.subject,
            };
            let language = auth.language_of_message(reader, due.language).await?;
            let to_write = (kind.kind(), language.as_ref(), due.to.as_str());
            let (written, source) = write(auth, to_write, due.website, content)?;
            Ok(Some(Message::Mail(Mail {
                id: due.id,
                tenant_id: due.tenant_id,
                to: due.to,
                subject: written.subject,
                text: written.text,
                html: Some(written.html),
                source,
            })))
        }
        Due::Sms(due) => {
            let mut messages = recipes.iter().flat_map(|recipe| recipe.text_messages());
            let found = messages.find(|(kind, _)| kind.name() == due.kind);
            let (kind, compose) = found.ok_or_else(|| unknown("text messages", &due.kind))?;
            let Some(content) = compose(auth, &due).await? else {
                return Ok(None);
            };
            let reader = LanguageOfReader {
                tenant_id: due.tenant_id.clone(),
                recipient: due.to.to_string(),
                recipe_user_id: None,
            };
            let language = auth.language_of_message(reader, due.language).await?;
            let to_write = (kind.kind(), language.as_ref(), due.to.as_str());
            let (written, source) = write(auth, to_write, due.website, content)?;
            Ok(Some(Message::Sms(Sms {
                id: due.id,
                tenant_id: due.tenant_id,
                to: due.to,
                text: written.text,
                source,
            })))
        }
    }
}

/// Puts the content of a message into its text.
fn write(
    auth: &Auth,
    (kind, language, recipient): (Kind, Option<&Language>, &str),
    website: String,
    content: Content,
) -> Result<(Written, MessageSource), Error> {
    let about = About {
        app_name: &auth.app_info().app_name,
        website: &website,
        recipient,
    };
    let written = auth.templates().message(kind, language, &about, &content)?;
    let source = MessageSource {
        kind: kind.name.to_owned(),
        language: written.language.clone(),
        link: content.link.map(Into::into),
        code: content.code.map(Into::into),
        minutes: content.minutes,
        website,
    };
    Ok((written, source))
}

/// All kinds of messages.
pub(crate) fn kinds(recipes: &[&'static dyn Recipe]) -> Vec<Kind> {
    let mails = recipes.iter().flat_map(|recipe| recipe.mails());
    let messages = recipes.iter().flat_map(|recipe| recipe.text_messages());
    let mails = mails.map(|(kind, _)| kind.kind());
    mails.chain(messages.map(|(kind, _)| kind.kind())).collect()
}

fn unknown(what: &str, kind: &str) -> Error {
    Error::internal(format!(
        "no recipe that this program is built with sends {what} of the kind `{kind}`"
    ))
}
