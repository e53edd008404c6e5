//! The modules that no spec changes: what the TypeScript compiler makes of `templates/client/src`
//! (`npm run build` in `tests/client`).

use crate::tree::Tree;

/// One module of `templates/client/js`.
pub(super) struct Module {
    /// The path without its extension: `login/element`.
    name: &'static str,
    script: &'static str,
    declarations: &'static str,
}

/// A module by its path without extension.
macro_rules! module {
    ($name:literal) => {
        Module {
            name: $name,
            script: include_str!(concat!("../../../templates/client/js/", $name, ".js")),
            declarations: include_str!(concat!("../../../templates/client/js/", $name, ".d.ts")),
        }
    };
}

/// What every client has.
const ALWAYS: &[Module] = &[
    module!("chunks"),
    module!("engine"),
    module!("errors"),
    module!("front-token"),
    module!("http"),
    module!("lock"),
    module!("origins"),
    module!("react"),
    module!("server"),
    module!("session"),
    module!("storage"),
    module!("login/problems"),
    module!("login/definition"),
    module!("login/element"),
    module!("login/flow"),
    module!("login/journey"),
    module!("login/offer"),
    module!("login/page"),
    module!("login/render"),
    module!("login/stage"),
    module!("login/style"),
    module!("login/texts"),
];

/// Bytes, events and texts, for the operations that have any.
pub(super) const RAW: Module = module!("raw");
pub(super) const EMAIL_PASSWORD: Module = module!("login/email-password");
pub(super) const EMAIL_VERIFICATION: Module = module!("login/email-verification");
pub(super) const PASSKEYS: Module = module!("login/passkeys");
pub(super) const PASSWORDLESS: Module = module!("login/passwordless");
pub(super) const THIRD_PARTY: Module = module!("login/third-party");
pub(super) const TOTP: Module = module!("login/totp");

impl Module {
    /// Adds the module to the output.
    pub(super) fn emit(&self, tree: &mut Tree) {
        let name = self.name;
        tree.insert(format!("client/js/{name}.js"), self.script);
        tree.insert(format!("client/js/{name}.d.ts"), self.declarations);
    }

    /// What an import in the folder above names: `./login/totp.js`.
    pub(super) fn import(&self) -> String {
        format!("./{}.js", self.name)
    }
}

/// Adds what every client has.
pub(super) fn emit(tree: &mut Tree) {
    for module in ALWAYS {
        module.emit(tree);
    }
}
