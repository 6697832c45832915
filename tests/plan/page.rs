//! The page of a plan: it opens anywhere, and holds what a person needs to know.

use std::{env, fs, process::Command};

use crate::{a_sample, folder, orch, plans};

/// Elements that have no end.
const VOID: [&str; 8] = ["meta", "br", "hr", "img", "input", "link", "!DOCTYPE", "wbr"];

fn page(file: &str, plan: Option<&str>) -> String {
    let mut arguments = vec!["plan", file, "--trials", "100", "--format", "html"];
    arguments.extend(plan);
    let shown = orch(&folder(), &arguments);
    assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""), "{file}");
    shown.out
}

/// The tags of a page, without the texts between them.
fn tags(page: &str) -> Vec<&str> {
    let body = page.split_once("</style>").map_or(page, |(_, body)| body);
    body.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(tag, _)| tag).collect()
}

#[test]
fn every_element_ends_where_it_should() {
    for (file, plan) in a_sample(plans()) {
        let page = page(&file, plan);
        let mut open = vec!["html", "head"];
        for tag in tags(&page) {
            let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "{file}: {tag}");
            } else if !VOID.contains(&name) {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<&str>::new(), "{file}");
    }
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    for (file, plan) in a_sample(plans()) {
        let page = page(&file, plan);
        let tags = tags(&page);
        for tag in &tags {
            assert!(
                !tag.starts_with("script") && !tag.starts_with("link") && !tag.starts_with("iframe"),
                "{file}: {tag}"
            );
            assert!(!tag.contains(" src=") && !tag.contains(" onload=") && !tag.contains(" onclick="), "{file}: {tag}");
            if let Some((_, link)) = tag.split_once("href=\"") {
                assert!(link.starts_with('#'), "{file}: {tag}");
                let target = format!("id=\"{}\"", link[1..].split('"').next().unwrap_or_default());
                assert!(tags.iter().any(|tag| tag.contains(&target)), "{file}: {link} leads nowhere");
            }
        }
        let style = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
        assert!(!style.contains("url(") && !style.contains("@import"), "the style fetches nothing");
    }
}

#[test]
fn what_a_program_says_is_text() {
    let project = tempfile::tempdir().expect("a folder");
    let text = r#"plan p() {
  goal "<script>alert('x')</script> & \"quotes\""
  phase a "<b>bold</b>" { approve "1 < 2 && 3 > 2?" by "<i>us</i>" }
}"#;
    fs::write(project.path().join("plan.orch"), text).expect("it is written");
    let page = orch(project.path(), &["plan", "plan.orch", "--format", "html"]).out;
    assert!(!page.contains("<script>") && !page.contains("<b>bold") && !page.contains("<i>us"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
}

#[test]
fn the_page_says_what_happens_when_and_what_if_not() {
    let page = page("microservices.orch", None);
    for says in [
        "Every capability runs as its own service, and the monolith is gone",
        "What will happen",
        "auth, catalog → users, inventory → payments",
        "20w",
        "What decides the time",
        "What if not",
        "this is undone, in this order",
        "./ops decommission service-discovery",
        "Who is asked",
        "Remove the monolith?",
        "What it may touch",
        "exec ./ops",
        "can't be undone",
        "prefers-color-scheme: dark",
        "@media print",
    ] {
        assert!(page.contains(says), "{says}");
    }
    assert!(page.matches("<title>").count() > 10, "drawings have titles");
}

/// A real browser reads every page as it is meant: what it makes of it is what was written.
#[test]
fn a_browser_reads_it_as_it_is_written() {
    if env::var_os("ORCH_TEST_ALL").is_none() {
        return;
    }
    let Some(browser) = ["chromium", "google-chrome"].into_iter().find(|name| is_there(name)) else { return };
    let project = tempfile::tempdir().expect("a folder");
    for file in ["microservices.orch", "auth_migration.orch"] {
        let page = page(file, None);
        let path = project.path().join("page.html");
        fs::write(&path, &page).expect("it is written");
        let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=390,800", "--dump-dom"];
        let read = Command::new(browser).args(arguments).arg(&path).output().expect("the browser starts");
        let read = String::from_utf8(read.stdout).expect("a text");
        for element in ["<section", "<svg", "<rect", "<details", "<li", "<table", "<h2"] {
            assert_eq!(read.matches(element).count(), page.matches(element).count(), "{file}: {element}");
        }
    }
}

fn is_there(name: &str) -> bool {
    Command::new(name).arg("--version").output().is_ok_and(|ended| ended.status.success())
}
