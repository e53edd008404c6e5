//! `api/app_info.rs`: the values of the appInfo file, as constants.

use askama::Template;

use super::Frame;
use crate::app_info::Setting;
use crate::ir::Api;

#[derive(Template)]
#[template(path = "api/app_info.rs.jinja")]
struct View<'a> {
    frame: Frame<'a>,
    fields: Vec<(&'static str, String)>,
}

/// The file.
pub(super) fn render(api: &Api, frame: Frame<'_>) -> String {
    let info = &api.app_info;
    let fields = vec![
        ("app_name", required(&info.app_name)),
        ("api_domain", required(&info.api_domain)),
        ("api_base_path", optional(info.api_base_path.as_ref())),
        ("api_gateway_path", optional(info.api_gateway_path.as_ref())),
        ("website_domain", optional(info.website_domain.as_ref())),
        ("origin", optional(info.origin.as_ref())),
        (
            "website_base_path",
            optional(info.website_base_path.as_ref()),
        ),
    ];
    View { frame, fields }
        .render()
        .expect("the template has no fallible part")
}

fn required(setting: &Setting) -> String {
    match setting {
        Setting::Text(text) => format!("Setting::Text({text:?})"),
        Setting::Env { name, default } => {
            let default = match default {
                Some(default) => format!("Some({default:?})"),
                None => "None".to_owned(),
            };
            format!("Setting::Env {{\n        name: {name:?},\n        default: {default},\n    }}")
        }
    }
}

fn optional(setting: Option<&Setting>) -> String {
    match setting {
        Some(setting) => format!("Some({})", required(setting)),
        None => "None".to_owned(),
    }
}
