//! Where a request goes, as the client that sends it reads its URL: what is asked for and what is granted can't be two
//! hosts.

use std::fmt;

use reqwest::Url;

use crate::{ir::host, run::effects::unable::Unable};

/// A URL that can be reached.
#[derive(Clone, PartialEq, Eq)]
pub struct Target(Url);

impl Target {
    /// What a program wrote.
    ///
    /// # Errors
    /// Nothing can be reached that way, or it says who asks: what should be written.
    pub fn new(url: &str) -> Result<Target, Unable> {
        Target::checked(Url::parse(url), url)
    }

    /// Where a redirect leads to.
    pub fn leading(&self, location: &str) -> Result<Target, Unable> {
        Target::checked(self.0.join(location), location)
    }

    fn checked(url: Result<Url, impl fmt::Display>, written: &str) -> Result<Target, Unable> {
        let url = url.map_err(|why| Unable::NoUrl { written: written.to_owned(), why: why.to_string() })?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(Unable::NoHost(written.to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Unable::Credentials);
        }
        Ok(Target(url))
    }

    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host, with its port unless that is the usual one of its scheme.
    pub fn host(&self) -> String {
        let name = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
    }

    /// Whether a grant covers it.
    pub fn is_covered(&self, grant: &str) -> bool {
        let port = self.0.port_or_known_default().unwrap_or_default();
        host::reaches(grant, self.0.host_str().unwrap_or_default(), port, self.0.port().is_none())
    }

    /// Whether both are spoken to in the same way: by the same scheme, host and port.
    pub fn is_same_place(&self, other: &Target) -> bool {
        self.0.origin() == other.0.origin()
    }

    /// Whether nobody can listen.
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// How many characters of a path are shown.
const MAX_PATH: usize = 80;

/// For people: `api.example.com/orders/7`, without the query, in which there may be what nobody should see.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.0.path();
        let shown: String = path.chars().take(MAX_PATH).collect();
        let more = if shown.len() < path.len() { "…" } else { "" };
        write!(f, "{}{shown}{more}", self.host())
    }
}
