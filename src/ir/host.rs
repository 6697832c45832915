//! Hosts of URLs, as grants name them.

/// The host that a URL reaches, with its port unless that is the usual one of its scheme: `api.example.com`,
/// `localhost:9090`. `whole` says whether `url` is all of it or only its beginning; `None` if it does not say so far.
pub fn host(url: &str, whole: bool) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let usual = match scheme.to_ascii_lowercase().as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let end = rest.find(['/', '?', '#', '\\']);
    let authority = match end {
        Some(end) => &rest[..end],
        None if whole => rest,
        None => return None,
    };
    let host = authority.rsplit('@').next().unwrap_or(authority).to_ascii_lowercase();
    let host = host.strip_suffix(usual).unwrap_or(&host);
    (!host.is_empty()).then(|| host.to_owned())
}

/// Whether a grant covers a host as [`host`] gives it: by its name and port exactly, `*.x` all below `x`.
pub fn covers(grant: &str, host: &str) -> bool {
    let grant = grant.to_ascii_lowercase();
    let grant = [":443", ":80"].iter().find_map(|usual| grant.strip_suffix(usual)).unwrap_or(&grant);
    match grant.strip_prefix('*') {
        Some(below) => below.starts_with('.') && host.len() > below.len() && host.ends_with(below),
        None => grant == host,
    }
}

/// Whether a grant covers a host that is reached at `port`, which is the `usual` one of its scheme or is not. A grant
/// without a port means the usual one; one with a port means that one.
pub fn reaches(grant: &str, name: &str, port: u16, usual: bool) -> bool {
    let with_port = grant.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse::<u16>().ok()?)));
    let (granted, fits) = with_port.map_or((grant, usual), |(name, granted)| (name, granted == port));
    fits && covers(granted, &name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_its_host() {
        let check = |url: &str, whole: bool, expected: Option<&str>| {
            assert_eq!(host(url, whole).as_deref(), expected, "{url}");
        };
        check("https://api.example.com/v1", true, Some("api.example.com"));
        check("https://API.example.com:443", true, Some("api.example.com"));
        check("http://localhost:9090/api?x=1", true, Some("localhost:9090"));
        check("https://example.com:80/", true, Some("example.com:80"));
        check("https://good.com@evil.com/", true, Some("evil.com"));
        check("https://example.com", false, None);
        check("https://example.com/", false, Some("example.com"));
        check("ftp://example.com/", true, None);
        check("localhost:9090", true, None);
    }

    #[test]
    fn a_grant_means_one_port() {
        let check = |grant: &str, (name, port, usual): (&str, u16, bool), expected: bool| {
            assert_eq!(reaches(grant, name, port, usual), expected, "{grant} {name}:{port}");
        };
        check("api.example.com", ("api.example.com", 443, true), true);
        check("api.example.com", ("api.example.com", 80, true), true);
        check("api.example.com", ("api.example.com", 8080, false), false);
        check("api.example.com:443", ("api.example.com", 443, true), true);
        check("api.example.com:443", ("api.example.com", 80, true), false);
        check("api.example.com:80", ("api.example.com", 80, false), true);
        check("*.example.com:8080", ("a.example.com", 8080, false), true);
        check("[::1]:8080", ("[::1]", 8080, false), true);
        check("[::1]", ("[::1]", 80, true), true);
        check("example.com", ("evil.com", 80, true), false);
    }

    #[test]
    fn a_grant_covers_its_host_and_what_is_below_a_star() {
        let check = |grant: &str, host: &str, expected: bool| assert_eq!(covers(grant, host), expected, "{grant}");
        check("api.example.com", "api.example.com", true);
        check("api.example.com:443", "api.example.com", true);
        check("localhost:9090", "localhost:9090", true);
        check("localhost", "localhost:9090", false);
        check("*.example.com", "a.b.example.com", true);
        check("*.example.com", "example.com", false);
        check("*.example.com", "evilexample.com", false);
        check("*example.com", "evilexample.com", false);
        check("*.example.com:8080", "a.example.com:8080", true);
    }
}
