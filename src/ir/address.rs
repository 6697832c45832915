//! Addresses: how journal, status, logs, keys and operators speak of a part of a run.
//!
//! `prepare/repo`, `item[mug]/require in_stock(item)`, `auth_v2[10%]~2/shift`, `hold/undo`. An address is made of
//! names from the program, keys of items and stages, and the number of the visit; never of lines.
//!
//! A statement without a name or label is addressed by its keyword and its own text in normal form, so that a
//! `require` and a `verify` of one condition differ, and so that a changed `else` text changes no address.

use std::{borrow::Cow, fmt, ops::Range};

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, SmolStrBuilder};

/// The address of a part of a run; the root is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(SmolStr);

/// One part of an address as the program writes it: a name or an escaped text, without key and visit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Segment(SmolStr);

impl Segment {
    /// A name of the program.
    pub fn name(name: &str) -> Segment {
        Segment(escape(name))
    }

    /// A statement without a name: its keyword and its own text in normal form.
    pub fn unnamed(keyword: &str, text: &str) -> Segment {
        let whole = if text.is_empty() { keyword.to_owned() } else { format!("{keyword} {text}") };
        Segment(escape(&whole))
    }

    /// The escaped text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Address {
    /// The run itself.
    pub fn root() -> Address {
        Address::default()
    }

    /// An address as an operator typed it, which may be as people read it: `traffic[10%]` is `traffic[10%25]`.
    pub fn typed(text: &str) -> Address {
        let text = text.trim_matches('/');
        let mut whole = SmolStrBuilder::new();
        for (at, c) in text.char_indices() {
            let bare = c == '%' && !is_escape(&text[at + 1..]);
            if bare { whole.push_str("%25") } else { whole.push(c) }
        }
        Address(whole.finish())
    }

    /// The part `segment` of this one.
    pub fn child(&self, segment: &Segment) -> Address {
        self.join(&segment.0)
    }

    /// The stage `key` of this rollout.
    pub fn with_key(&self, key: &str) -> Address {
        Address(concat(&[&self.0, "[", &escape(key), "]"]))
    }

    /// The item `key` of the loop over `segment` in this one.
    pub fn item(&self, segment: &Segment, key: &str) -> Address {
        self.join(&concat(&[&segment.0, "[", &escape(key), "]"]))
    }

    /// How this one is undone.
    pub fn undo(&self) -> Address {
        self.join("undo")
    }

    /// This one, entered for the `number`th time; the first visit has no mark.
    pub fn visit(self, number: u32) -> Address {
        if number <= 1 { self } else { Address(SmolStr::from(format!("{}~{number}", self.0))) }
    }

    /// This one as it was entered the first time: the marks of later visits taken away everywhere.
    pub fn without_visits(&self) -> Address {
        match without_marks(&self.0) {
            Cow::Borrowed(_) => self.clone(),
            Cow::Owned(text) => Address(SmolStr::from(text)),
        }
    }

    /// The part around this one, as far as the address says; the root is in none.
    pub fn around(&self) -> Option<Address> {
        let (outer, _) = self.0.rsplit_once('/').unwrap_or_default();
        (!self.is_root()).then(|| Address(SmolStr::new(outer)))
    }

    /// Its last part as people read it: what the program calls the part itself, with the key of an item.
    pub fn last_part(&self) -> String {
        let readable = self.to_string();
        readable.rsplit('/').next().unwrap_or(&readable).to_owned()
    }

    /// Two addresses between which all lie that are inside this one, and no others.
    pub fn inside(&self) -> Range<Address> {
        // `0` is what comes behind `/`.
        let bound = |end: &str| Address(concat(&[&self.0, end]));
        bound("/")..bound("0")
    }

    /// Whether this is the run itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// As it stands in journals and keys; people read what [`fmt::Display`] gives.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this one is `other` or lies in it.
    pub fn is_within(&self, other: &Address) -> bool {
        let rest = self.0.strip_prefix(other.0.as_str());
        other.is_root() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn join(&self, part: &str) -> Address {
        if self.0.is_empty() { Address(SmolStr::new(part)) } else { Address(concat(&[&self.0, "/", part])) }
    }
}

/// An address, or a part of one, without the marks of visits: `traffic~2[a]~3` is `traffic[a]`.
pub fn without_marks(text: &str) -> Cow<'_, str> {
    let mut pieces = text.split('~');
    let first = pieces.next().unwrap_or_default();
    let number = |c: char| c.is_ascii_digit();
    let rest: Vec<&str> = pieces.map(|piece| piece.trim_start_matches(number)).collect();
    if rest.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(format!("{first}{}", rest.concat())) }
}

/// As people read it: `traffic[10%]`. [`Address::typed`] reads it back.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_str();
        let mut shown = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once("%25") {
            shown.push_str(before);
            shown.push_str(if is_escape(after) { "%25" } else { "%" });
            rest = after;
        }
        shown.push_str(rest);
        f.pad(&shown)
    }
}

/// Parts in one text: short ones need no place of their own.
fn concat(parts: &[&str]) -> SmolStr {
    let mut whole = SmolStrBuilder::new();
    parts.iter().for_each(|part| whole.push_str(part));
    whole.finish()
}

/// Whether a `%` before this text would be read as the beginning of `%XX`.
fn is_escape(after: &str) -> bool {
    let bytes = after.as_bytes();
    bytes.len() >= 2 && bytes[..2].iter().all(u8::is_ascii_hexdigit)
}

/// `/ [ ] ~ %` and control characters become `%XX`, byte by byte.
fn escape(text: &str) -> SmolStr {
    let special = |c: char| matches!(c, '/' | '[' | ']' | '~' | '%') || c.is_control();
    if !text.contains(special) {
        return SmolStr::new(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find(special) {
        let (plain, after) = rest.split_at(at);
        escaped.push_str(plain);
        let length = after.chars().next().map_or(0, char::len_utf8);
        let (letter, after) = after.split_at(length);
        letter.bytes().for_each(|byte| push_escape(&mut escaped, byte));
        rest = after;
    }
    escaped.push_str(rest);
    SmolStr::from(escaped)
}

fn push_escape(escaped: &mut String, byte: u8) {
    let digit = |nibble: u8| char::from(b"0123456789ABCDEF"[usize::from(nibble)]);
    escaped.extend(['%', digit(byte >> 4), digit(byte & 15)]);
}

#[cfg(test)]
mod tests {
    use super::{Address, Segment};

    #[test]
    fn what_people_read_is_read_back() {
        for key in ["10%", "%", "%25", "100%ab", "a/b[c]~2", "50%/x", "%2", "ä%é"] {
            let address = Address::root().item(&Segment::name("x"), key).child(&Segment::name("y"));
            assert_eq!(Address::typed(&address.to_string()), address, "{key}");
            assert_eq!(Address::typed(address.as_str()), address, "{key}");
        }
        let stage = Address::typed("traffic[10%25]/route");
        assert_eq!((stage.as_str(), stage.to_string().as_str()), ("traffic[10%25]/route", "traffic[10%]/route"));
    }

    #[test]
    fn the_marks_of_visits_can_be_taken_away() {
        let address = Address::root().child(&Segment::name("a")).visit(2).item(&Segment::name("b"), "k").visit(3);
        assert_eq!(address.as_str(), "a~2/b[k]~3");
        assert_eq!(address.without_visits().as_str(), "a/b[k]");
        let rollout = Address::root().child(&Segment::name("t")).visit(2).with_key("10%").visit(12);
        assert_eq!(rollout.as_str(), "t~2[10%25]~12");
        assert_eq!(rollout.without_visits().as_str(), "t[10%25]");
    }

    #[test]
    fn what_lies_inside_is_between_two_addresses() {
        let inside = Address::typed("a/b").inside();
        for (address, lies_inside) in [
            ("a/b/c", true),
            ("a/b/c[d]~2/e", true),
            ("a/b", false),
            ("a/b~2/c", false),
            ("a/b[d]/c", false),
            ("a/bc/d", false),
        ] {
            assert_eq!(inside.contains(&Address::typed(address)), lies_inside, "{address}");
        }
        assert_eq!(Address::typed("a/b[c]~2").around(), Some(Address::typed("a")));
        assert_eq!((Address::typed("a").around(), Address::root().around()), (Some(Address::root()), None));
    }

    #[test]
    fn keys_and_texts_are_escaped() {
        let address = Address::root().item(&Segment::unnamed("require", "a / b"), "x~y\n");
        assert_eq!(address.as_str(), "require a %2F b[x%7Ey%0A]");
    }
}
