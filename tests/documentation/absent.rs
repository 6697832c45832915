//! What this version can't run is listed.

use std::{collections::BTreeSet, env, fs};

use orch::{ir::PlanId, machine::absent};

use super::{
    page::{pages, root},
    programs::{fragments, whole_programs},
};

/// Where the list stands: behind the line that ends with this.
const INTRODUCTION: &str = "if it comes to one of these:\n\n";

#[test]
fn what_this_version_cannot_run_is_listed() {
    let mut found = BTreeSet::new();
    for page in pages() {
        let checked = whole_programs(&page).into_iter().chain(fragments(&page));
        for program in checked.filter_map(|(_, checked)| checked.program) {
            let plans = (0..program.plans.len() as u32).map(PlanId);
            found.extend(plans.flat_map(|plan| absent(&program, plan)).map(|absent| absent.what));
        }
    }
    let list: String = found.iter().map(|what| format!("* `{what}`\n")).collect();
    let path = root().join("docs/reference/command-line.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, listed) = text.split_once(INTRODUCTION).expect("the list");
    if env::var_os("ORCH_WRITE").is_some() && listed != list {
        fs::write(&path, format!("{before}{INTRODUCTION}{list}")).unwrap();
    }
    assert_eq!(listed, list);
}
