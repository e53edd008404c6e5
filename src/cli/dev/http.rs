//! As much of HTTP/1.1 as the pages of `auth-gen dev` need.
//!
//! Rules: one request for each connection, with limits of size and time; callers listen on loopback addresses only.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use url::form_urlencoded;

/// How long a client may take to send a request, and to take the answer.
const TIME: Duration = Duration::from_secs(5);
/// How long the head of a request may be.
const HEAD: u64 = 16 * 1024;
/// How long the body of a request may be.
const BODY: usize = 16 * 1024;

/// A request.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    /// As it was sent, without the query.
    pub(super) path: String,
    query: String,
    /// Names are in lower case.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// The fields of a query or a form.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Request {
    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(known, _)| known == name)?;
        Some(value)
    }

    /// The fields of the query.
    pub(super) fn query(&self) -> Fields {
        Fields::read(self.query.as_bytes())
    }

    /// The fields of a form in the body.
    pub(super) fn form(&self) -> Fields {
        Fields::read(&self.body)
    }

    /// Reads one.
    ///
    /// # Errors
    /// The client is too slow or closes the connection, or the request is no HTTP/1.1 or too long.
    fn read(stream: &TcpStream) -> io::Result<Self> {
        let wrong = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text);
        let mut reader = BufReader::new(stream.take(HEAD + BODY as u64));
        let mut head = 0;
        let mut line = || -> io::Result<String> {
            let mut line = String::new();
            head += reader.read_line(&mut line)?;
            if head as u64 > HEAD || !line.ends_with('\n') {
                return Err(wrong("the head of the request is too long or not whole"));
            }
            Ok(line.trim_end_matches(['\r', '\n']).to_owned())
        };
        let first = line()?;
        let [method, target, _] = first.split(' ').collect::<Vec<_>>()[..] else {
            return Err(wrong("the first line is no request line"));
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            ..Self::default()
        };
        // To the end of the head, and of the body: who closes with something unread resets the connection.
        loop {
            let header = line()?;
            if header.is_empty() {
                break;
            }
            let (name, value) = header
                .split_once(':')
                .ok_or_else(|| wrong("a header has no colon"))?;
            let header = (name.to_ascii_lowercase(), value.trim().to_owned());
            request.headers.push(header);
        }
        let length = request.header("content-length").unwrap_or("0");
        let length: usize = length.parse().map_err(|_| wrong("no length"))?;
        if length > BODY {
            return Err(wrong("the body is too long"));
        }
        request.body = vec![0; length];
        reader.read_exact(&mut request.body)?;
        Ok(request)
    }
}

impl Fields {
    fn read(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The value of a field; an empty one counts as left out (RFC 6749 §3.1).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.iter().filter(|(known, _)| *known == name);
        values.next().map(|(_, value)| value)
    }

    /// All fields that are not empty.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.0.iter().filter(|(_, value)| !value.is_empty());
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a field is there twice.
    pub(super) fn has_duplicates(&self) -> bool {
        let names = self.0.iter().map(|(name, _)| name);
        let different: std::collections::BTreeSet<_> = names.collect();
        different.len() < self.0.len()
    }
}

#[cfg(test)]
impl Fields {
    /// Fields for tests.
    pub(super) fn of(fields: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(fields.iter().map(own).collect())
    }
}

impl Response {
    /// A file of a kind, such as `text/css`.
    pub(super) fn file(kind: &str, body: impl Into<String>) -> Self {
        Self {
            status: "200 OK",
            headers: vec![("Content-Type", format!("{kind}; charset=utf-8"))],
            body: body.into(),
        }
    }

    /// A redirect.
    pub(super) fn redirect(status: &'static str, location: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("Location", location.into())],
            body: String::new(),
        }
    }

    /// There is nothing at this path.
    pub(super) fn not_found() -> Self {
        Self::file("text/plain", "Not found\n").with_status("404 Not Found")
    }

    pub(super) fn with_status(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn write(&self, mut stream: &TcpStream) -> io::Result<()> {
        let headers = self.headers.iter();
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        write!(
            stream,
            "HTTP/1.1 {}\r\n{headers}Content-Length: {}\r\nCache-Control: no-store\r\n\
             Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
             Connection: close\r\n\r\n{}",
            self.status,
            self.body.len(),
            self.body
        )?;
        stream.flush()
    }
}

/// Answers requests until this process ends.
pub(super) fn serve(
    listener: TcpListener,
    answer: impl Fn(&Request) -> Response + Clone + Send + 'static,
) {
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            // A client that closes the connection early needs no answer.
            thread::spawn(move || drop(converse(&stream, answer)));
        }
    });
}

fn converse(stream: &TcpStream, answer: impl Fn(&Request) -> Response) -> io::Result<()> {
    stream.set_read_timeout(Some(TIME))?;
    stream.set_write_timeout(Some(TIME))?;
    answer(&Request::read(stream)?).write(stream)
}

/// Sends a request as it is, and returns the answer.
#[cfg(test)]
pub(super) fn exchange(listen: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(listen).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_whole_or_not_at_all() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let listen = listener.local_addr().expect("it has an address");
        serve(listener, |request| {
            let form = request.form();
            let name = form.get("name").unwrap_or("none").to_owned();
            Response::file(
                "text/plain",
                format!("{} {} {name}", request.method, request.path),
            )
        });
        let post = |body: &str, length: usize| {
            exchange(
                listen,
                &format!("POST /a?b=c HTTP/1.1\r\ncontent-LENGTH: {length}\r\n\r\n{body}"),
            )
        };
        let answer = post("name=a%26b+c", 12);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\nPOST /a a&b c"), "{answer}");
        assert_eq!(post("", BODY + 1), "");
        assert_eq!(exchange(listen, "GET /\r\n\r\n"), "");
        assert_eq!(exchange(listen, "GET / HTTP/1.1\r\nno colon\r\n\r\n"), "");
    }

    #[test]
    fn an_empty_field_is_none_and_a_field_that_comes_twice_is_noticed() {
        let fields = Fields::of(&[("a", ""), ("b", "1")]);
        assert_eq!((fields.get("a"), fields.get("b")), (None, Some("1")));
        assert!(!fields.has_duplicates());
        assert!(Fields::of(&[("a", "1"), ("a", "1")]).has_duplicates());
    }
}
