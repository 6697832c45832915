//! Who may speak: whoever has a token, and without tokens this machine, but no page that a browser shows.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

use super::{problem::Problem, unusable::Unusable};

/// How long a token is at least: what is shorter can be guessed.
const SHORTEST: usize = 16;

/// The name of who speaks without a token, and says none.
const NOBODY: &str = "http";

/// The tokens one of which must be sent; nobody needs one if there are none.
#[derive(Clone, Debug, Default)]
pub struct Tokens(Vec<Token>);

/// A token is not kept itself, so it can't be printed, and comparing takes equally long for all.
#[derive(Clone, Debug)]
struct Token {
    name: String,
    digest: [u8; 32],
}

/// The text of a file that only its owner can read.
///
/// # Errors
/// It can't be read, or others can read it too.
pub fn read_private(path: &Path) -> Result<String, Unusable> {
    let unreadable = |source| Unusable::Unreadable { file: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o077 != 0 {
        return Err(Unusable::Open { file: path.to_owned() });
    }
    fs::read_to_string(path).map_err(unreadable)
}

/// Whose request it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of its token.
    token: Option<String>,
}

impl Tokens {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One token more.
    ///
    /// # Errors
    /// It is too short.
    pub fn add(&mut self, name: &str, token: &str) -> Result<(), Unusable> {
        if token.len() < SHORTEST {
            return Err(Unusable::Short { name: name.to_owned(), shortest: SHORTEST });
        }
        self.0.push(Token { name: name.to_owned(), digest: Sha256::digest(token).into() });
        Ok(())
    }

    /// The tokens of a file: on each line a name, a blank, a token.
    ///
    /// # Errors
    /// The file can't be read, others can read it too, or a line is no token.
    pub fn add_file(&mut self, path: &Path) -> Result<(), Unusable> {
        let text = read_private(path)?;
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, token] = words[..] else { return Err(Unusable::Line { file: path.to_owned(), number }) };
            self.add(name, token)?;
        }
        if self.is_empty() { Err(Unusable::Empty { file: path.to_owned() }) } else { Ok(()) }
    }

    /// Whose request has these headers.
    ///
    /// # Errors
    /// It has no token that is one of these.
    pub fn caller(&self, headers: &HeaderMap) -> Result<Caller, Problem> {
        if self.is_empty() {
            return Ok(Caller { token: None });
        }
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|value| value.split_once(' '));
        let sent = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let Some(sent) = sent else {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "this needs a token")
                .instead(["Authorization: Bearer TOKEN".to_owned()]));
        };
        let digest: [u8; 32] = Sha256::digest(sent).into();
        // All are compared, so that how long it takes says nothing.
        let equal = |token: &Token| are_equal(&token.digest, &digest);
        let found = self.0.iter().fold(None, |found, token| if equal(token) { Some(token) } else { found });
        match found {
            Some(token) => Ok(Caller { token: Some(token.name.clone()) }),
            None => Err(Problem::new(StatusCode::UNAUTHORIZED, "this token is not one of those that may speak")),
        }
    }
}

/// Takes equally long, whatever is equal.
fn are_equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.iter().zip(other).fold(0, |differences, (one, other)| differences | (one ^ other)) == 0
}

impl Caller {
    /// Who is journaled: the name of the token counts, and what is `said` beside it is only said.
    pub fn who(&self, said: Option<&str>) -> String {
        let said = said.filter(|said| !said.trim().is_empty());
        match (&self.token, said) {
            (Some(token), None) => token.clone(),
            (Some(token), Some(said)) => format!("{said} by {token}"),
            (None, Some(said)) => said.to_owned(),
            (None, None) => NOBODY.to_owned(),
        }
    }
}

/// Refuses what a page in a browser could have sent. Its `Host` is the name that it was loaded from, whatever address
/// that name leads to, and its `Origin` is the page.
pub fn refuse_pages(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    if !is_this_machine(host) {
        let detail = format!("`{host}` is no name of this machine; without tokens only this machine is listened to");
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    match text(header::ORIGIN).map(|origin| origin.split_once("://").map_or(origin, |(_, host)| host)) {
        Some(origin) if origin != host => {
            Err(Problem::new(StatusCode::FORBIDDEN, "a page of another origin sends this"))
        }
        _ => Ok(()),
    }
}

fn is_this_machine(host: &str) -> bool {
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let rest = ["localhost", "127.0.0.1", "[::1]"].iter().find_map(|name| host.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_token_tells_who_speaks() {
        let mut tokens = Tokens::default();
        tokens.add("ada", "0123456789abcdef").unwrap();
        tokens.add("bob", "fedcba9876543210").unwrap();
        let caller = tokens.caller(&headers(&[("authorization", "Bearer fedcba9876543210")])).unwrap();
        assert_eq!(caller.who(None), "bob");
        assert_eq!(caller.who(Some("eve")), "eve by bob");
        for wrong in ["Bearer fedcba987654321", "Basic fedcba9876543210", "fedcba9876543210", "Bearer "] {
            let problem = tokens.caller(&headers(&[("authorization", wrong)])).unwrap_err();
            assert_eq!(problem.status, StatusCode::UNAUTHORIZED, "{wrong}");
        }
        assert_eq!(tokens.caller(&headers(&[])).unwrap_err().status, StatusCode::UNAUTHORIZED);
        assert!(tokens.add("short", "0123456789").unwrap_err().to_string().contains("too short"));
    }

    #[test]
    fn nobody_needs_a_token_where_there_are_none() {
        let caller = Tokens::default().caller(&headers(&[])).unwrap();
        assert_eq!((caller.who(None), caller.who(Some("ada"))), ("http".to_owned(), "ada".to_owned()));
    }

    #[test]
    fn pages_are_refused() {
        for fine in ["localhost", "localhost:80", "127.0.0.1:7717", "[::1]:7717"] {
            assert_eq!(refuse_pages(&headers(&[("host", fine)])), Ok(()), "{fine}");
        }
        for wrong in ["localhost.example.com", "127.0.0.1.nip.io:7717", "example.com", "localhost:80@example.com", ""] {
            assert!(refuse_pages(&headers(&[("host", wrong)])).is_err(), "{wrong}");
        }
        let own = [("host", "localhost:7717"), ("origin", "http://localhost:7717")];
        assert_eq!(refuse_pages(&headers(&own)), Ok(()));
        for origin in ["http://example.com", "null", "http://localhost:8080"] {
            assert!(refuse_pages(&headers(&[("host", "localhost:7717"), ("origin", origin)])).is_err(), "{origin}");
        }
    }
}
