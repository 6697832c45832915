//! Moments and durations as people say them.

use jiff::{Timestamp as Moment, Zoned, tz::TimeZone};

use crate::machine::Timestamp;

const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MILLISECOND;

/// The units of longer durations, with their nanoseconds, largest first.
const UNITS: [(&str, i64); 5] =
    [("w", 7 * 24 * 3600 * SECOND), ("d", 24 * 3600 * SECOND), ("h", 3600 * SECOND), ("m", 60 * SECOND), ("s", SECOND)];

/// A duration in nanoseconds: `12 ms`, `3.2 s`, `2m 5s`, `3d 4h`.
pub fn duration(nanoseconds: i64) -> String {
    let length = nanoseconds.max(0);
    if length < SECOND {
        return format!("{} ms", length / MILLISECOND);
    }
    if length >= 60 * SECOND {
        return two_units(length);
    }
    match (length / SECOND, length % SECOND / (100 * MILLISECOND)) {
        (seconds, 0) | (seconds @ 10.., _) => format!("{seconds} s"),
        (seconds, tenths) => format!("{seconds}.{tenths} s"),
    }
}

/// How long something has gone on so far, in whole seconds: `12 s`, `2m 5s`; nothing in the first.
pub fn so_far(nanoseconds: i64) -> String {
    let seconds = nanoseconds.max(0) / SECOND * SECOND;
    if seconds == 0 { String::new() } else { duration(seconds) }
}

fn two_units(length: i64) -> String {
    let parts = UNITS.iter().scan(length, |left, (unit, size)| {
        let count = *left / size;
        *left %= size;
        Some((count, unit))
    });
    let shown = parts.skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    shown.map(|(count, unit)| format!("{count}{unit}")).collect::<Vec<_>>().join(" ")
}

/// A moment in the local zone, as short as it can be told from `now`: `09:12:30`, `Mon 2 Apr 09:12`,
/// `2 Apr 09:12`.
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (local(at), local(now));
    let apart = (at.timestamp().as_second() - now.timestamp().as_second()).abs();
    let format = if at.date() == now.date() {
        "%H:%M:%S"
    } else if apart < 6 * 24 * 3600 {
        "%a %-d %b %H:%M"
    } else if at.year() == now.year() {
        "%-d %b %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    at.strftime(format).to_string()
}

/// A moment in the local zone, to the millisecond: `09:12:30.120` today, else with its date.
pub fn exact(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (local(at), local(now));
    let format = if at.date() == now.date() { "%H:%M:%S%.3f" } else { "%Y-%m-%d %H:%M:%S%.3f" };
    at.strftime(format).to_string()
}

/// A moment for a document that is read elsewhere: `2026-04-02 09:12:30 UTC`.
pub fn utc(at: Timestamp) -> String {
    zoned(at, TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The day of a moment, in UTC: `2026-04-02`.
pub fn day(at: Timestamp) -> String {
    zoned(at, TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

/// A moment for programs: RFC 3339, in UTC.
pub fn rfc3339(at: Timestamp) -> String {
    zoned(at, TimeZone::UTC).timestamp().to_string()
}

fn local(at: Timestamp) -> Zoned {
    zoned(at, TimeZone::system())
}

fn zoned(at: Timestamp, zone: TimeZone) -> Zoned {
    Moment::from_nanosecond(i128::from(at.0)).unwrap_or(Moment::UNIX_EPOCH).to_zoned(zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        for (nanoseconds, expected) in [
            (-5, "0 ms"),
            (12 * MILLISECOND, "12 ms"),
            (2_000 * MILLISECOND, "2 s"),
            (3_250 * MILLISECOND, "3.2 s"),
            (59 * SECOND, "59 s"),
            (60 * SECOND, "1m"),
            (125 * SECOND, "2m 5s"),
            (3600 * SECOND + 5 * SECOND, "1h"),
            (76 * 3600 * SECOND, "3d 4h"),
            (i64::MAX, "15250w 1d"),
        ] {
            assert_eq!(duration(nanoseconds), expected);
        }
    }

    #[test]
    fn a_clock_counts_whole_seconds() {
        let told = [999, 3_250, 125_400].map(|milliseconds| so_far(milliseconds * MILLISECOND));
        assert_eq!(told, ["", "3 s", "2m 5s"]);
    }

    #[test]
    fn moments_for_programs_are_in_utc() {
        assert_eq!(rfc3339(Timestamp(1_500_000_000)), "1970-01-01T00:00:01.5Z");
    }
}
