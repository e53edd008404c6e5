//! The tables of normal forms, row by row.

use super::*;

fn check(function: fn(&str) -> Result<String, String>, table: &[(&str, &str)]) {
    for (input, expected) in table {
        assert_eq!(function(input).as_deref(), Ok(*expected), "input {input:?}");
    }
}

fn refuse(function: fn(&str) -> Result<String, String>, message: &str, inputs: &[&str]) {
    for input in inputs {
        assert_eq!(function(input), Err(message.to_owned()), "input {input:?}");
    }
}

#[test]
fn domains() {
    check(
        normalise_domain,
        &[
            ("http://api.example.com:8080", "http://api.example.com:8080"),
            ("http://api.example.com?hello=1", "http://api.example.com"),
            ("http://api.example.com/hello", "http://api.example.com"),
            ("http://api.example.com/", "http://api.example.com"),
            ("http://api.example.com#x", "http://api.example.com"),
            ("HTTP://API.Example.com:443/x", "http://api.example.com:443"),
            ("https://example.com:443", "https://example.com"),
            ("http://example.com:80", "http://example.com"),
            ("https://127.0.0.1:80/", "https://127.0.0.1:80"),
            ("api.example.com", "https://api.example.com"),
            ("api.example.com/one/two", "https://api.example.com"),
            (".example.com", "https://example.com"),
            ("  api.example.com\n", "https://api.example.com"),
            ("localhost", "http://localhost"),
            ("LOCALHOST:3000", "http://localhost:3000"),
            ("localhost.org", "http://localhost.org"),
            (".localhost:3000", "http://localhost:3000"),
            ("127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("1.2.3.4/one/two", "http://1.2.3.4"),
            ("https://user:pw@ex.com", "https://ex.com"),
            ("exämple.com", "https://xn--exmple-cua.com"),
            ("http://example", "http://example"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("ftp://x.y", "https://ftp"),
            ("supertokens://Some.Host:42/x", "supertokens://some.host:42"),
        ],
    );
    refuse(
        normalise_domain,
        "Please provide a valid domain name",
        &[
            "example",
            "",
            " ",
            "[::1]:3000",
            "a.b:99999",
            "1.2.3.4.5",
            "/one/two",
            "http://",
            "http://a b.com",
        ],
    );
}

#[test]
fn paths() {
    check(
        normalise_path,
        &[
            ("", ""),
            ("/", ""),
            ("?a=1", ""),
            ("#x", ""),
            ("http://api.example.com/", ""),
            ("http://api.example.com", ""),
            ("api.example.com#random", ""),
            (".example.com", ""),
            ("localhost", ""),
            ("one", "/one"),
            ("/one/", "/one"),
            (" /one ", "/one"),
            ("one/two?hello=1", "/one/two"),
            ("/one/two/#random", "/one/two"),
            ("https://127.0.0.1:80/one/two", "/one/two"),
            ("localhost:4000/one/two", "/one/two"),
            ("api.example.com/one/two", "/one/two"),
            ("/.netlify/functions/api", "/.netlify/functions/api"),
            (
                "app.example.com/.netlify/functions/api",
                "/.netlify/functions/api",
            ),
            ("/app.example.com", "/app.example.com"),
            ("/eXiStS", "/eXiStS"),
            ("auth.v1/x", "/x"),
            ("localhostfoo/x", "/x"),
            ("//auth", "//auth"),
            ("/auth//", "/auth/"),
            ("/auth//x/", "/auth//x"),
            ("/a/../b", "/b"),
            ("/auth/.", "/auth"),
            ("/a b", "/a%20b"),
            ("/ü", "/%C3%BC"),
        ],
    );
    refuse(
        normalise_path,
        "Please provide a valid URL path",
        &["http://[", "localhost:99999/x"],
    );
}

#[test]
fn sites() {
    check(
        top_level_domain,
        &[
            ("http://localhost:3000", "localhost"),
            ("http://127.0.0.1", "localhost"),
            ("http://localhostfoo.com", "localhost"),
            ("https://a.b.co.uk", "b.co.uk"),
            ("https://api.example.com", "example.com"),
            ("https://api.example.com.", "example.com"),
            ("https://foo.vercel.app", "foo.vercel.app"),
            ("https://a.foo.vercel.app", "foo.vercel.app"),
            ("https://x.github.io", "x.github.io"),
            (
                "https://ec2-1-2-3-4.compute-1.amazonaws.com",
                "ec2-1-2-3-4.compute-1.amazonaws.com",
            ),
            ("http://foo.local", "foo.local"),
            ("http://a.foo.local", "a.foo.local"),
        ],
    );
    refuse(
        top_level_domain,
        "Please make sure that the apiDomain and websiteDomain have correct values",
        &[
            "http://[::1]",
            "http://internal",
            "https://vercel.app",
            "supertokens://",
            "not a url",
        ],
    );
}

#[test]
fn cookie_domains() {
    check(
        normalise_cookie_domain,
        &[
            ("api.example.com", "api.example.com"),
            (".Example.com", ".example.com"),
            ("https://API.example.com:80/x?y", "api.example.com"),
            ("localhost", "localhost"),
            (".localhost:3000", "localhost"),
            (".127.0.0.1", "127.0.0.1"),
        ],
    );
    refuse(
        normalise_cookie_domain,
        "Please provide a valid sessionScope",
        &["", "http://", "a.b:99999", "a b"],
    );
}

#[test]
fn loopback() {
    let ports = [
        ("http://localhost:3001", Some(3001)),
        ("http://app.localhost:3001", Some(3001)),
        ("http://127.0.0.2:4000", Some(4000)),
        ("http://[::1]:4000", Some(4000)),
        ("http://localhost", None),
        ("http://localhost.org:3001", None),
        ("http://10.0.0.1:3001", None),
        ("https://api.example.com:3001", None),
    ];
    for (url, port) in ports {
        assert_eq!(loopback_port(url), port, "{url}");
    }
    assert!(is_loopback("http://localhost"));
    assert!(!is_loopback("localhost"));
}

const DEFAULTS: AppInfoDefaults = AppInfoDefaults {
    app_name: Setting::Text("Notes"),
    api_domain: Setting::Env {
        name: "API_DOMAIN",
        default: Some("http://localhost:3001"),
    },
    api_base_path: None,
    api_gateway_path: Some(Setting::Env {
        name: "GATEWAY",
        default: None,
    }),
    website_domain: Some(Setting::Env {
        name: "WEBSITE",
        default: None,
    }),
    origin: None,
    website_base_path: Some(Setting::Text("/")),
};

fn resolve(variables: &[(&str, &str)]) -> Result<AppInfo, Vec<AppInfoError>> {
    AppInfo::resolve(&DEFAULTS, |name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn the_environment_overrides_the_defaults() {
    let local = resolve(&[("WEBSITE", "localhost:3000")]).expect("valid");
    assert_eq!(local.api_domain, "http://localhost:3001");
    assert_eq!(local.api_base_path, "/auth");
    assert_eq!(local.website_base_path, "");
    assert_eq!(local.issuer(), "http://localhost:3001/auth");
    assert_eq!(local.refresh_path(), "/auth/session/refresh");
    assert_eq!(local.loopback_port(), Some(3001));
    assert_eq!(local.same_site(), Ok(true));

    let public = resolve(&[
        ("WEBSITE", "https://example.com"),
        ("API_DOMAIN", "http://api.example.com/"),
        ("GATEWAY", "gw/"),
    ]);
    let public = public.expect("valid");
    assert_eq!(public.issuer(), "http://api.example.com/gw/auth");
    assert_eq!(public.refresh_path(), "/gw/auth/session/refresh");
    assert_eq!(public.loopback_port(), None);
    assert_eq!(public.same_site(), Ok(false), "the schemes differ");
}

#[test]
fn all_errors_come_at_once() {
    let text = |result: Result<AppInfo, Vec<AppInfoError>>| {
        let errors = result.expect_err("invalid");
        errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        text(resolve(&[("API_DOMAIN", "example"), ("WEBSITE", " ")])),
        "appInfo.apiDomain: Please provide a valid domain name (environment variable API_DOMAIN)\n\
         appInfo.websiteDomain: Please provide either origin or websiteDomain inside the appInfo object \
         (environment variable WEBSITE)"
    );
    assert_eq!(
        text(AppInfo::normalise(&AppInfoInput {
            api_gateway_path: Some("http://[".to_owned()),
            ..AppInfoInput::default()
        })),
        "appInfo.appName: Please provide your appName inside the appInfo object\n\
         appInfo.apiDomain: Please provide your apiDomain inside the appInfo object\n\
         appInfo.websiteDomain: Please provide either origin or websiteDomain inside the appInfo object\n\
         appInfo.apiGatewayPath: Please provide a valid URL path"
    );
}

#[test]
fn origin_wins_over_website_domain() {
    let input = AppInfoInput {
        app_name: Some("Notes".to_owned()),
        api_domain: Some("api.example.com".to_owned()),
        website_domain: Some("http://internal".to_owned()),
        origin: Some("www.example.com".to_owned()),
        ..AppInfoInput::default()
    };
    let app_info = AppInfo::normalise(&input).expect("valid");
    assert_eq!(app_info.website_domain, "https://www.example.com");
    assert_eq!(app_info.same_site(), Ok(true));
}

/// A value may be a small expression over the environment.
#[test]
fn expressions_are_read_from_the_environment() {
    const HOST: Setting = Setting::Env {
        name: "HOST",
        default: None,
    };
    const PORT: Setting = Setting::Env {
        name: "PORT",
        default: Some("3000"),
    };
    const LOCAL: Setting = Setting::Join(&[Setting::Text("http://localhost:"), PORT]);
    const SITE: Setting = Setting::First(&[
        Setting::Join(&[Setting::Text("https://"), HOST]),
        Setting::Changed {
            of: &Setting::Env {
                name: "SITE",
                default: None,
            },
            change: Change::WithoutEnd("/"),
        },
        LOCAL,
    ]);
    const API: Setting = Setting::Choice {
        condition: Condition::All(&[
            Condition::Has(&HOST),
            Condition::Not(&Condition::Is(&PORT, "80")),
        ]),
        then: &Setting::Text("api"),
        otherwise: &Setting::First(&[]),
    };
    let read = |setting: &Setting, variables: &[(&str, &str)]| {
        let found = |name: &str| variables.iter().find(|(known, _)| *known == name);
        setting.read(&|name| found(name).map(|(_, value)| (*value).to_owned()))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(read(&SITE, &[]), text("http://localhost:3000"));
    assert_eq!(read(&SITE, &[("PORT", "1")]), text("http://localhost:1"));
    assert_eq!(read(&SITE, &[("HOST", " "), ("SITE", "a/")]), text("a"));
    assert_eq!(
        read(&SITE, &[("HOST", "b"), ("SITE", "a/")]),
        text("https://b")
    );
    // Nothing is left of the slash.
    assert_eq!(read(&SITE, &[("SITE", "/")]), text("http://localhost:3000"));
    assert_eq!(SITE.variables(), ["HOST", "SITE", "PORT"]);
    assert_eq!(read(&API, &[("HOST", "b")]), text("api"));
    assert_eq!(read(&API, &[("HOST", "b"), ("PORT", "80")]), None);
    assert_eq!(read(&API, &[]), None);

    let change = |change: Change, host: &str| {
        let setting = Setting::Changed { of: &HOST, change };
        read(&setting, &[("HOST", host)])
    };
    assert_eq!(change(Change::Replace("a", "b"), "aa"), text("ba"));
    assert_eq!(change(Change::ReplaceAll("a", "b"), "aa"), text("bb"));
    assert_eq!(change(Change::WithoutStart("a"), "ab"), text("b"));
    assert_eq!(change(Change::LowerCase, "AB"), text("ab"));
    assert_eq!(change(Change::UpperCase, "ab"), text("AB"));
    assert_eq!(change(Change::Trim, " a "), text("a"));
    assert_eq!(change(Change::Number, "080"), text("80"));
    assert_eq!(change(Change::Number, "80a"), None);
}

#[test]
fn an_error_names_all_variables_of_a_value() {
    let defaults = AppInfoDefaults {
        api_domain: Setting::First(&[
            Setting::Env {
                name: "API_URL",
                default: None,
            },
            Setting::Env {
                name: "API_HOST",
                default: None,
            },
        ]),
        ..DEFAULTS
    };
    let errors = AppInfo::resolve(&defaults, |_| None).expect_err("no apiDomain");
    let message = &errors.first().expect("one").message;
    assert!(
        message.ends_with("(environment variables API_URL, API_HOST)"),
        "{message}"
    );
}
