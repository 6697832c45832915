//! A page of the reference at the prompt: Markdown as one reads it in a terminal, with tables in columns.

use super::look::Look;

/// How far what stands in a block is set in.
const INDENT: usize = 2;

/// How many blanks part two columns.
const GAP: usize = 2;

/// How narrow the last column may be; where there is less room, each cell of a row has a line.
const NARROW: usize = 24;

/// A part of a page.
enum Part<'p> {
    /// A heading, without its signs
    Heading(&'p str),
    /// A block of code, and whether it is the language
    Code(Vec<&'p str>, bool),
    /// Rows of cells, the names of the columns first
    Table(Vec<Vec<String>>),
    /// Lines of text
    Text(Vec<&'p str>),
}

/// A text in Markdown, as the prompt shows it.
pub fn page(markdown: &str, look: Look) -> String {
    parts(markdown).iter().map(|part| drawn(part, look)).collect::<Vec<_>>().join("\n\n")
}

fn parts(markdown: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let code = lines.by_ref().take_while(|line| *line != "```").collect();
            parts.push(Part::Code(code, language.starts_with("orch")));
        } else if line.starts_with('#') {
            parts.push(Part::Heading(line.trim_start_matches('#').trim()));
        } else if line.starts_with('|') {
            let mut rows = vec![cells(line)];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(cells(row));
            }
            let is_rule = |row: &[String]| row.iter().all(|cell| cell.chars().all(|sign| matches!(sign, '-' | ':')));
            rows.retain(|row| row.iter().all(String::is_empty) || !is_rule(row));
            parts.push(Part::Table(rows));
        } else if !line.is_empty() {
            let mut text = vec![line];
            while let Some(more) = lines.next_if(|line| !line.is_empty() && !line.starts_with(['|', '#', '`'])) {
                text.push(more);
            }
            parts.push(Part::Text(text));
        }
    }
    parts
}

/// The cells of a row. A sign in backticks ends none.
fn cells(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut in_code = false;
    for sign in row.trim().trim_start_matches('|').trim_end_matches('|').chars() {
        in_code ^= sign == '`';
        match cells.last_mut() {
            Some(cell) if sign != '|' || in_code => cell.push(sign),
            Some(_) | None => cells.push(String::new()),
        }
    }
    cells.iter().map(|cell| without_links(cell.trim())).collect()
}

fn drawn(part: &Part<'_>, look: Look) -> String {
    match part {
        Part::Heading(heading) => look.bold(without_links(heading)),
        Part::Code(lines, is_orch) => {
            let code = lines.join("\n");
            let code = if *is_orch { look.code(&code) } else { code };
            let set_in = |line: &str| if line.is_empty() { String::new() } else { format!("{:INDENT$}{line}", "") };
            code.lines().map(set_in).collect::<Vec<_>>().join("\n")
        }
        Part::Table(rows) => table(rows, look).join("\n"),
        Part::Text(lines) if look.cuts => broken(&without_links(&lines.join(" ")), look.width).join("\n"),
        Part::Text(lines) => without_links(&lines.join("\n")),
    }
}

/// The lines of a table: columns as wide as they need to be, and the last one broken where lines may not be longer.
fn table(rows: &[Vec<String>], look: Look) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell)).max();
    let widths: Vec<usize> = (0..count.saturating_sub(1)).map(|column| width(column).unwrap_or_default()).collect();
    let before = widths.iter().map(|width| width + GAP).sum::<usize>();
    let room = look.width.saturating_sub(before);
    if look.cuts && room < NARROW {
        return stacked(rows, look);
    }
    let mut lines = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let last = row.get(widths.len()).map(String::as_str).unwrap_or_default();
        let last = if look.cuts { broken(last, room) } else { vec![last.to_owned()] };
        for (at, last) in last.iter().enumerate() {
            let cell = |column: usize| if at == 0 { row.get(column).map(String::as_str) } else { None };
            let column =
                |(column, width): (usize, &usize)| format!("{:1$}", cell(column).unwrap_or_default(), width + GAP);
            let line = widths.iter().enumerate().map(column).chain([last.clone()]).collect::<String>();
            let line = line.trim_end();
            lines.push(if number == 0 { look.dim(line) } else { line.to_owned() });
        }
    }
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// A table where there is no room for columns: below the first cell of a row stand the others, each with its column's name.
fn stacked(rows: &[Vec<String>], look: Look) -> Vec<String> {
    let Some((names, rows)) = rows.split_first() else { return Vec::new() };
    let mut lines = Vec::new();
    for row in rows {
        lines.extend(row.first().map(|first| look.bold(first)));
        for (name, cell) in names.iter().zip(row).skip(1) {
            let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
            let text = broken(&format!("{name}{cell}"), look.width.saturating_sub(INDENT));
            lines.extend(text.iter().map(|line| format!("{:INDENT$}{line}", "")));
        }
    }
    lines
}

/// A text in lines of at most so many signs; a word that is longer has a line of its own.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// `[what is said](where)` is what is said: nothing can be followed here.
fn without_links(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("](") {
        let (Some(open), Some(close)) = (before.rfind('['), behind.find(')')) else {
            said.push_str(&rest[..before.len() + 2]);
            rest = behind;
            continue;
        };
        said.push_str(&before[..open]);
        said.push_str(&before[open + 1..]);
        rest = &behind[close + 1..];
    }
    said + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "## step\n\nSee [`a`](b.md#c), and\nmore.\n\n| clause | |\n|---|---|\n| `a` | one of `x | y` |\n| \
                        `longer` | what needs [more](x.md) words than fit in one line |\n\n```orch fragment\nstep x = y()\n```\n";

    fn shown(width: usize, cuts: bool) -> String {
        page(PAGE, Look { colour: false, width, cuts })
    }

    #[test]
    fn a_table_has_columns_and_nothing_of_its_signs() {
        let expected = "step\n\nSee `a`, and\nmore.\n\nclause\n`a`       one of `x | y`\n\
                        `longer`  what needs more words than fit in one line\n\n  step x = y()";
        assert_eq!(shown(20, false), expected);
    }

    #[test]
    fn where_lines_are_short_the_last_column_is_broken_or_stands_below() {
        let broken = shown(40, true);
        assert!(broken.contains("`longer`  what needs more words than fit\n          in one line\n"), "{broken}");
        let stacked = shown(25, true);
        assert!(stacked.contains("`longer`\n  what needs more words\n  than fit in one line\n"), "{stacked}");
    }
}
