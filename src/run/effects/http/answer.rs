//! What an answer says about what was asked for.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};

use crate::run::effects::{
    process::MAX_OUTPUT,
    secret::{Hidden, Passing},
    unable::Unable,
};

/// How much of an answer is shown to people, in bytes.
const MAX_SHOWN: usize = 4 * 1024;

/// How long a server may ask to be left alone; more than that is taken as this.
const LONGEST_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What a status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It was done.
    Done,
    /// It was not done: the request was refused.
    Refused,
    /// Nobody knows.
    Doubtful,
}

/// What a status says that leads to no other place (RFC 9110, 15).
pub fn class(status: StatusCode) -> Class {
    match status {
        _ if status.is_success() => Class::Done,
        // It was not taken in time; but a part of it may have been.
        StatusCode::REQUEST_TIMEOUT => Class::Doubtful,
        StatusCode::SERVICE_UNAVAILABLE => Class::Refused,
        _ if status.is_client_error() => Class::Refused,
        _ => Class::Doubtful,
    }
}

/// How long the server asks to be left alone, in nanoseconds from `now`: a number of seconds, or a date.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let written = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let asked = match written.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(i64::from(seconds)),
        Err(_) => {
            rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(written).ok()?.duration_since(now)
        }
    };
    let bounded = asked.clamp(SignedDuration::ZERO, LONGEST_RETRY_AFTER);
    i64::try_from(bounded.as_nanos()).ok()
}

/// The text of an answer. If it is not wanted, it is only waited for.
///
/// # Errors
/// Why there is none.
pub async fn body(mut response: Response, hidden: &Arc<Hidden>, wanted: bool) -> Result<String, Unable> {
    let mut passing = Passing::new(Arc::clone(hidden));
    let (mut read, mut shown) = (0, Vec::new());
    while let Some(piece) = response.chunk().await.map_err(|error| broken_off(&error))? {
        read += piece.len();
        if !wanted {
            continue;
        }
        if read > MAX_OUTPUT {
            return Err(Unable::TooLarge);
        }
        shown.extend(passing.pass(&piece));
    }
    shown.extend(passing.end());
    String::from_utf8(shown).map_err(|error| Unable::NotText(error.utf8_error().valid_up_to()))
}

fn broken_off(error: &reqwest::Error) -> Unable {
    Unable::BrokenOff(super::cause(error))
}

/// What an answer says to people that was refused: the beginning of it, unless it is a page.
pub async fn said(mut response: Response, hidden: &Arc<Hidden>) -> String {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.contains("html") {
        return String::new();
    }
    let mut passing = Passing::new(Arc::clone(hidden));
    let mut shown = Vec::new();
    while let (true, Ok(Some(piece))) = (shown.len() < MAX_SHOWN, response.chunk().await) {
        shown.extend(passing.pass(&piece));
    }
    shown.extend(passing.end());
    shown.truncate(MAX_SHOWN);
    String::from_utf8_lossy(&shown).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_is_known() {
        let check = |status: u16, expected| assert_eq!(class(StatusCode::from_u16(status).unwrap()), expected);
        [200, 201, 202, 204, 206].into_iter().for_each(|status| check(status, Class::Done));
        [400, 401, 403, 404, 409, 418, 422, 429, 499, 503].into_iter().for_each(|status| check(status, Class::Refused));
        [100, 300, 304, 305, 408, 500, 501, 502, 504, 599, 600, 999]
            .into_iter()
            .for_each(|status| check(status, Class::Doubtful));
    }

    #[test]
    fn a_server_says_in_seconds_or_by_a_date_when_to_come_again() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let asked = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now).map(|nanoseconds| nanoseconds / 1_000_000_000)
        };
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked(" 0 "), Some(0));
        assert_eq!(asked("Mon, 23 Nov 2026 12:01:30 GMT"), Some(90));
        assert_eq!(asked("Mon, 23 Nov 2026 11:00:00 GMT"), Some(0), "what is over is no time");
        assert_eq!(asked("4294967295"), Some(86_400), "nobody is left alone for ever");
        assert_eq!(asked("Fri, 23 Nov 2126 12:00:00 GMT"), Some(86_400));
        for text in ["", "-1", "1.5", "soon", "99999999999999999999"] {
            assert_eq!(asked(text), None, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
