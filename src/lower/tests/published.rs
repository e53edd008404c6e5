//! The published specs, where a folder of them is at hand (`AUTH_GEN_SPECS`).

use super::try_lower;

#[test]
fn published_specs_lower() {
    let Ok(folder) = std::env::var("AUTH_GEN_SPECS") else {
        return;
    };
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let text = std::fs::read_to_string(&path).expect("specs are UTF-8");
        eprintln!("{}", path.display());
        match try_lower(&text) {
            Ok((api, warnings)) => {
                eprintln!("{}", warnings.render(false));
                if std::env::var_os("DUMP").is_some() {
                    eprintln!("{:#?}", api);
                }
            }
            Err(errors) => panic!("{}", errors.render(false)),
        }
    }
}
