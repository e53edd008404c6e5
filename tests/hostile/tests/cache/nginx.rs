//! Proxies in front of one server, all of them one nginx. Two are shared caches: an honest one, which keeps
//! all that the headers of an answer allow, whatever the method; and a deaf one, which does not hear
//! `Cache-Control`. Two are proxies alone: one out of the box, and one that says whom it asks for.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;

pub(crate) struct Nginx {
    child: Child,
    pub(crate) honest: String,
    pub(crate) deaf: String,
    pub(crate) stock: String,
    pub(crate) forwarding: String,
    _folder: TempDir,
}

impl Nginx {
    pub(crate) async fn start(program: &Path, server: &str) -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let ports = [free_port(), free_port(), free_port(), free_port()];
        let text = config(&folder.path().display().to_string(), server, ports);
        let path = folder.path().join("nginx.conf");
        std::fs::write(&path, text).expect("there is room for a file");
        let child = Command::new(program)
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(&path)
            .stdin(Stdio::null())
            .spawn()
            .expect("AUTH_TEST_NGINX is a program");
        let [honest, deaf, stock, forwarding] =
            ports.map(|port| format!("http://127.0.0.1:{port}"));
        let nginx = Self {
            child,
            honest,
            deaf,
            stock,
            forwarding,
            _folder: folder,
        };
        for port in ports {
            listens(port).await;
        }
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One process, so that ending it ends all. `Set-Cookie` and `Vary`, which keep nginx from storing an
/// answer by themselves, do not count: other caches have no such scruples.
fn config(folder: &str, server: &str, ports: [u16; 4]) -> String {
    let [honest, deaf, stock, forwarding] = ports;
    let cache = |name: &str, port: u16, ignored: &str| {
        format!(
            "server {{
                listen 127.0.0.1:{port};
                location / {{
                    proxy_pass {server};
                    proxy_cache {name};
                    proxy_ignore_headers {ignored};
                    add_header x-cache $upstream_cache_status always;
                }}
            }}"
        )
    };
    let honest = cache("honest", honest, "Set-Cookie Vary");
    let deaf = cache(
        "deaf",
        deaf,
        "Set-Cookie Vary Cache-Control Expires X-Accel-Expires",
    );
    format!(
        "daemon off; master_process off; pid {folder}/pid;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
            scgi_temp_path {folder}/scgi;
            proxy_cache_path {folder}/honest keys_zone=honest:1m;
            proxy_cache_path {folder}/deaf keys_zone=deaf:1m;
            proxy_cache_key \"$request_method $request_uri\";
            proxy_cache_methods GET HEAD POST;
            proxy_cache_valid any 10m;
            {honest}
            {deaf}
            server {{ listen 127.0.0.1:{stock}; location / {{ proxy_pass {server}; }} }}
            server {{
                listen 127.0.0.1:{forwarding};
                location / {{
                    proxy_pass {server};
                    proxy_http_version 1.1;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }}
            }}
        }}"
    )
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

async fn listens(port: u16) {
    for _ in 0..200 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nginx does not listen");
}
