//! Hides secrets in what effects give: the name of one stands in place of its bytes.
//!
//! The search is our own because what it looks for has to be cleared afterwards: a library for it would keep copies.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{
    escaped,
    forms::{Form, forms},
};
use crate::{
    ir::{PathRef, SecretPlace, SecretRef, UrlPart},
    machine::Outcome,
};

/// What is to be hidden.
#[derive(Default)]
pub struct Hidden {
    /// The longest first, so that of two that begin at one place the longer is found.
    forms: Vec<(Form, Arc<str>)>,
    /// Of each byte whether one of them begins with it; empty if there are none.
    first: Vec<bool>,
}

impl Hidden {
    /// Everything of the secrets that were read in these places, and of their `parts` what is to be hidden.
    pub fn new<'r>(read: &[(SecretPlace, Zeroizing<String>)], parts: impl Iterator<Item = &'r SecretRef>) -> Hidden {
        let mut hidden = Hidden::default();
        for (place, text) in read {
            hidden.add(place, text);
            hidden.add(place, &Zeroizing::new(UrlPart::Password.of(text)));
        }
        for secret in parts.filter(|secret| secret.parts.iter().any(is_hidden)) {
            if let Some((place, text)) = read.iter().find(|(place, _)| *place == secret.source) {
                hidden.add(place, &Zeroizing::new(secret.of(text)));
            }
        }
        hidden.forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
        let begins = |byte: u8| {
            let mut first = hidden.forms.iter().filter_map(|(form, _)| form.as_bytes().first());
            byte == escaped::SIGN || first.any(|first| *first == byte)
        };
        hidden.first = (0..=u8::MAX).map(begins).collect();
        hidden
    }

    fn add(&mut self, place: &SecretPlace, text: &str) {
        let name = name(place);
        self.forms.extend(forms(text).into_iter().map(|form| (form, Arc::clone(&name))));
    }

    /// How many bytes there can be of one of them.
    fn longest(&self) -> usize {
        self.forms.iter().map(|(form, _)| escaped::longest(form)).max().unwrap_or(0)
    }

    /// What begins at the head of these bytes: how long it is, and its name.
    fn at_head(&self, bytes: &[u8]) -> Option<(usize, &str)> {
        let begins = self.first.get(usize::from(*bytes.first()?)).copied().unwrap_or(false);
        if !begins {
            return None;
        }
        let length = |form: &Form| match bytes.starts_with(form.as_bytes()) {
            true => Some(form.len()),
            false => escaped::length_at_head(form, bytes),
        };
        self.forms.iter().find_map(|(form, name)| length(form).map(|length| (length, name.as_ref())))
    }

    /// The text, with names in place of secrets.
    pub fn text(self: &Arc<Self>, text: String) -> String {
        if self.forms.is_empty() {
            return text;
        }
        let text = Zeroizing::new(text);
        let mut passing = Passing::new(Arc::clone(self));
        let mut shown = passing.pass(text.as_bytes());
        shown.extend(passing.end());
        // What is cut out are whole texts, so what is left is one, too.
        String::from_utf8(shown).unwrap_or_default()
    }

    /// The outcome, with names in place of secrets.
    pub fn outcome(self: &Arc<Self>, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Ok { output, printed } => Outcome::Ok { output: self.text(output), printed: self.text(printed) },
            Outcome::Failed { reason, printed, retry_after } => {
                Outcome::Failed { reason: self.text(reason), printed: self.text(printed), retry_after }
            }
            Outcome::Unknown { reason, printed } => {
                Outcome::Unknown { reason: self.text(reason), printed: self.text(printed) }
            }
        }
    }
}

/// Of a URL that is taken apart, host, port, user and path are hidden only together; and a parameter for which the
/// program itself says what holds without it is a setting.
fn is_hidden(part: &UrlPart) -> bool {
    match part {
        UrlPart::Password => true,
        UrlPart::Parameter { name: _, otherwise } => otherwise.is_empty(),
        UrlPart::Host | UrlPart::Port | UrlPart::User | UrlPart::Path => false,
    }
}

/// What stands in place of a secret; also within a text of JSON.
fn name(place: &SecretPlace) -> Arc<str> {
    let (SecretPlace::Env(name) | SecretPlace::File(PathRef { path: name, .. })) = place;
    let plain = name.replace(|c: char| c.is_control() || c == '"' || c == '\\', "?");
    Arc::from(format!("[secret {plain}]"))
}

/// A stream on its way, from which secrets are cut wherever its pieces end.
pub struct Passing {
    hidden: Arc<Hidden>,
    held: Zeroizing<Vec<u8>>,
}

impl Passing {
    /// At the beginning of a stream.
    pub fn new(hidden: Arc<Hidden>) -> Passing {
        Passing { hidden, held: Zeroizing::default() }
    }

    /// The next piece is read: what can be shown now. The end of it is held back as long as a secret may begin there.
    pub fn pass(&mut self, read: &[u8]) -> Vec<u8> {
        if self.hidden.forms.is_empty() {
            return read.to_vec();
        }
        let mut all = Zeroizing::new(Vec::with_capacity(self.held.len() + read.len()));
        all.extend_from_slice(&self.held);
        all.extend_from_slice(read);
        self.held = all;
        self.show(self.hidden.longest())
    }

    /// The stream has ended: the rest.
    pub fn end(&mut self) -> Vec<u8> {
        self.show(1)
    }

    /// Goes on as long as so many bytes are left.
    fn show(&mut self, needed: usize) -> Vec<u8> {
        let (mut at, mut shown) = (0, Vec::new());
        while self.held.len() - at >= needed.max(1) {
            match self.hidden.at_head(&self.held[at..]) {
                Some((length, name)) => {
                    shown.extend_from_slice(name.as_bytes());
                    at += length;
                }
                None => {
                    shown.push(self.held[at]);
                    at += 1;
                }
            }
        }
        self.held = Zeroizing::new(self.held[at..].to_vec());
        shown
    }
}
