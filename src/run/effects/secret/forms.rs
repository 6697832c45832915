//! The forms in which a secret could be printed: as it is, and as those who pass it on encode it.

use std::collections::BTreeSet;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

/// A shorter text is not looked for: it stands everywhere, and hiding it would destroy what is read and hide nothing.
const SHORTEST: usize = 4;

/// What is shorter than this may stand in an encoded text by chance, and is found nearly as soon by trying.
const SHORTEST_ENCODED: usize = 8;

/// A text in one of its forms.
pub type Form = Zeroizing<String>;

/// All forms of a text that are looked for, each once.
pub fn forms(text: &str) -> Vec<Form> {
    let trimmed = text.trim();
    if trimmed.len() < SHORTEST {
        return Vec::new();
    }
    let mut found = vec![copy(text), copy(trimmed)];
    if trimmed.len() >= SHORTEST_ENCODED {
        // A key of several lines is often printed by one of them.
        found.extend(trimmed.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_ENCODED).map(copy));
        for text in [text, trimmed] {
            found.extend([percent(text, "0123456789ABCDEF", false), percent(text, "0123456789abcdef", false)]);
            found.push(percent(text, "0123456789ABCDEF", true));
            found.extend((0..3).flat_map(|before| in_base64(text, before)));
        }
    }
    let mut seen = BTreeSet::new();
    let first_of_its_kind: Vec<bool> = found.iter().map(|form| seen.insert(form.as_str())).collect();
    found.into_iter().zip(first_of_its_kind).filter_map(|(form, first)| first.then_some(form)).collect()
}

fn copy(text: &str) -> Form {
    Zeroizing::new(text.to_owned())
}

/// As a part of a URL (RFC 3986), or of a form, in which a blank is `+`.
fn percent(text: &str, digits: &str, plus: bool) -> Form {
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    let digits = digits.as_bytes();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            b' ' if plus => encoded.push('+'),
            _ => {
                encoded.push('%');
                encoded.push(char::from(digits[usize::from(byte >> 4)]));
                encoded.push(char::from(digits[usize::from(byte & 15)]));
            }
        }
    }
    encoded
}

/// In base64 (RFC 4648), in both alphabets, with `before` bytes of something else before it: only the signs that depend
/// on nothing else.
fn in_base64(text: &str, before: usize) -> [Form; 2] {
    let mut bytes = Zeroizing::new(vec![0; before]);
    bytes.reserve_exact(text.len());
    bytes.extend_from_slice(text.as_bytes());
    let (first, end) = ((8 * before).div_ceil(6), 8 * bytes.len() / 6);
    let cut = |encoded: Form| Zeroizing::new(encoded[first..end].to_owned());
    [
        cut(Zeroizing::new(STANDARD_NO_PAD.encode(bytes.as_slice()))),
        cut(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))),
    ]
}
