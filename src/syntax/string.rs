//! The inside of strings: where a part ends, what it reads as, and how text is written back.

use std::borrow::Cow;

use smol_str::SmolStr;

/// Which quotes a string stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes {
    /// `"""`: over several lines, common indent removed.
    pub triple: bool,
    /// `r`: neither escapes nor interpolations.
    pub raw: bool,
}

impl Quotes {
    /// The quotes that `text` begins with.
    pub fn of(text: &str) -> Self {
        let raw = text.starts_with('r');
        Self { triple: text[usize::from(raw)..].starts_with("\"\"\""), raw }
    }

    /// What opens such a string.
    pub fn opening(self) -> &'static str {
        match (self.raw, self.triple) {
            (false, false) => "\"",
            (false, true) => "\"\"\"",
            (true, false) => "r\"",
            (true, true) => "r\"\"\"",
        }
    }

    /// What closes such a string.
    pub fn closing(self) -> &'static str {
        if self.triple { "\"\"\"" } else { "\"" }
    }
}

/// Why a part of a string ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The closing quotes, which belong to the part.
    Closed,
    /// A `{`, which belongs to the part.
    Brace,
    /// The line or the file ended first; the line break does not belong to the part.
    Unfinished,
}

/// The length of the part that `rest` begins with, and why it ends there.
pub fn scan(quotes: Quotes, rest: &str) -> (usize, Stop) {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' if rest[at..].starts_with(quotes.closing()) => return (at + quotes.closing().len(), Stop::Closed),
            b'{' if !quotes.raw => return (at + 1, Stop::Brace),
            b'\n' if !quotes.triple => return (at, Stop::Unfinished),
            b'\\' if !quotes.raw && rest[at..].starts_with("\\u{") => at += 3,
            b'\\' if !quotes.raw && !matches!(bytes.get(at + 1), None | Some(b'\n')) => at += 2,
            _ => at += 1,
        }
    }
    (bytes.len(), Stop::Unfinished)
}

/// Where the escapes of `text` that mean nothing stand, as byte ranges.
pub fn unknown_escapes(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut unknown = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        let start = at + found;
        let (length, meaning) = escape(&text[start..]);
        at = start + length;
        if meaning.is_none() {
            unknown.push(start..at);
        }
    }
    unknown
}

/// The length of the escape that `text` begins with, and what it means.
fn escape(text: &str) -> (usize, Option<char>) {
    let Some(letter) = text[1..].chars().next() else { return (1, None) };
    let length = 1 + letter.len_utf8();
    match letter {
        'n' => (length, Some('\n')),
        't' => (length, Some('\t')),
        'r' => (length, Some('\r')),
        '0' => (length, Some('\0')),
        '\\' | '"' | '{' | '}' => (length, Some(letter)),
        'u' => unicode_escape(text),
        _ => (length, None),
    }
}

/// The length of `\u{..}`, and the character of that number.
fn unicode_escape(text: &str) -> (usize, Option<char>) {
    let Some(digits) = text.strip_prefix("\\u{") else { return (2, None) };
    let count = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    if !digits[count..].starts_with('}') {
        return (3 + count, None);
    }
    let number = u32::from_str_radix(&digits[..count], 16).ok();
    (3 + count + 1, number.and_then(char::from_u32))
}

/// What the parts of one string read as: common indent removed, escapes resolved.
pub fn decode(quotes: Quotes, parts: &[&str]) -> Vec<SmolStr> {
    if quotes.triple {
        return dedent(parts).iter().map(|part| read(quotes, part)).collect();
    }
    parts.iter().map(|part| read(quotes, part)).collect()
}

/// What a part of a string reads as, without an indent that is shared with other lines.
pub fn read(quotes: Quotes, part: &str) -> SmolStr {
    if quotes.raw { SmolStr::new(part) } else { unescape(part) }
}

fn unescape(text: &str) -> SmolStr {
    if !text.contains('\\') {
        return SmolStr::new(text);
    }
    let mut read = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        read.push_str(&text[at..at + found]);
        let (length, meaning) = escape(&text[at + found..]);
        read.extend(meaning);
        at += found + length;
    }
    read.push_str(&text[at..]);
    read.into()
}

/// Removes the first line if it is blank, the last if it is, and the indent that all other lines share.
fn dedent<'t>(parts: &[&'t str]) -> Vec<Cow<'t, str>> {
    let mut parts = parts.to_vec();
    let opened = parts.first_mut().is_some_and(drop_first_line);
    if let Some(last) = parts.last_mut() {
        drop_last_line(last);
    }
    let indent = common_indent(&parts, opened);
    let remove = |(index, part): (usize, &&'t str)| without_indent(part, indent, index == 0 && opened);
    parts.iter().enumerate().map(remove).collect()
}

fn drop_first_line(part: &mut &str) -> bool {
    let Some((line, rest)) = part.split_once('\n') else { return false };
    let blank = line.trim().is_empty();
    if blank {
        *part = rest;
    }
    blank
}

fn drop_last_line(part: &mut &str) {
    match part.rsplit_once('\n') {
        Some((rest, line)) if line.trim().is_empty() => *part = rest.strip_suffix('\r').unwrap_or(rest),
        None if part.trim().is_empty() => *part = "",
        _ => {}
    }
}

/// The least indent of a line that is not blank; `opened` says whether the first part begins with a line.
fn common_indent(parts: &[&str], opened: bool) -> usize {
    let mut least = usize::MAX;
    for (index, part) in parts.iter().enumerate() {
        let skip = usize::from(index > 0 || !opened);
        let lines = part.split('\n').count();
        for (number, line) in part.split('\n').enumerate().skip(skip) {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            let before_braces = number + 1 == lines && index + 1 < parts.len();
            if before_braces || !line.trim().is_empty() {
                least = least.min(indent);
            }
        }
    }
    if least == usize::MAX { 0 } else { least }
}

fn without_indent(part: &str, indent: usize, opened: bool) -> Cow<'_, str> {
    if indent == 0 {
        return Cow::Borrowed(part);
    }
    let mut read = String::with_capacity(part.len());
    for (number, line) in part.split('\n').enumerate() {
        if number > 0 {
            read.push('\n');
        }
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let removed = if number > 0 || opened { indent.min(blanks) } else { 0 };
        read.push_str(&line[removed..]);
    }
    Cow::Owned(read)
}

/// `text` as it stands between plain quotes.
pub fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            '\0' => written.push_str("\\0"),
            '\\' | '"' | '{' | '}' => written.extend(['\\', letter]),
            _ if letter.is_control() => written.extend(letter.escape_unicode()),
            _ => written.push(letter),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> String {
        let quotes = Quotes::of(text);
        let inside = &text[quotes.opening().len()..text.len() - quotes.closing().len()];
        decode(quotes, &[inside]).concat()
    }

    #[test]
    fn escapes_are_resolved() {
        assert_eq!(decoded(r#""a\n\t\r\0\\\"\{\}\u{1F600}z""#), "a\n\t\r\0\\\"{}😀z");
        assert_eq!(decoded(r#"r"a\n{x}""#), r"a\n{x}");
    }

    #[test]
    fn escapes_that_mean_nothing_are_found() {
        assert_eq!(unknown_escapes(r"a\qb\u{110000}\u{12\n\u"), [1..3, 4..14, 14..19, 21..23]);
        assert_eq!(unknown_escapes(r"a\b\"), [1..3, 3..4]);
    }

    #[test]
    fn common_indent_is_removed() {
        assert_eq!(decoded("\"\"\"\n    a\n      b\n\n    c\n  \"\"\""), "a\n  b\n\nc");
        assert_eq!(decoded("\"\"\"one\n    two\"\"\""), "one\ntwo");
        assert_eq!(decoded("\"\"\"\n\"\"\""), "");
        assert_eq!(decoded("r\"\"\"\r\n  \\a\r\n  \"\"\""), "\\a");
        assert_eq!(decoded("\"\"\" \"quoted\" \"\"\""), " \"quoted\" ");
    }

    #[test]
    fn an_interpolation_at_the_head_of_a_line_counts_for_the_indent() {
        let parts = ["\n    a ", "\n  ", " b\n  "];
        assert_eq!(decode(Quotes { triple: true, raw: false }, &parts), ["  a ", "\n", " b"]);
    }

    #[test]
    fn what_is_escaped_decodes_to_itself() {
        let text = "a\"b\\c{d}\n\t\r\0\u{7}\u{85}é";
        assert_eq!(decoded(&format!("\"{}\"", escaped(text))), text);
    }

    #[test]
    fn a_part_ends_where_its_quotes_say() {
        let plain = Quotes { triple: false, raw: false };
        assert_eq!(scan(plain, r#"a\"b" c"#), (5, Stop::Closed));
        assert_eq!(scan(plain, r"a\{b{c"), (5, Stop::Brace));
        assert_eq!(scan(plain, r"\u{41}{c"), (7, Stop::Brace));
        assert_eq!(scan(plain, "a\nb"), (1, Stop::Unfinished));
        assert_eq!(scan(plain, "a\\"), (2, Stop::Unfinished));
        assert_eq!(scan(Quotes { triple: true, raw: true }, "a\n\"\"{b}\"\"\""), (10, Stop::Closed));
    }
}
