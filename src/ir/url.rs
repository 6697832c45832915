//! The parts of a URL, for what takes them one by one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A URL with these parameters behind those that it has, in their order, encoded (RFC 3986, 3.4). What names a part of
/// the document (`#..`) is left out: no server is told of it.
pub fn with_query(url: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return url.to_owned();
    }
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let added: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
    let sign = match url.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{url}{sign}{}", added.join("&"))
}

/// A text, in which everything is percent-encoded that may mean something in a URL.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// A part of a URL: `scheme://user:password@host:port/path?parameter=value`. Its form is frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlPart {
    /// The host, without the brackets of an IPv6 address; several as they are listed
    Host,
    /// The port; one for each host if there are several
    Port,
    /// Who connects
    User,
    /// The password
    Password,
    /// What stands behind the first `/` of it: a database
    Path,
    /// A parameter
    Parameter {
        /// Its name.
        name: String,
        /// What it is if it is not there.
        otherwise: String,
    },
}

impl UrlPart {
    /// The part of a text, without its percent encoding. What is not there is empty, and so is every part of a text
    /// that is no URL; an effect does not begin with such a one.
    pub fn of(&self, text: &str) -> String {
        let url = Url::read(text);
        match self {
            UrlPart::Host => listed(url.hosts().map(|(host, _)| decoded(host))),
            UrlPart::Port => listed(url.hosts().map(|(_, port)| port.to_owned())),
            UrlPart::User => decoded(url.user),
            UrlPart::Password => decoded(url.password),
            UrlPart::Path => decoded(url.path),
            UrlPart::Parameter { name, otherwise } => url.parameter(name).unwrap_or_else(|| otherwise.clone()),
        }
    }
}

/// As it is written behind a secret: `.url_host()`.
impl fmt::Display for UrlPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UrlPart::Host => f.write_str(".url_host()"),
            UrlPart::Port => f.write_str(".url_port()"),
            UrlPart::User => f.write_str(".url_user()"),
            UrlPart::Password => f.write_str(".url_password()"),
            UrlPart::Path => f.write_str(".url_path()"),
            UrlPart::Parameter { name, otherwise } if otherwise.is_empty() => write!(f, ".url_parameter({name:?})"),
            UrlPart::Parameter { name, otherwise } => write!(f, ".url_parameter({name:?}, {otherwise:?})"),
        }
    }
}

/// The parts as they are written.
#[derive(Default)]
struct Url<'t> {
    user: &'t str,
    password: &'t str,
    hosts: &'t str,
    path: &'t str,
    query: &'t str,
}

impl<'t> Url<'t> {
    fn read(text: &'t str) -> Url<'t> {
        let Some((_, rest)) = text.trim().split_once("://") else { return Url::default() };
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        // A `@` or `#` in a password should be encoded, and often is not.
        let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Url { user, password, hosts, path: path.strip_prefix('/').unwrap_or(path), query }
    }

    /// Each host with its port.
    fn hosts(&self) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.hosts.split(',').map(|host| match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
            Some((address, rest)) => (address, rest.strip_prefix(':').unwrap_or_default()),
            None => host.split_once(':').unwrap_or((host, "")),
        })
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let parameters = self.query.split('&').map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")));
        parameters
            .map(|(key, value)| (decoded(key), value))
            .find(|(key, _)| key == name)
            .map(|(_, value)| decoded(value))
    }
}

/// One text for several hosts or ports, empty if all are.
fn listed(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.iter().all(String::is_empty) { String::new() } else { parts.join(",") }
}

/// A text without its percent encoding. What encodes no text stays as it is.
fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let code = piece.get(..2).filter(|code| code.chars().all(|digit| digit.is_ascii_hexdigit()));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(piece.bytes().skip(2));
            }
            None => {
                bytes.push(b'%');
                bytes.extend(piece.bytes());
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> [String; 5] {
        [UrlPart::Host, UrlPart::Port, UrlPart::User, UrlPart::Password, UrlPart::Path].map(|part| part.of(url))
    }

    fn parameter(url: &str, name: &str) -> String {
        UrlPart::Parameter { name: name.to_owned(), otherwise: "none given".to_owned() }.of(url)
    }

    #[test]
    fn each_part_is_found() {
        assert_eq!(parts("postgres://u:p@db.example.com:5433/shop?x=1"), ["db.example.com", "5433", "u", "p", "shop"]);
        assert_eq!(parts("postgres://db/shop"), ["db", "", "", "", "shop"]);
        assert_eq!(parts("amqps://u@mq"), ["mq", "", "u", "", ""]);
        assert_eq!(parts("redis://:p@cache:6379/0\n"), ["cache", "6379", "", "p", "0"]);
        assert_eq!(parts("https://h/a/b#c?d"), ["h", "", "", "", "a/b"]);
        assert_eq!(parts("postgresql:///shop"), ["", "", "", "", "shop"]);
        assert_eq!(parts("postgresql://?dbname=x"), ["", "", "", "", ""]);
    }

    #[test]
    fn encoded_parts_are_decoded() {
        assert_eq!(parts("pg://a%40b:p%3A%2f%25@%2Frun/d%C3%A9"), ["/run", "", "a@b", "p:/%", "dé"]);
        assert_eq!(parts("pg://u:100%@h/%zz%4"), ["h", "", "u", "100%", "%zz%4"]);
        assert_eq!(parts("pg://u:%ff@h"), ["h", "", "u", "%ff", ""]);
        assert_eq!(parts("pg://u:%é@h"), ["h", "", "u", "%é", ""]);
    }

    #[test]
    fn a_password_may_have_signs_that_should_be_encoded() {
        assert_eq!(parts("pg://u:p@ss#w:rd@h:1/d"), ["h", "1", "u", "p@ss#w:rd", "d"]);
    }

    #[test]
    fn addresses_and_several_hosts_are_taken_apart() {
        assert_eq!(parts("pg://u@[2001:db8::1]:5432/d"), ["2001:db8::1", "5432", "u", "", "d"]);
        assert_eq!(parts("pg://u@a:1,b,[::1]/d"), ["a,b,::1", "1,,", "u", "", "d"]);
        assert_eq!(parts("pg://u@a,b/d"), ["a,b", "", "u", "", "d"]);
    }

    #[test]
    fn parameters_are_found_by_name() {
        let url = "pg://h/d?sslmode=require&ssl%72ootcert=%2Fca&flag&sslmode=disable#x=1";
        assert_eq!(parameter(url, "sslmode"), "require");
        assert_eq!(parameter(url, "sslrootcert"), "/ca");
        assert_eq!(parameter(url, "flag"), "");
        assert_eq!(parameter(url, "x"), "none given");
    }

    #[test]
    fn parameters_are_added_encoded() {
        let pairs = [("a b".to_owned(), "1&2=3#/?+%\"é".to_owned()), ("c".to_owned(), String::new())];
        let added = "a%20b=1%262%3D3%23%2F%3F%2B%25%22%C3%A9&c=";
        assert_eq!(with_query("http://h/p", &pairs), format!("http://h/p?{added}"));
        assert_eq!(with_query("http://h/p?x=1", &pairs), format!("http://h/p?x=1&{added}"));
        assert_eq!(with_query("http://h/p?", &pairs), format!("http://h/p?{added}"));
        assert_eq!(with_query("http://h/p?x=1&#end", &pairs), format!("http://h/p?x=1&{added}"));
        assert_eq!(with_query("http://h/p#end", &[]), "http://h/p#end");
        assert_eq!(parameter(&with_query("http://h", &pairs), "a b"), "1&2=3#/?+%\"é");
    }

    #[test]
    fn what_is_no_url_has_no_parts() {
        for text in ["", "s3cret", "host:5432/db", "://"] {
            assert_eq!(parts(text), ["", "", "", "", ""], "{text}");
        }
    }
}
