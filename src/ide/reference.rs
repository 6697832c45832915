//! What the reference says of a word of the language.

/// The pages that have a section for each statement and declaration.
const PAGES: [&str; 10] = [
    include_str!("../../docs/reference/declarations.md"),
    include_str!("../../docs/reference/statements-doing.md"),
    include_str!("../../docs/reference/statements-shape.md"),
    include_str!("../../docs/reference/statements-watching.md"),
    include_str!("../../docs/reference/tests.md"),
    include_str!("../../docs/reference/effects.md"),
    include_str!("../../docs/reference/expressions.md"),
    include_str!("../../docs/reference/types.md"),
    include_str!("../../docs/reference/order.md"),
    include_str!("../../docs/reference/failure.md"),
];

/// What the reference says of a word, in Markdown: the section whose heading has it, up to the end of its first example;
/// else the rows of tables that begin with it, as a table; else the section that mentions it. The title of a page is none
/// of a word.
pub fn section_of(word: &str) -> Option<String> {
    let heading =
        |section: &'static str| section.lines().next().filter(|line| !line.starts_with("# ")).unwrap_or_default();
    let headed = sections().find(|section| words(heading(section)).any(|part| part == word));
    if let Some(section) = headed {
        return Some(up_to_example(section));
    }
    let rows: Vec<&str> = sections().flat_map(str::lines).filter(|line| begins_row(line, word)).collect();
    if !rows.is_empty() {
        return Some(rows.join("\n"));
    }
    let mentioned = [format!("`{word}`"), format!("`{word} "), format!(" {word} "), format!(" {word}`")];
    sections().find(|section| mentioned.iter().any(|mention| section.contains(mention))).map(up_to_example)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// A section without what follows its first example: more of them are for the one who reads the page.
fn up_to_example(section: &str) -> String {
    const EXAMPLE: &str = "\n```orch";
    const END: &str = "\n```\n";
    let example = section.find(EXAMPLE).map_or(section.len(), |at| at + EXAMPLE.len());
    let end = section[example..].find(END).map_or(section.len(), |at| example + at + END.len());
    section[..end].trim().to_owned()
}

/// Whether a line is the row of a table about a word: "| `retry n` | .. |".
fn begins_row(line: &str, word: &str) -> bool {
    let cell = line.strip_prefix("| `").and_then(|row| row.split(" | ").next());
    cell.is_some_and(|cell| words(cell).any(|part| part == word))
}

/// The sections of all pages, each from its heading to the next one.
fn sections() -> impl Iterator<Item = &'static str> {
    PAGES.iter().flat_map(|page| {
        let starts = page.match_indices("\n#").map(|(at, _)| at + 1);
        let starts: Vec<usize> = std::iter::once(0).chain(starts).chain([page.len()]).collect();
        starts.windows(2).map(|pair| &page[pair[0]..pair[1]]).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::token::Token;

    #[test]
    fn every_word_has_a_section() {
        let words = Token::HARD.iter().chain(Token::SOFT).map(|(_, word)| *word);
        let missing: Vec<&str> = words.filter(|word| section_of(word).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(section_of("step").unwrap().starts_with("## step"));
        assert_eq!(section_of("no such word"), None);
    }
}
