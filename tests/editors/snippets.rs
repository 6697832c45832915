//! Each snippet is Orch as it stands before anything is filled in.

use std::collections::BTreeMap;

use orch::source::FileId;
use orch::syntax::parse;

#[derive(serde::Deserialize)]
struct Snippet {
    prefix: String,
    body: Vec<String>,
}

/// The text of a snippet with the proposal in each of its places: `${1:name}`, `${2|one,other|}`, `$1`, `$0`.
fn expanded(body: &str) -> String {
    let mut proposals = BTreeMap::new();
    fill(body, &mut proposals)
}

fn fill(body: &str, proposals: &mut BTreeMap<String, String>) -> String {
    let Some((before, after)) = body.split_once('$') else { return body.to_owned() };
    let braced = after.starts_with('{');
    let after = after.trim_start_matches('{');
    let number: String = after.chars().take_while(char::is_ascii_digit).collect();
    let rest = &after[number.len()..];
    let (proposal, rest) = match (braced, rest.chars().next()) {
        (true, Some(':')) => {
            let end = closing_brace(rest);
            (Some(fill(&rest[1..end], proposals)), &rest[end + 1..])
        }
        (true, Some('|')) => {
            let (choices, rest) = rest[1..].split_once("|}").expect("choices end");
            (choices.split(',').next().map(str::to_owned), rest)
        }
        _ => (None, rest),
    };
    let known = proposals.entry(number).or_default();
    if let Some(proposal) = proposal {
        *known = proposal;
    }
    let text = format!("{before}{known}");
    text + &fill(rest, proposals)
}

/// Where the `}` is that ends a place of which `text` is the inside.
fn closing_brace(text: &str) -> usize {
    let mut depth = 0;
    let ends = |(_, letter): &(usize, char)| {
        depth += i32::from(*letter == '{') - i32::from(*letter == '}');
        depth < 0
    };
    text.char_indices().find(ends).expect("a place ends").0
}

/// Whether a text is a declaration, a statement or a statement of a test.
fn is_orch(text: &str) -> bool {
    let places = [text.to_owned(), format!("plan p() {{\n{text}\n}}"), format!("test \"t\" {{\n{text}\n}}")];
    places.iter().any(|program| parse(FileId(0), program).diagnostics.is_empty())
}

#[test]
fn every_snippet_is_orch() {
    let path = super::root().join("editors/vscode/snippets/orch.json");
    let snippets: BTreeMap<String, Snippet> = serde_json::from_str(&super::read(&path)).unwrap();
    assert!(snippets.len() > 20, "only {} snippets", snippets.len());
    for (name, snippet) in snippets {
        let text = expanded(&snippet.body.join("\n"));
        assert!(is_orch(&text), "{name} ({}) is no Orch:\n{text}", snippet.prefix);
    }
}
