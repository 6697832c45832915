//! Rust files as the rules see them: code without comments, literals and tests, and the paths in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file of the project.
pub struct File {
    /// Relative to the root of the project.
    pub path: PathBuf,
    /// As it is.
    pub text: String,
}

impl File {
    /// `diagnostic/render/human` for `src/diagnostic/render/human.rs`; empty for the roots of the library and binary.
    pub fn module(&self) -> String {
        let path = self.path.with_extension("");
        let path = path.strip_prefix("src").unwrap_or(&path);
        let path = if path.ends_with("mod") { path.parent().unwrap_or(path) } else { path };
        let module = path.to_string_lossy().into_owned();
        if module == "lib" || module == "main" { String::new() } else { module }
    }

    /// Whether all of it is tests.
    pub fn is_test(&self) -> bool {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        stem == "tests" || stem.ends_with("_tests") || self.path.iter().any(|part| part == "tests")
    }

    /// The modules it declares with `mod x;`, or with `#[path = "x.rs"]` for a file beside it.
    pub fn submodules(&self) -> BTreeSet<String> {
        let module = self.module();
        let (beside, _) = module.rsplit_once('/').unwrap_or_default();
        let lines = self.text.lines().map(str::trim);
        let declared = lines.clone().filter_map(|line| line.strip_suffix(';')?.rsplit_once("mod "));
        let placed = lines.filter_map(|line| line.strip_prefix("#[path = \"")?.strip_suffix(".rs\"]"));
        declared.map(|(_, name)| below(&module, name)).chain(placed.map(|name| below(beside, name))).collect()
    }

    /// The code alone, with comments and literals blank and without what is compiled for tests only.
    pub fn code(&self) -> String {
        without_tests(&without_literals(&self.text))
    }
}

fn below(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}/{name}") }
}

/// All files under a folder that end like this, in order.
pub fn files(root: &Path, folder: &str, extension: &str) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|found| found == extension) {
                let text = std::fs::read_to_string(&entry).expect("a text file");
                let path = entry.strip_prefix(root).expect("below the root").to_owned();
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no .{extension} files under {folder}");
    found
}

/// Blanks comments, strings and characters; line breaks stay.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let before = code.chars().next_back().is_some_and(is_word);
        let length = if before { None } else { literal(rest) }.unwrap_or(0);
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let (blank, after) = rest.split_at(length);
            code.extend(blank.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
            rest = after;
        }
    }
    code
}

/// The length of the comment or literal that a text begins with.
fn literal(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |at| at + 2));
    }
    raw_string(text).or_else(|| quoted(text, '"')).or_else(|| character(text))
}

/// `r"..."`, `br#"..."#`
fn raw_string(text: &str) -> Option<usize> {
    let start = text.find('r').filter(|at| *at == 0 || text.starts_with("br"))? + 1;
    let hashes = text[start..].bytes().take_while(|byte| *byte == b'#').count();
    let body = text[start + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(start + hashes + 1 + length)
}

fn quoted(text: &str, quote: char) -> Option<usize> {
    let body = text.strip_prefix(quote)?;
    let mut escaped = false;
    for (at, character) in body.char_indices() {
        if character == quote && !escaped {
            return Some(at + 2);
        }
        escaped = character == '\\' && !escaped;
    }
    Some(text.len())
}

/// `'x'` and `'\n'`, but not the lifetime `'a`.
fn character(text: &str) -> Option<usize> {
    let mut characters = text.strip_prefix('\'')?.char_indices();
    let (_, first) = characters.next()?;
    let (at, second) = characters.next()?;
    match (first, second) {
        ('\\', _) => quoted(text, '\''),
        (_, '\'') => Some(at + 2),
        _ => None,
    }
}

/// Takes out each item under `#[cfg(test)]`: up to its `;` or the end of its block.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[item_length(rest)..];
    }
    kept + rest
}

fn item_length(code: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b';' if depth == 0 => return at + 1,
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Whether a character can stand in a name.
pub fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The places of a word in code, each with what follows it.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    code.match_indices(word).filter_map(move |(at, _)| {
        let after = &code[at + word.len()..];
        let whole = !code[..at].ends_with(is_word) && !after.starts_with(is_word);
        whole.then_some((at, after))
    })
}

/// The modules at the top of the crate that the code of `module` names: by `crate::x` or by enough `super::`.
pub fn modules_named(module: &str, code: &str) -> Vec<String> {
    let mut named: Vec<String> = words(code, "crate").flat_map(|(_, after)| after_colons(after)).collect();
    let depth = if module.is_empty() { 0 } else { module.split('/').count() };
    let climb = vec!["super"; depth].join("::");
    if depth > 0 {
        named.extend(words(code, &climb).flat_map(|(_, after)| after_colons(after)).filter(|name| name != "super"));
    }
    named
}

/// The first names of the paths behind a path: `a` for `::a::b`, `a` and `c` for `::{a::b, c}`.
fn after_colons(after: &str) -> Vec<String> {
    let Some(path) = after.trim_start().strip_prefix("::") else { return Vec::new() };
    let path = path.trim_start();
    match path.strip_prefix('{') {
        None => vec![first_word(path)],
        Some(group) => group_members(group).into_iter().map(first_word).collect(),
    }
}

fn first_word(path: &str) -> String {
    path.trim_start().chars().take_while(|character| is_word(*character)).collect()
}

/// The members of a group up to its closing brace; groups within are not taken apart.
fn group_members(group: &str) -> Vec<&str> {
    let mut members = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, byte) in group.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth > 0 => depth -= 1,
            b',' | b'}' if depth == 0 => {
                members.push(&group[start..at]);
                start = at + 1;
                if byte == b'}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members.retain(|member| !member.trim().is_empty());
    members
}

/// Whether code names an external crate: `name::` at the start of a path, or `use name`.
pub fn names_crate(code: &str, name: &str) -> bool {
    words(code, name).any(|(at, after)| {
        let before = code[..at].trim_end();
        let starts_path = !before.ends_with("::") && !before.ends_with('.');
        starts_path && (after.trim_start().starts_with("::") || before.ends_with("use"))
    })
}
