//! Secrets: read right before the effect that needs them, given to it and to nothing else, and hidden in all that
//! comes back.
//!
//! A value exists only between [`Opened::for_effect`] and the end of its effect, in buffers that are cleared when they
//! are dropped. What the system copies on its way to a process or a server is out of reach. Between effects only
//! references are known, so a value that is changed meanwhile is read anew, and a crash leaves nothing behind.

mod escaped;
mod forms;
mod hide;
mod known;
mod read;

use std::sync::Arc;

pub use hide::{Hidden, Passing};
pub use known::Known;
use zeroize::Zeroizing;

use super::{site::Site, unable::Unable};
use crate::ir::{Input, Request, SecretPlace, SecretRef, Text};

/// What an effect needs of secrets, and what must not be seen of any.
pub struct Opened {
    read: Vec<(SecretPlace, Zeroizing<String>)>,
    /// What is to be hidden in what the effect gives.
    pub hidden: Arc<Hidden>,
}

impl Opened {
    /// No secrets, and nothing to hide.
    pub fn nothing() -> Opened {
        Opened { read: Vec::new(), hidden: Arc::default() }
    }

    /// Reads the secrets that `request` uses, and those that its run speaks of elsewhere: an effect may print what an
    /// earlier one was given.
    ///
    /// # Errors
    /// One that the request uses is not granted or can't be read: which, and why. The effect has not begun then.
    pub fn for_effect(site: &Site, request: &Request, known: &Known) -> Result<Opened, Unable> {
        let mut read = Vec::new();
        let used = used(request);
        for secret in &used {
            if !is_read(&read, &secret.source) {
                read.push((secret.source.clone(), read::whole(site, secret)?));
            }
        }
        let lacks = |secret: &&SecretRef| read.iter().any(|(at, text)| *at == secret.source && secret.lacks_url(text));
        if let Some(secret) = used.iter().find(lacks) {
            return Err(Unable::SecretUrl(SecretRef::whole(secret.source.clone(), secret.module)));
        }
        let mut all = read.clone();
        for secret in known.references() {
            if !is_read(&all, &secret.source) {
                // One that nobody asks for now may be missing: then nothing can print it.
                all.extend(read::whole(site, secret).ok().map(|text| (secret.source.clone(), text)));
            }
        }
        let parts = used.iter().chain(known.references()).filter(|secret| !secret.parts.is_empty());
        let hidden = Hidden::new(&all, parts);
        Ok(Opened { read, hidden: Arc::new(hidden) })
    }

    /// A text, or the secret that stands in its place.
    pub fn text(&self, text: &Text) -> Zeroizing<String> {
        match text {
            Text::Plain(text) => Zeroizing::new(text.clone()),
            Text::Secret(secret) => self.secret(secret).unwrap_or_default(),
        }
    }

    /// A secret that the effect uses.
    pub fn secret(&self, secret: &SecretRef) -> Option<Zeroizing<String>> {
        let whole = self.read.iter().find(|(place, _)| *place == secret.source);
        whole.map(|(_, text)| Zeroizing::new(secret.of(text)))
    }

    /// All parts of an input as one text.
    pub fn input(&self, input: &Input) -> Zeroizing<String> {
        let parts: Vec<Zeroizing<String>> = input.parts().iter().map(|part| self.text(part)).collect();
        // Its room is made at once: a text that grows leaves copies behind.
        let mut all = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
        parts.iter().for_each(|part| all.push_str(part));
        all
    }
}

/// The secrets that a request uses.
pub fn used(request: &Request) -> Vec<SecretRef> {
    let texts: Vec<&Text> = match request {
        Request::Exec(process) | Request::Succeeds(process) => {
            process.env.values().chain(process.stdin.iter().flat_map(Input::parts)).collect()
        }
        Request::Shell(script) => script.env.values().chain(script.stdin.iter().flat_map(Input::parts)).collect(),
        Request::Http(request) => request.headers.values().chain(request.body.iter().flat_map(Input::parts)).collect(),
        Request::Extern { arguments, .. } => return known::in_json(arguments.values()),
        Request::Env { .. } | Request::Timeline | Request::FileRead { .. } | Request::FileWrite { .. } => Vec::new(),
    };
    texts.into_iter().filter_map(Text::secret).cloned().collect()
}

fn is_read(read: &[(SecretPlace, Zeroizing<String>)], wanted: &SecretPlace) -> bool {
    read.iter().any(|(place, _)| place == wanted)
}

#[cfg(test)]
mod tests;
