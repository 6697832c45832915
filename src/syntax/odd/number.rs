//! Numbers that are none.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

const UNITS: &str =
    "durations are in `ns us ms s m h d w`, sizes in `B KB MB GB TB PB KiB MiB GiB TiB PiB`, shares in `%`";

/// `5min`, `10kb`, `0x1F`
pub fn unit(span: Span, text: &str) -> Diagnostic {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '_' | '.'));
    let number = &text[..text.len() - unit.len()];
    let diagnostic =
        Diagnostic::new(Code::E0106, span, format!("unknown unit `{unit}` in `{text}`"), "no unit of this name");
    if let Some(meant) = meant_unit(unit) {
        return diagnostic.help(format!("write `{number}{meant}`")).fix(span, format!("{number}{meant}"));
    }
    diagnostic.help(match unit {
        "M" => format!("minutes are `{number}m`, megabytes `{number}MB`"),
        "G" | "T" | "K" | "k" | "g" | "t" => format!("sizes end with `B`: `{number}{}B`", unit.to_ascii_uppercase()),
        "mo" | "mon" | "month" | "months" | "y" | "yr" | "year" | "years" => {
            "months and years differ in length: write days or weeks, as in `30d`".to_owned()
        }
        "L" | "l" | "f" | "F" | "u" | "u32" | "i32" | "i64" | "u64" | "f64" => {
            format!("a number says nothing of its kind: write `{number}`")
        }
        "st" | "nd" | "rd" | "th" => "a name begins with a letter".to_owned(),
        _ if number == "0" => "numbers are written in tens, as in `255`".to_owned(),
        _ if unit.strip_prefix(['e', 'E']).is_some_and(|power| power.parse::<u32>().is_ok()) => {
            "numbers are written out, as in `1_000_000`".to_owned()
        }
        _ => UNITS.to_owned(),
    })
}

/// The unit that is meant by a word.
fn meant_unit(unit: &str) -> Option<&'static str> {
    Some(match unit.to_lowercase().as_str() {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "wk" | "wks" | "week" | "weeks" => "w",
        "msec" | "millis" | "milliseconds" => "ms",
        "µs" | "μs" | "micros" | "microseconds" => "us",
        "nanos" | "nanoseconds" => "ns",
        "b" | "byte" | "bytes" => "B",
        "kb" => "KB",
        "mb" => "MB",
        "gb" => "GB",
        "tb" => "TB",
        "pb" => "PB",
        "ki" | "kib" => "KiB",
        "mi" | "mib" => "MiB",
        "gi" | "gib" => "GiB",
        "ti" | "tib" => "TiB",
        "pct" | "percent" => "%",
        _ => return None,
    })
}

/// The number and its unit as they are written, of `5 minutes`, `5 m`, `10 percent`.
pub fn apart_from_its_number(number: &str, word: &str) -> Option<String> {
    let known = ["ns", "us", "ms", "s", "m", "h", "d", "w", "B", "KB", "MB", "GB", "TB", "PB", "KiB", "MiB", "GiB"];
    let unit = known.into_iter().find(|unit| *unit == word).or_else(|| meant_unit(word));
    unit.map(|unit| format!("{number}{unit}"))
}

/// `10 %`, which is written `10%`
pub fn apart(span: Span, text: &str, written: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0106,
        span,
        format!("`{text}` stands apart from its unit"),
        "a number and its unit are one word",
    )
    .help(format!("write `{written}`"))
    .fix(span, written)
}

/// `2026-12-01`
pub fn date(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0107, span, format!("`{text}` looks like a date"), "dates are kept for a later version")
        .help(format!("write it as text, `\"{text}\"`; for a subtraction put blanks around `-`"))
}

/// `1.5.2`
pub fn version(span: Span, text: &str) -> Diagnostic {
    Diagnostic::new(Code::E0106, span, format!("`{text}` is not a number"), "more than one point")
        .help("a version or an address is text: write it in `\"`")
        .fix(span, format!("\"{text}\""))
}
