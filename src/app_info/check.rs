//! From the object found to [`AppInfo`]: which fields are there, and whether their values are valid.

use std::collections::BTreeMap;

use super::value::{Entry, Findings, Object, Value};
use super::{AppInfo, Setting, rules};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::source::Span;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Name,
    Domain,
    Path,
}

/// The fields of appInfo in the order in which people write them.
const FIELDS: [(&str, Holds); 7] = [
    ("appName", Holds::Name),
    ("apiDomain", Holds::Domain),
    ("apiBasePath", Holds::Path),
    ("apiGatewayPath", Holds::Path),
    ("websiteDomain", Holds::Domain),
    ("origin", Holds::Domain),
    ("websiteBasePath", Holds::Path),
];

/// The fields that it cannot do without.
pub(super) const REQUIRED: [&str; 3] = ["appName", "apiDomain", "websiteDomain"];

/// Where a field stands in that order.
pub(super) fn rank(key: &str) -> Option<usize> {
    FIELDS.iter().position(|(name, _)| *name == key)
}

/// Whether a key is one of appInfo.
pub(super) fn is_field(key: &str) -> bool {
    rank(key).is_some()
}

/// A field as the file has it; no setting where its value was refused.
struct Found<'o> {
    entry: &'o Entry,
    setting: Option<Setting>,
}

type Fields<'o> = BTreeMap<&'static str, Found<'o>>;

/// Checks all fields and reports all that is wrong with them.
pub(super) fn check(
    object: &Object,
    mut findings: Findings,
) -> Result<(AppInfo, Diagnostics), Diagnostics> {
    let mut fields = Fields::new();
    for entry in &object.entries {
        match FIELDS.iter().find(|(name, _)| *name == entry.key) {
            Some((name, holds)) => field(&mut fields, name, *holds, entry, &mut findings),
            None => unknown(entry, &mut findings),
        }
    }
    require(&fields, &["appName"], object, &mut findings);
    require(&fields, &["apiDomain"], object, &mut findings);
    require(&fields, &["websiteDomain", "origin"], object, &mut findings);
    warn_about_cookies(&fields, &mut findings);

    let found = findings.into_inner();
    let mut take = |name| fields.remove(name).and_then(|field: Found| field.setting);
    let (app_name, api_domain) = (take("appName"), take("apiDomain"));
    match (app_name, api_domain) {
        (Some(app_name), Some(api_domain)) if !found.has_errors() => Ok((
            AppInfo {
                app_name,
                api_domain,
                api_base_path: take("apiBasePath"),
                api_gateway_path: take("apiGatewayPath"),
                website_domain: take("websiteDomain"),
                origin: take("origin"),
                website_base_path: take("websiteBasePath"),
            },
            found,
        )),
        _ => Err(found),
    }
}

/// Takes one known field over.
fn field<'o>(
    fields: &mut Fields<'o>,
    name: &'static str,
    holds: Holds,
    entry: &'o Entry,
    findings: &mut Findings,
) {
    if let Some(first) = fields.get(name) {
        let title = format!("`{name}` is given twice");
        let diagnostic = Diagnostic::error("app-info-duplicate-field", title)
            .at(entry.key_place.clone(), "given again here")
            .at(first.entry.key_place.clone(), "first here")
            .help("keep one of the two");
        return findings.push(diagnostic);
    }
    let setting = match &entry.value {
        Value::Absent => return,
        Value::Refused => None,
        Value::Setting(setting) => Some(setting.clone()),
        Value::Other(what) => {
            findings.error(
                "app-info-invalid-field",
                format!("`{name}` must be a text"),
                entry.place.clone(),
                &format!("this is {what}"),
                match *what {
                    "a number" | "a boolean" | "a date" => "put the value in quotes",
                    _ => "write one text in quotes",
                },
            );
            None
        }
    };
    let setting = setting.filter(|setting| valid(name, holds, setting, entry, findings));
    fields.insert(name, Found { entry, setting });
}

/// Whether a value, or the default of a variable, has a normal form.
fn valid(
    name: &str,
    holds: Holds,
    setting: &Setting,
    entry: &Entry,
    findings: &mut Findings,
) -> bool {
    let Some(text) = setting.default_text() else {
        warn_about_default(name, setting, entry, findings);
        return true;
    };
    let text = text.as_str();
    let is_default = !matches!(setting, Setting::Text(_));
    let outcome = match holds {
        Holds::Name if text.trim().is_empty() => Err("the name is empty".to_owned()),
        Holds::Name => Ok(()),
        Holds::Path => rules::normalise_path(text).map(drop),
        Holds::Domain => rules::normalise_domain(text)
            .and_then(|url| rules::top_level_domain(&url).map_err(|_| NO_SITE.to_owned()))
            .map(drop),
    };
    let Err(reason) = outcome else {
        return true;
    };
    let title = match (is_default, holds) {
        (true, _) => format!("the default of `{name}` is invalid"),
        (false, Holds::Name) => format!("`{name}` is empty"),
        (false, Holds::Domain) => format!("`{name}` is not a valid domain"),
        (false, Holds::Path) => format!("`{name}` is not a valid path"),
    };
    let help = match holds {
        Holds::Name => "write the name that users know the application by",
        Holds::Path => "write a path such as `/auth`",
        Holds::Domain if reason == NO_SITE => {
            "write a name below a public suffix, such as `https://api.example.com`, or `localhost`, an \
             IPv4 address or a name that ends in `.local`"
        }
        Holds::Domain => {
            "write scheme, host and port, such as `https://api.example.com` or `http://localhost:3001`"
        }
    };
    findings.error(
        "app-info-invalid-field",
        title,
        entry.place.clone(),
        &reason,
        help,
    );
    false
}

/// Warns where code puts texts around a variable that has no default: JavaScript reads `undefined`
/// there, and the generated server no value at all.
fn warn_about_default(name: &str, setting: &Setting, entry: &Entry, findings: &mut Findings) {
    if !setting.reads_undefined() {
        return;
    }
    let variables = setting.variables();
    let Some((variable, _)) = variables.iter().find(|(_, default)| default.is_none()) else {
        return;
    };
    let title = format!("`{name}` has no value where `{variable}` is not set");
    findings.push(
        Diagnostic::warning("app-info-no-default", title)
            .at(
                entry.place.clone(),
                "JavaScript would read `undefined` here",
            )
            .help(format!(
                "give it a default: `process.env.{variable} ?? \"…\"`, or set it for the server"
            )),
    );
}

const NO_SITE: &str = "this host has no known top-level domain, and so no site for cookies";

/// Warns about a key that is not read.
fn unknown(entry: &Entry, findings: &mut Findings) {
    let near = closest(&entry.key, FIELDS.map(|(name, _)| name));
    let help = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let names: Vec<_> = FIELDS.iter().map(|(name, _)| format!("`{name}`")).collect();
            format!("appInfo has the fields {}", names.join(", "))
        }
    };
    let title = format!("`{}` is not a field of appInfo", entry.key);
    let place = entry.key_place.clone();
    findings.push(
        Diagnostic::warning("app-info-unknown-field", title)
            .at(place, "nothing reads this")
            .help(help),
    );
}

/// Reports a field of which none of its names is there.
fn require(fields: &Fields, names: &[&str], object: &Object, findings: &mut Findings) {
    if object.hides || names.iter().any(|name| fields.contains_key(name)) {
        return;
    }
    let (title, example) = match names {
        ["appName"] => ("`appName` is missing", "appName: \"My app\""),
        ["apiDomain"] => (
            "`apiDomain` is missing",
            "apiDomain: \"http://localhost:3001\"",
        ),
        _ => (
            "`websiteDomain` is missing, and there is no `origin` either",
            "websiteDomain: \"http://localhost:3000\"",
        ),
    };
    let help = format!("add it, in the spelling of the file: `{example}`");
    let head = object.head.clone();
    findings.error("app-info-missing-field", title, head, "not in here", &help);
}

/// Warns where browsers will not take or not send the cookies of a session.
fn warn_about_cookies(fields: &Fields, findings: &mut Findings) {
    let domain = |name: &str| -> Option<(String, Span)> {
        let found = fields.get(name)?;
        let text = found.setting.as_ref()?.default_text()?;
        let url = rules::normalise_domain(&text).ok()?;
        Some((url, found.entry.place.clone()))
    };
    let Some((api, api_place)) = domain("apiDomain") else {
        return;
    };
    let insecure = api.starts_with("http://");
    if insecure && !rules::is_loopback(&api) {
        let diagnostic = Diagnostic::warning("app-info-insecure-api", "`apiDomain` is not https")
            .at(api_place.clone(), format!("read as `{api}`"))
            .help("passwords and sessions would cross the network in clear text; use `https://`");
        findings.push(diagnostic);
    }
    let website = if fields.contains_key("origin") {
        domain("origin")
    } else {
        domain("websiteDomain")
    };
    let Some((website, website_place)) = website else {
        return;
    };
    let (Ok(api_site), Ok(website_site)) = (
        rules::top_level_domain(&api),
        rules::top_level_domain(&website),
    ) else {
        return;
    };
    let same_scheme = insecure == website.starts_with("http://");
    if api_site != website_site || !same_scheme {
        let (api_label, website_label) = if api_site == website_site {
            (format!("read as `{api}`"), format!("read as `{website}`"))
        } else {
            (
                format!("site `{api_site}`"),
                format!("site `{website_site}`"),
            )
        };
        let help = if insecure {
            "cookies then need `SameSite=None`, which browsers accept over https only: move the two \
             under one site, or serve the API over https"
        } else {
            "cookies are then sent with `SameSite=None`, and some browsers block those; both under one \
             site and one scheme is the safer choice"
        };
        let diagnostic = Diagnostic::warning(
            "app-info-cross-site",
            "browsers take API and website for two sites",
        )
        .at(api_place, api_label)
        .at(website_place, website_label)
        .help(help);
        findings.push(diagnostic);
    }
}
