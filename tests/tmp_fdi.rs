use auth_gen::settings::Settings;
use auth_gen::source::SourceFile;
use auth_gen::{Inputs, generate};
#[test]
fn fdi() {
    let read = |p: &str, n: &str| SourceFile::new(n, &std::fs::read_to_string(p).expect("x"));
    let spec = std::env::var("SPEC").unwrap_or("/work/shared/fdi/fdi-4.0.0.yaml".into());
    let inputs = Inputs {
        spec: read(&spec, "fdi.yaml"),
        app_info: read("spec/appInfo.yaml", "appInfo.yaml"),
        settings: Settings {
            server_package: "fdi-server".into(),
            ..Settings::default()
        },
    };
    let start = std::time::Instant::now();
    let g = generate(&inputs);
    eprintln!("took {:?}", start.elapsed());
    let g = match g {
        Ok(g) => g,
        Err(e) => panic!("{}", e.render(false)),
    };
    for r in &g.routes {
        eprintln!("{} {} {} {}", r.method, r.path, r.operation_id, r.behaviour);
    }
    for (p, t) in g.tree.iter() {
        let p = std::path::Path::new("/tmp/fdi").join(p);
        std::fs::create_dir_all(p.parent().expect("x")).expect("x");
        if std::fs::read_to_string(&p).ok().as_deref() != Some(t) {
            std::fs::write(p, t).expect("x");
        }
    }
}
