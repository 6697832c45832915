//! `:doc`: what is said of a name.

use super::{look::Look, page::page, session::Session};
use crate::{
    diagnostic::{Code, render},
    ide::{Around, builtin, section_of},
    ir::{Member, library::Row},
};

/// What is said of a name of the program, a function of the library, a built-in effect, a word of the language or a
/// code; `None` if there is nothing.
pub fn doc(session: &Session, name: &str, look: Look) -> Option<String> {
    let found = declaration(session, name, look)
        .or_else(|| imported(session, name, look))
        .or_else(|| library(name, look))
        .or_else(|| effect(name, look));
    let in_pages = || Code::parse(name).map(render::page).or_else(|| section_of(name));
    found.or_else(|| in_pages().map(|text| page(&text, look)))
}

fn declaration(session: &Session, name: &str, look: Look) -> Option<String> {
    let declared = session.declared(name)?;
    let place = session.sources().place(declared.span);
    let lines = declared.docs.iter().map(|line| format!("  {line}"));
    let head = look.code(&declared.head);
    let ty = session.type_of(name).map(|ty| format!("  {}", look.dim(ty))).unwrap_or_default();
    let parts = [format!("{head}{ty}")].into_iter().chain(lines).chain([format!("  {}", look.dim(place))]);
    Some(parts.collect::<Vec<_>>().join("\n"))
}

/// What a file that is imported declares.
fn imported(session: &Session, name: &str, look: Look) -> Option<String> {
    let prefix = format!("{name}.");
    let inside = session.names().iter().filter(|known| known.name.starts_with(&prefix));
    let heads = inside
        .filter_map(|known| session.declared(&known.name))
        .map(|declared| format!("  {}", look.code(declared.head.lines().next().unwrap_or_default())));
    let heads: Vec<String> = heads.collect();
    (!heads.is_empty()).then(|| format!("{} is an imported file\n{}", look.bold(name), heads.join("\n")))
}

/// `map`, `List.map`
fn library(name: &str, look: Look) -> Option<String> {
    let (receiver, name) = name.rsplit_once('.').map_or((None, name), |(receiver, name)| (Some(receiver), name));
    let rows = Member::ALL.iter().map(|member| member.row()).filter(|row| row.name == name);
    let rows = rows.filter(|row| receiver.is_none_or(|receiver| is_of(row, receiver)));
    let written: Vec<String> = rows.map(|row| of_row(row, look)).collect();
    (!written.is_empty()).then(|| written.join("\n"))
}

fn is_of(row: &Row, receiver: &str) -> bool {
    let written = row.receiver.map(|receiver| receiver.to_string()).unwrap_or_default();
    written.split('<').next() == Some(receiver)
}

fn of_row(row: &Row, look: Look) -> String {
    let receiver = row.receiver.map(|receiver| format!("{receiver}.")).unwrap_or_default();
    format!("{}\n  {}\n  {}", look.bold(format!("{receiver}{row}")), row.doc, look.code(row.example))
}

/// `exec`, `http.get`
fn effect(name: &str, look: Look) -> Option<String> {
    let takes = builtin(name)?;
    let section = section_of(name.split('.').next().unwrap_or(name)).unwrap_or_default();
    Some(format!("{}\n{}", look.bold(takes), page(&section, look)))
}
