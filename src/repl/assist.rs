//! What helps to type a line, whether it is a command or a text of the language.

use super::{
    State,
    command::{Command, Takes},
    drive::Drive,
    look::Look,
    session::Session,
    typed::Typed,
};
use crate::{
    ide::{Around, completions, signature},
    syntax::token::Token,
};

/// Whether the names of files are to be completed here.
pub fn completes_files(text: &str) -> bool {
    matches!(behind_command(text), Some((Takes::File, _)))
}

/// What may stand in place of the word at the end of a text, and where that begins.
pub fn complete(text: &str, state: &State) -> (usize, Vec<String>) {
    if let Some(word) = text.trim_start().strip_prefix(':').filter(|word| !word.contains(char::is_whitespace)) {
        let words = Command::ALL.iter().map(|command| command.about()).filter(|about| about.word.starts_with(word));
        let end = |takes| if takes == Takes::Nothing { "" } else { " " };
        return (text.len() - word.len(), words.map(|about| format!("{}{}", about.word, end(about.takes))).collect());
    }
    let session = &state.session;
    match behind_command(text) {
        Some((Takes::Address, rest)) => {
            let addresses = state.drive.as_ref().map(Drive::addresses).unwrap_or_default();
            (text.len() - rest.len(), starting(rest, addresses.iter().map(String::as_str)))
        }
        Some((Takes::Call, rest)) if !rest.contains('(') => {
            (text.len() - rest.len(), starting(rest, session.plans().map(|plan| plan.name.as_str())))
        }
        Some((Takes::Name, rest)) if !rest.contains('.') => {
            let names = session.names().iter().map(|known| known.name.as_str());
            let words = Token::HARD.iter().chain(Token::SOFT).map(|(_, word)| *word);
            (text.len() - rest.len(), starting(rest, names.chain(words)))
        }
        Some((Takes::Nothing | Takes::File | Takes::Count | Takes::Text, _)) => (text.len(), Vec::new()),
        Some((Takes::Expression | Takes::Call | Takes::Answer | Takes::Event | Takes::Name, rest)) => {
            let (from, found) = completions(rest, session);
            (text.len() - rest.len() + from, found.into_iter().map(|completion| completion.text).collect())
        }
        None => {
            let (from, found) = completions(text, session);
            (from, found.into_iter().map(|completion| completion.text).collect())
        }
    }
}

fn starting<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut found: Vec<String> = names.filter(|name| name.starts_with(word)).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

/// What is shown behind the cursor: what a call takes, what a command takes, the type of an expression.
pub fn hint(text: &str, state: &State) -> Option<String> {
    let session = &state.session;
    match Typed::of(text) {
        Typed::Nothing | Typed::Statement(_) => None,
        Typed::Command { word, rest } => {
            let about = Command::named(word)?.about();
            match about.takes {
                _ if rest.is_empty() => {
                    let blank = if text.ends_with(' ') || about.arguments.is_empty() { "" } else { " " };
                    Some(format!("{blank}{}", about.arguments)).filter(|hint| !hint.is_empty())
                }
                Takes::Expression | Takes::Call | Takes::Answer | Takes::Event => called(rest, session),
                Takes::Nothing | Takes::Name | Takes::File | Takes::Address | Takes::Count | Takes::Text => None,
            }
        }
        Typed::Binding | Typed::Declarations => called(text, session),
        Typed::Expression => called(text, session).or_else(|| Some(format!("  {}", session.type_of(text)?))),
    }
}

fn called(text: &str, session: &Session) -> Option<String> {
    signature(text, session).map(|signature| format!("  {}", signature.text))
}

/// What a command takes, and what stands behind it so far.
fn behind_command(text: &str) -> Option<(Takes, &str)> {
    let command = text.trim_start().strip_prefix(':')?;
    let (word, rest) = command.split_once(char::is_whitespace)?;
    Some((Command::named(word)?.about().takes, rest.trim_start()))
}

/// A line in colours: the word of a command, and the language.
pub fn coloured(text: &str, look: Look) -> String {
    let Typed::Command { word, .. } = Typed::of(text) else { return look.code(text) };
    let end = text.find(':').map_or(0, |colon| colon + 1 + word.len());
    let (command, rest) = text.split_at(end);
    format!(
        "{}{}",
        if Command::named(word).is_some() { look.bold(command) } else { look.red(command) },
        look.code(rest)
    )
}
