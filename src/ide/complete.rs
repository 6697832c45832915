//! What may be typed next.

use super::{chain::Before, declared::Declared};
use crate::{
    check::{InScope, builtin_effects, members_of},
    ir::{Member, Type},
    syntax::token::{Group, Token},
};

/// What is known around a text that is being typed.
pub trait Around {
    /// The names that can be used.
    fn names(&self) -> &[InScope];

    /// What is declared by such a name: `ops.healthy`.
    fn declared(&self, name: &str) -> Option<&Declared>;

    /// The type of an expression, if it has no mistakes.
    fn type_of(&self, expression: &str) -> Option<Type>;
}

/// What may stand in place of the word that is being typed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Completion {
    /// What is to be written.
    pub text: String,
    /// What it is: "a plan", `List<T>.len() -> Int`.
    pub about: String,
}

/// What may stand in place of the word at the end of a text, and where that word begins.
pub fn completions(text: &str, around: &dyn Around) -> (usize, Vec<Completion>) {
    let word = text
        .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map_or(0, |before| before + text[before..].chars().next().map_or(0, char::len_utf8));
    let before = Before::new(text);
    if before.in_string() {
        return (word, Vec::new());
    }
    let mut found = match before.receiver() {
        Some((receiver, optional)) => behind_dot(receiver, optional, around),
        None if text[..word].ends_with('.') => Vec::new(),
        None => words(&before, word, around),
    };
    found.retain(|completion| completion.text.starts_with(&text[word..]));
    found.sort();
    found.dedup_by(|one, other| one.text == other.text);
    (word, found)
}

/// The names of the library's functions that are called by their name alone, with what they take.
pub fn free_functions() -> impl Iterator<Item = Completion> {
    let rows = Member::ALL.iter().map(|member| member.row()).filter(|row| row.receiver.is_none());
    rows.map(|row| completion(row.name, row.to_string()))
}

fn completion(text: impl Into<String>, about: impl Into<String>) -> Completion {
    Completion { text: text.into(), about: about.into() }
}

fn behind_dot(receiver: &str, optional: bool, around: &dyn Around) -> Vec<Completion> {
    let prefix = format!("{receiver}.");
    let named = around.names().iter().filter_map(|name| Some(completion(name.name.strip_prefix(&prefix)?, name.what)));
    let effects = builtin_effects().filter_map(|(name, _)| Some(completion(name.strip_prefix(&prefix)?, "an effect")));
    let found: Vec<Completion> = named.chain(effects).collect();
    if !found.is_empty() {
        return found;
    }
    match around.type_of(receiver) {
        Some(Type::Optional(inner)) if optional => of_type(&inner),
        Some(ty) => of_type(&ty),
        None => Vec::new(),
    }
}

/// The fields and functions of the values of a type.
fn of_type(ty: &Type) -> Vec<Completion> {
    let fields = match ty {
        Type::Record(record) => {
            record.fields.iter().map(|(name, ty)| completion(name.as_str(), ty.to_string())).collect()
        }
        _ => Vec::new(),
    };
    fields.into_iter().chain(members_of(ty).map(|row| completion(row.name, row.to_string()))).collect()
}

/// The names and words that may stand where no dot is.
fn words(before: &Before<'_>, word: usize, around: &dyn Around) -> Vec<Completion> {
    let last = before.last_before(word);
    let names = around.names().iter().filter(|name| !name.name.contains('.'));
    let names = names.map(|name| completion(name.name.as_str(), name.what));
    let groups = |token: Token| match token.group() {
        Some(Group::Declaration) => last.is_none(),
        Some(Group::Expression | Group::Operator | Group::Constant) => true,
        Some(_) | None => last.is_none() && token == Token::Let,
    };
    let known = Token::HARD.iter().chain(Token::SOFT).filter(|(token, _)| groups(*token));
    let known = known.map(|(_, word)| completion(*word, "a word of the language"));
    let parameters = named_arguments(before, around);
    parameters.into_iter().chain(names).chain(free_functions()).chain(known).collect()
}

/// The parameters of the call that is open, as `name: `.
fn named_arguments(before: &Before<'_>, around: &dyn Around) -> Vec<Completion> {
    let declared = before.open_call().and_then(|call| around.declared(call.callee));
    let parameters = declared.into_iter().flat_map(|declared| &declared.parameters);
    parameters.map(|name| completion(format!("{name}: "), "a parameter")).collect()
}
