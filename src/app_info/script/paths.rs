//! Which files an import may mean: relative paths, and the `paths` of `tsconfig.json`.

use super::machine::Machine;
use super::value::{Kind, Place, Value};
use crate::source::join;

/// What stands for a file that is imported without its extension.
const OF_TYPESCRIPT: [&str; 9] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "json"];

/// The same for a file of JavaScript, whose own kind comes first.
const OF_JAVASCRIPT: [&str; 9] = ["js", "jsx", "mjs", "cjs", "json", "ts", "tsx", "mts", "cts"];

/// How many folders above a file may hold its `tsconfig.json`.
const MAX_PARENTS: usize = 8;

impl<'a> Machine<'a> {
    /// The files that an import may mean, the likeliest first; none for a package.
    pub(super) fn paths(&mut self, from: usize, source: &str) -> Vec<String> {
        let name = self.modules[from].source.name();
        let folder = folder(name).to_owned();
        let is_javascript = OF_JAVASCRIPT[..4]
            .iter()
            .any(|it| name.ends_with(&format!(".{it}")));
        let extensions = if is_javascript {
            OF_JAVASCRIPT
        } else {
            OF_TYPESCRIPT
        };
        let source = source.split(['?', '#']).next().unwrap_or_default();
        if source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
        {
            return spellings(&join(&folder, source), extensions);
        }
        let mut targets = self.aliases(&folder, source);
        if targets.is_empty()
            && let Some(rest) = source.strip_prefix("$lib/")
        {
            // SvelteKit's own alias, which its tsconfig gets from a generated file.
            let up = (0..MAX_PARENTS).map(|count| join(&folder, &"../".repeat(count)));
            targets.extend(up.map(|parent| join(&parent, &format!("src/lib/{rest}"))));
        }
        targets
            .iter()
            .flat_map(|target| spellings(target, extensions))
            .collect()
    }

    /// The targets of an alias of the nearest `tsconfig.json` or `jsconfig.json`.
    fn aliases(&mut self, folder: &str, source: &str) -> Vec<String> {
        let mut here = folder.to_owned();
        for _ in 0..MAX_PARENTS {
            for name in ["tsconfig.json", "jsconfig.json"] {
                let path = join(&here, name);
                if let Some(config) = self.json(&path) {
                    return self.aliases_of(&config, &here, source, 4);
                }
            }
            here = join(&here, "..");
        }
        Vec::new()
    }

    fn aliases_of(
        &mut self,
        config: &Value<'a>,
        folder: &str,
        source: &str,
        depth: usize,
    ) -> Vec<String> {
        let place = config.place;
        let options = self.member(config, "compilerOptions", place);
        let base = self.text_of(&options, "baseUrl", place);
        let root = join(folder, base.as_deref().unwrap_or("."));
        let paths = self.member(&options, "paths", place);
        let mut found = Vec::new();
        for (pattern, _) in self.keys(&paths) {
            let Some(rest) = matched(&pattern, source) else {
                continue;
            };
            let targets = self.member(&paths, &pattern, place);
            if let Kind::List(targets) = &targets.kind {
                for target in targets.iter() {
                    if let Kind::Text(target) = &target.kind {
                        found.push(join(&root, &target.replacen('*', rest, 1)));
                    }
                }
            }
        }
        if found.is_empty()
            && depth > 0
            && let Some(parent) = self.text_of(config, "extends", place)
            && parent.starts_with('.')
        {
            let mut path = join(folder, &parent);
            if !path.ends_with(".json") {
                path += ".json";
            }
            if let Some(config) = self.json(&path) {
                let folder = self::folder(&path).to_owned();
                return self.aliases_of(&config, &folder, source, depth - 1);
            }
        }
        if base.is_some() {
            found.push(join(&root, source));
        }
        found
    }

    fn text_of(&mut self, object: &Value<'a>, key: &str, place: Place) -> Option<String> {
        match self.member(object, key, place).kind {
            Kind::Text(text) => Some(text.to_string()),
            _ => None,
        }
    }
}

/// What `*` stands for, where a pattern of `paths` fits.
fn matched<'s>(pattern: &str, source: &'s str) -> Option<&'s str> {
    match pattern.split_once('*') {
        None => (pattern == source).then_some(""),
        Some((start, end)) => source.strip_prefix(start)?.strip_suffix(end),
    }
}

/// A path as it stands, with the extensions that it may have, and as a folder.
fn spellings(path: &str, extensions: [&str; 9]) -> Vec<String> {
    let mut spellings = vec![path.to_owned()];
    for (written, meant) in [
        (".js", ".ts"),
        (".js", ".tsx"),
        (".mjs", ".mts"),
        (".cjs", ".cts"),
        (".jsx", ".tsx"),
    ] {
        if let Some(stem) = path.strip_suffix(written) {
            spellings.push(format!("{stem}{meant}"));
        }
    }
    spellings.extend(extensions.map(|extension| format!("{path}.{extension}")));
    spellings.extend(extensions.map(|extension| format!("{path}/index.{extension}")));
    spellings
}

/// The folder of a path, without a slash at the end; empty for the current one.
fn folder(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_texts() {
        assert_eq!(join("", "./config"), "config");
        assert_eq!(join("a/b", "../c.ts"), "a/c.ts");
        assert_eq!(join("a", "../../c.ts"), "../c.ts");
        assert_eq!(join("/a", "./c"), "/a/c");
        assert_eq!(join("", ".."), "..");
        assert_eq!(folder("a/b.ts"), "a");
        assert_eq!(folder("b.ts"), "");
        assert_eq!(folder("/b.ts"), "/");
    }

    #[test]
    fn patterns_of_paths() {
        assert_eq!(matched("@/*", "@/config"), Some("config"));
        assert_eq!(matched("config", "config"), Some(""));
        assert_eq!(matched("@/*", "react"), None);
    }
}
