//! Where secrets are read.

use zeroize::Zeroizing;

use crate::{
    ir::{SecretPlace, SecretRef},
    run::effects::{file, grants, site::Site},
};

/// All of what stands where a secret is read, without the line break that a file ends in.
///
/// # Errors
/// It is not granted, not there, or no text; with its name, and never with a part of it.
pub fn whole(site: &Site, secret: &SecretRef) -> Result<Zeroizing<String>, String> {
    if let Some(refused) = grants::secret_refusal(site, secret) {
        return Err(refused);
    }
    let named = |why: String| format!("secret {why}");
    match &secret.source {
        SecretPlace::Env(name) => match site.variable(name).map(|value| value.to_str()) {
            Some(Some(text)) => Ok(Zeroizing::new(text.to_owned())),
            Some(None) => Err(named(format!("env({name:?}): the variable is not UTF-8"))),
            None => Err(named(format!("env({name:?}): the variable is not set"))),
        },
        SecretPlace::File(path) => {
            let text = file::text_of(&site.resolve(path)).map(Zeroizing::new);
            let text = text.map_err(|why| named(format!("file({:?}): {why}", path.path)))?;
            Ok(Zeroizing::new(without_line_break(&text).to_owned()))
        }
    }
}

fn without_line_break(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}
