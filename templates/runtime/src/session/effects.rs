//! What a session does to the answer: header edits, collected while the request is worked on and
//! applied when there is an answer to apply them to.
//!
//! The rule kept here: of each cookie and each header only the last edit is sent, so that clearing
//! and then setting — or the other way round — never leaves both on one answer.

use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};

use crate::error::Error;

/// Edits of an answer's headers, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Name and line of each cookie.
    cookies: Vec<(String, HeaderValue)>,
    /// Headers to set; `None` takes the header away.
    headers: Vec<(HeaderName, Option<HeaderValue>)>,
    /// Headers that scripts may read.
    exposed: Vec<HeaderName>,
}

impl Effects {
    /// No edits.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bytes of a head they are, at most.
    pub(super) fn bytes(&self) -> usize {
        const SET_COOKIE_LINE: usize = "set-cookie: \r\n".len();
        const EXPOSE_LINE: usize = "access-control-expose-headers: \r\n".len();
        let cookies = self.cookies.iter();
        let cookies = cookies.map(|(_, line)| SET_COOKIE_LINE + line.len());
        let headers = self.headers.iter().filter_map(|(name, value)| {
            let value = value.as_ref()?;
            Some(name.as_str().len() + value.len() + ": \r\n".len())
        });
        let exposed = self
            .exposed
            .iter()
            .map(|name| name.as_str().len() + ", ".len());
        cookies.chain(headers).chain(exposed).sum::<usize>() + EXPOSE_LINE
    }

    /// Whether there is nothing to apply.
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty() && self.headers.is_empty()
    }

    /// Sets a cookie by its whole `Set-Cookie` line; replaces an earlier line for the same name.
    pub fn set_cookie(&mut self, name: &str, line: &str) -> Result<(), Error> {
        let line = HeaderValue::from_str(line).map_err(Error::internal)?;
        self.cookies.retain(|(known, _)| known != name);
        self.cookies.push((name.to_owned(), line));
        Ok(())
    }

    /// Takes a cookie away at the domain and path of this `Set-Cookie` line, beside the lines that there
    /// are for the same name.
    pub(super) fn clear_cookie(&mut self, name: &str, line: &str) -> Result<(), Error> {
        let line = HeaderValue::from_str(line).map_err(Error::internal)?;
        if !self.cookies.iter().any(|(_, known)| *known == line) {
            self.cookies.push((name.to_owned(), line));
        }
        Ok(())
    }

    /// Neither sets nor clears any cookie.
    pub(crate) fn leave_cookies(&mut self) {
        self.cookies.clear();
    }

    /// Sets a header and lets scripts read it.
    pub fn set_exposed(&mut self, name: HeaderName, value: &str) -> Result<(), Error> {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        if !self.exposed.contains(&name) {
            self.exposed.push(name.clone());
        }
        self.set_header(name, Some(value));
        Ok(())
    }

    /// Takes a header away again.
    pub fn remove(&mut self, name: &HeaderName) {
        self.exposed.retain(|known| known != name);
        self.set_header(name.clone(), None);
    }

    fn set_header(&mut self, name: HeaderName, value: Option<HeaderValue>) {
        match self.headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.headers.push((name, value)),
        }
    }

    /// Adds edits that come after these.
    pub fn extend(&mut self, later: Self) {
        for (name, line) in &later.cookies {
            self.cookies
                .retain(|(known, kept)| known != name || kept == line);
        }
        for (name, line) in later.cookies {
            if !self.cookies.iter().any(|(_, known)| *known == line) {
                self.cookies.push((name, line));
            }
        }
        for (name, value) in later.headers {
            if value.is_none() {
                self.exposed.retain(|known| *known != name);
            }
            self.set_header(name, value);
        }
        for name in later.exposed {
            if !self.exposed.contains(&name) {
                self.exposed.push(name);
            }
        }
    }

    /// Applies the edits.
    pub fn apply(self, headers: &mut HeaderMap) {
        self.apply_cookies(headers);
        for (name, value) in self.headers {
            match value {
                Some(value) => {
                    headers.insert(name, value);
                }
                None => {
                    headers.remove(name);
                }
            }
        }
        expose(&self.exposed, headers);
    }

    /// Cookies of other names on the answer stay.
    fn apply_cookies(&self, headers: &mut HeaderMap) {
        if self.cookies.is_empty() {
            return;
        }
        let ours = |line: &HeaderValue| {
            let name = line.as_bytes().split(|byte| *byte == b'=').next();
            self.cookies
                .iter()
                .any(|(known, _)| name == Some(known.as_bytes()))
        };
        let others: Vec<_> = headers
            .get_all(SET_COOKIE)
            .iter()
            .filter(|line| !ours(line))
            .cloned()
            .collect();
        headers.remove(SET_COOKIE);
        let new = self.cookies.iter().map(|(_, line)| line.clone());
        for line in others.into_iter().chain(new) {
            headers.append(SET_COOKIE, line);
        }
    }
}

/// Adds names to `Access-Control-Expose-Headers`, each once.
fn expose(names: &[HeaderName], headers: &mut HeaderMap) {
    let mut list: Vec<String> = headers
        .get_all(ACCESS_CONTROL_EXPOSE_HEADERS)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect();
    let before = list.len();
    for name in names {
        if !list
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name.as_str()))
        {
            list.push(name.to_string());
        }
    }
    if list.len() > before
        && let Ok(value) = HeaderValue::from_str(&list.join(", "))
    {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, value);
    }
}
