//! Texts that can be shown in one line.

use std::borrow::Cow;

use super::excerpt::shown;

/// A message, label or help is shown up to so many characters.
const LONGEST_TEXT: usize = 1_000;

/// A text that can be shown in one line.
pub fn clean(text: &str) -> Cow<'_, str> {
    let long = text.chars().nth(LONGEST_TEXT).is_some();
    if !long && text.chars().all(|character| shown(character) == character && character != '\t') {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().take(LONGEST_TEXT).map(|character| if character == '\t' { ' ' } else { shown(character) });
    kept.chain(long.then_some('…')).collect()
}

/// The lines of a text, none longer than `width` where its words allow that.
pub fn folded(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = width;
    for word in text.split(' ') {
        let length = word.chars().count();
        let first = lines.last().is_none_or(String::is_empty);
        if first || length < room {
            room = room.saturating_sub(length + usize::from(!first));
            if let Some(line) = lines.last_mut() {
                line.push_str(if first { "" } else { " " });
                line.push_str(word);
            }
        } else {
            lines.push(word.to_owned());
            room = width.saturating_sub(length);
        }
    }
    lines
}
