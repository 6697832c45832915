//! Links lead somewhere.

use std::{collections::BTreeSet, fs, path::Path};

use super::page::pages;

#[test]
fn links_lead_to_files_and_headings_that_are_there() {
    let mut links = 0;
    let mut dead = Vec::new();
    for page in pages() {
        for (line, number) in page.prose().into_iter().zip(1..) {
            for target in targets(line).filter(|target| !target.contains("://")) {
                links += 1;
                if !is_there(&page.path, target) {
                    dead.push(format!("{}:{number}: {target}", page.path.display()));
                }
            }
        }
    }
    assert!(links > 20, "only {links} links were found");
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

/// What the links of a line lead to.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

fn is_there(page: &Path, target: &str) -> bool {
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { page.to_owned() } else { page.parent().unwrap().join(file) };
    path.exists() && (anchor.is_empty() || anchors(&path).contains(anchor))
}

/// What the headings of a page are called in links, as GitHub calls them.
fn anchors(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).unwrap();
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}
