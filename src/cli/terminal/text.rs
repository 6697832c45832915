//! How texts get onto a terminal: harmless, as wide as they are, cut or broken where a line ends.

use unicode_width::UnicodeWidthChar;

/// The text with what a terminal could take for a command shown as a sign: nothing a program printed moves a cursor.
pub fn harmless(text: &str) -> String {
    let sign = |c: char| match c {
        '\n' | '\t' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    };
    text.chars().map(sign).collect()
}

/// A harmless text without line ends and tabs, whose width depends on where they stand.
pub fn one_line(text: &str) -> String {
    harmless(text.trim_end()).replace(['\n', '\t'], " ")
}

/// An address as it is easiest to read: `share[10%]` for `share[10%25]`.
pub fn readable(address: &str) -> String {
    let escapes = [("%2F", "/"), ("%5B", "["), ("%5D", "]"), ("%7E", "~"), ("%25", "%")];
    escapes.iter().fold(one_line(address), |text, (escape, sign)| text.replace(escape, sign))
}

/// How many columns a harmless text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// How many columns a character takes: two if it is wide, none if it is drawn over the one before.
fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The text, and blanks up to `room` columns.
pub fn padded(text: &str, room: usize) -> String {
    format!("{text}{:1$}", "", room.saturating_sub(width(text)))
}

/// At most `room` columns of a line, with a sign where something was left out.
pub fn shortened(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    format!("{}…", beginning(text, room.saturating_sub(1)))
}

/// At most `room` columns of an address: both ends of it say more than its middle.
pub fn without_middle(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let kept = room.saturating_sub(1);
    let backwards: String = text.chars().rev().collect();
    let end: String = beginning(&backwards, kept - kept / 2).chars().rev().collect();
    format!("{}…{end}", beginning(text, kept / 2))
}

/// As much of the beginning of a text as `room` columns hold.
fn beginning(text: &str, room: usize) -> &str {
    let mut taken = 0;
    let over = text.char_indices().find(|(_, c)| {
        taken += columns(*c);
        taken > room
    });
    over.map_or(text, |(at, _)| &text[..at])
}

/// The text in lines of at most `room` columns, broken between words; a word that is longer stands alone, and is not
/// broken: it may be meant to be copied.
pub fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// As one word of a command that can be typed into a shell.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_ends() {
        assert_eq!(shortened("päckchen", 8), "päckchen");
        assert_eq!(shortened("päckchen", 4), "päc…");
    }

    #[test]
    fn what_is_wide_takes_two_columns() {
        assert_eq!((width("数据"), width("e\u{301}"), width("a b")), (4, 1, 3));
        assert_eq!(shortened("数据库", 5), "数据…");
        assert_eq!(shortened("数据库", 4), "数…");
        assert_eq!(without_middle("数据库的名字", 8), "数…名字");
        assert_eq!(padded("数", 4), "数  ");
    }

    #[test]
    fn what_a_shell_would_take_apart_is_quoted() {
        assert_eq!(word("prepare/hold"), "prepare/hold");
        assert_eq!(word("item[mug]/require x > 1"), "'item[mug]/require x > 1'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn an_address_is_read_without_its_escapes() {
        assert_eq!(readable("auth_v2[10%25]~2/require a %5B0%5D == 1%25"), "auth_v2[10%]~2/require a [0] == 1%");
        assert_eq!(readable("x[%250A]"), "x[%0A]");
    }

    #[test]
    fn no_escape_reaches_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31mb\r\n"), "a␛[31mb␍\n");
        assert_eq!(one_line("a\tb\nc\u{9b}2J\u{202e}\n"), "a b c\u{fffd}2J\u{fffd}");
    }

    #[test]
    fn a_long_address_loses_its_middle() {
        assert_eq!(without_middle("prepare/hold", 12), "prepare/hold");
        assert_eq!(without_middle("prepare/hold", 7), "pre…old");
        assert_eq!(without_middle("prepare/hold", 6), "pr…old");
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a verylongword b", 6), ["a", "verylongword", "b"]);
    }
}
