//! Every word of the language, every code and every command has its place in the reference.

use std::{collections::BTreeSet, fs, process::Command};

use orch::{
    diagnostic::Code,
    syntax::token::{Group, Token},
};

use super::page::{Page, pages, root};

/// The pages of the reference.
fn reference() -> Vec<Page> {
    pages().into_iter().filter(|page| page.path.parent().is_some_and(|folder| folder.ends_with("reference"))).collect()
}

/// The words of a text: what is made of letters, digits and `_`.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect()
}

#[test]
fn every_word_is_used_by_a_program_of_the_reference() {
    let pages = reference();
    let blocks = pages.iter().flat_map(Page::blocks).filter(|block| block.is("orch"));
    let used: BTreeSet<String> = blocks.flat_map(|block| words(&block.text)).collect();
    let missing = |(_, word): &&(Token, &str)| !used.contains(*word);
    let missing: Vec<&str> = Token::HARD.iter().chain(Token::SOFT).filter(missing).map(|(_, word)| *word).collect();
    assert!(missing.is_empty(), "no program of the reference uses {missing:?}");
}

#[test]
fn every_statement_and_declaration_has_a_section() {
    let pages = reference();
    let headings = pages.iter().flat_map(Page::prose).filter(|line| line.starts_with('#'));
    let headed: BTreeSet<String> = headings.flat_map(words).collect();
    let begins =
        |token: Token| matches!(token.group(), Some(Group::Declaration | Group::Statement | Group::TestStatement));
    let words = Token::HARD.iter().chain(Token::SOFT).filter(|(token, _)| begins(*token));
    let missing: Vec<&str> = words.map(|(_, word)| *word).filter(|word| !headed.contains(*word)).collect();
    assert!(missing.is_empty(), "no section of the reference is about {missing:?}");
}

#[test]
fn every_code_is_in_the_reference() {
    let text: String = reference().into_iter().map(|page| page.text).collect();
    for code in Code::ALL {
        let name = code.name().map(|name| format!(" `{name}` |")).unwrap_or_default();
        let level = code.level().map(|level| format!(" `{}` |", level.word())).unwrap_or_default();
        let row = format!("| `{}` |{name}{level} {} |", code.as_str(), code.title());
        assert!(text.contains(&row), "this row is missing: {row}");
    }
}

#[test]
fn every_command_and_exit_code_is_in_the_reference() {
    let output = Command::new(env!("CARGO_BIN_EXE_orch")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let page = fs::read_to_string(root().join("docs/reference/command-line.md")).unwrap();
    let (_, commands) = help.split_once("Commands:\n").expect("the commands");
    let commands = commands.lines().take_while(|line| !line.is_empty());
    // What a command does may go on in the next line, further to the right.
    let names = commands.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    let missing: Vec<&str> = names.filter(|name| *name != "help" && !page.contains(&format!("orch {name}"))).collect();
    assert!(missing.is_empty(), "nothing is said of {missing:?}");
    let (_, codes) = help.split_once("Exit codes:\n").expect("the exit codes");
    for code in codes.lines().filter_map(|line| line.split_whitespace().next()) {
        assert!(page.contains(&format!("| {code} |")), "nothing is said of the exit code {code}");
    }
}
