//! The tables of `ARCHITECTURE.md`.

/// The rows of the table under a heading: the names in its first cell, and those in its second.
pub fn rows(document: &str, heading: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let section = document.split("\n## ").find(|section| section.lines().next() == Some(heading));
    let section = section.unwrap_or_else(|| panic!("ARCHITECTURE.md has no section `{heading}`"));
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with('|')).skip(2).map(row).collect();
    assert!(!rows.is_empty(), "the section `{heading}` of ARCHITECTURE.md has no table");
    rows
}

fn row(line: &str) -> (Vec<String>, Vec<String>) {
    let mut cells = line.trim_matches('|').split('|').map(quoted);
    (cells.next().unwrap_or_default(), cells.next().unwrap_or_default())
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
