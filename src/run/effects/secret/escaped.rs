//! A text as a part of a JSON text (RFC 8259, section 7), in which each sign may be escaped: which signs are is up to who
//! writes it. Python escapes what is not ASCII, Go `&`, `<` and `>`, PHP `/`.

/// What an escape begins with.
pub const SIGN: u8 = b'\\';

/// `\u` and four digits.
const LONG: usize = 6;

/// How many bytes a text can take at most.
pub fn longest(text: &str) -> usize {
    text.encode_utf16().count() * LONG
}

/// How many bytes at the head of `bytes` say `text`, however its signs are escaped; `None` if they say something else.
pub fn length_at_head(text: &str, bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    for sign in text.chars() {
        let rest = bytes.get(at..)?;
        at += match rest.first()? {
            &SIGN => escape_of(sign, rest)?,
            _ => plain(sign, rest)?,
        };
    }
    Some(at)
}

fn plain(sign: char, bytes: &[u8]) -> Option<usize> {
    bytes.starts_with(sign.encode_utf8(&mut [0; 4]).as_bytes()).then(|| sign.len_utf8())
}

/// The length of the escape at the head of `bytes`, if it says `sign`.
fn escape_of(sign: char, bytes: &[u8]) -> Option<usize> {
    if short(sign).is_some_and(|short| bytes.get(1) == Some(&short)) {
        return Some(2);
    }
    let mut units = [0; 2];
    let units = sign.encode_utf16(&mut units);
    let says = |(unit, escape): (&u16, &[u8])| hexadecimal(escape) == Some(*unit);
    let escapes = bytes.get(..units.len() * LONG)?.chunks(LONG);
    units.iter().zip(escapes).all(says).then_some(units.len() * LONG)
}

/// What stands behind the sign of an escape of two bytes.
fn short(sign: char) -> Option<u8> {
    Some(match sign {
        '"' => b'"',
        '\\' => b'\\',
        '/' => b'/',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        _ => return None,
    })
}

/// The number that an escape of six bytes says.
fn hexadecimal(escape: &[u8]) -> Option<u16> {
    let digits = std::str::from_utf8(escape.strip_prefix(b"\\u")?).ok()?;
    u16::from_str_radix(digits, 16).ok()
}
