//! Where secrets are read.

use zeroize::Zeroizing;

use crate::{
    ir::{SecretPlace, SecretRef},
    run::effects::{file, grants, site::Site, unable::Unable},
};

/// All of what stands where a secret is read, without the line break that a file ends in.
///
/// # Errors
/// It is not granted, not there, or no text; with its name, and never with a part of it.
pub fn whole(site: &Site, secret: &SecretRef) -> Result<Zeroizing<String>, Unable> {
    if let Some(refused) = grants::secret_refusal(site, secret) {
        return Err(Unable::Refused(refused));
    }
    let unset = |name: &str, what| Unable::SecretVariable { name: name.to_owned(), what };
    match &secret.source {
        SecretPlace::Env(name) => match site.variable(name).map(|value| value.to_str()) {
            Some(Some(text)) => Ok(Zeroizing::new(text.to_owned())),
            Some(None) => Err(unset(name, "not UTF-8")),
            None => Err(unset(name, "not set")),
        },
        SecretPlace::File(path) => {
            let text = file::text_of(&site.resolve(path)).map(Zeroizing::new);
            let text = text.map_err(|why| Unable::SecretFile { path: path.path.to_string(), why })?;
            Ok(Zeroizing::new(without_line_break(&text).to_owned()))
        }
    }
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
