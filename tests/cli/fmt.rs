//! `orch fmt`.

use std::{
    fs,
    io::Write,
    os::unix::fs::{PermissionsExt, symlink},
    process::Stdio,
};

use super::project::{Ended, Project, ended};

const UNTIDY: &str = "plan a() {\n  let x   = 1 // one\n\n\n  require x==1\n}";
const TIDY: &str = "plan a() {\n  let x = 1  // one\n\n  require x == 1\n}\n";
const MISTAKEN: &str = "plan a() {\n  let x   = \n}\n";

/// Runs `orch` with `text` on its stdin.
fn with_stdin(project: &Project, arguments: &[&str], text: &str) -> Ended {
    let mut command = project.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    ended(child.wait_with_output().unwrap())
}

#[test]
fn a_file_is_rewritten_once_and_named() {
    let project = Project::new(UNTIDY);
    let first = project.orch(&["fmt", "plan.orch"]);
    assert_eq!((first.code, first.out.as_str(), first.err.as_str()), (0, "", "plan.orch: formatted\n"));
    assert_eq!(project.read("plan.orch"), TIDY);
    let again = project.orch(&["fmt", "plan.orch"]);
    assert_eq!((again.code, again.out.as_str(), again.err.as_str()), (0, "", ""));
}

#[test]
fn who_may_do_what_and_links_stay() {
    let project = Project::new(UNTIDY);
    fs::set_permissions(project.path("plan.orch"), fs::Permissions::from_mode(0o750)).unwrap();
    fs::create_dir(project.path("links")).unwrap();
    symlink("../plan.orch", project.path("links/link.orch")).unwrap();
    project.orch(&["fmt", "links/link.orch"]).says(0, &["links/link.orch: formatted"]);
    assert!(project.path("links/link.orch").is_symlink());
    assert_eq!(project.read("plan.orch"), TIDY);
    let about = fs::metadata(project.path("plan.orch")).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o750);
    let left: Vec<_> = fs::read_dir(project.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_file_that_is_tidy_is_not_touched() {
    let project = Project::new(TIDY);
    let changed = |project: &Project| fs::metadata(project.path("plan.orch")).unwrap().modified().unwrap();
    let before = changed(&project);
    project.orch(&["fmt", "plan.orch"]).says(0, &[]);
    assert_eq!(changed(&project), before);
}

#[test]
fn a_file_with_mistakes_stays_as_it_is_and_the_others_are_formatted() {
    let project = Project::new(MISTAKEN);
    project.write("other.orch", UNTIDY);
    project
        .orch(&["fmt", "plan.orch", "other.orch"])
        .says(3, &["error[E0110]", "plan.orch:2:11", "other.orch: formatted"]);
    assert_eq!(project.read("plan.orch"), MISTAKEN);
    assert_eq!(project.read("other.orch"), TIDY);
}

#[test]
fn check_shows_what_would_change_and_changes_nothing() {
    let project = Project::new(UNTIDY);
    project.write("tidy.orch", TIDY);
    let checked = project.orch(&["fmt", "--check", "plan.orch", "tidy.orch"]);
    checked.says(9, &[]);
    assert_eq!(
        checked.out, "plan.orch:2: not formatted\n-   let x   = 1 // one\n+   let x = 1  // one\n",
        "{checked:?}"
    );
    assert_eq!(project.read("plan.orch"), UNTIDY);
    let tidy = project.orch(&["fmt", "--check", "tidy.orch"]);
    assert_eq!((tidy.code, tidy.out.as_str(), tidy.err.as_str()), (0, "", ""));
    project.write("mistaken.orch", MISTAKEN);
    project.orch(&["fmt", "--check", "plan.orch", "mistaken.orch"]).says(3, &["mistaken.orch:2:11"]);
}

#[test]
fn stdin_is_written_to_stdout() {
    let project = Project::new("");
    let tidied = with_stdin(&project, &["fmt", "-"], UNTIDY);
    assert_eq!((tidied.code, tidied.out.as_str(), tidied.err.as_str()), (0, TIDY, ""));
    let empty = with_stdin(&project, &["fmt", "-"], "");
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    let mistaken = with_stdin(&project, &["fmt", "-"], MISTAKEN);
    mistaken.says(3, &["error[E0110]", "<stdin>:2:11"]);
    let mendable = with_stdin(&project, &["fmt", "-"], "plan a() { wait 1s; }");
    assert!(mendable.code == 3 && !mendable.err.contains("--fix"), "{}", mendable.err);
    assert_eq!(mistaken.out, "");
    with_stdin(&project, &["fmt", "-", "--check"], UNTIDY).says(9, &[]).prints(&["<stdin>:2: not formatted"]);
    with_stdin(&project, &["fmt", "-", "plan.orch"], "").says(2, &["`-` is stdin, which is formatted alone"]);
}

#[test]
fn a_folder_stands_for_the_programs_below_it() {
    let project = Project::new(TIDY);
    for folder in ["below/deeper", ".hidden", "empty"] {
        fs::create_dir_all(project.path(folder)).unwrap();
    }
    for file in ["below/a.orch", "below/deeper/b.orch", ".hidden/c.orch", "below/d.txt"] {
        project.write(file, UNTIDY);
    }
    symlink("..", project.path("below/up")).unwrap();
    let formatted = project.orch(&["fmt", "."]);
    assert_eq!((formatted.code, formatted.out.as_str()), (0, ""));
    assert_eq!(formatted.err, "./below/a.orch: formatted\n./below/deeper/b.orch: formatted\n");
    project.orch(&["fmt", "empty", "plan.orch"]).says(2, &["there is no file that ends in `.orch` in `empty`"]);
}

#[test]
fn what_can_t_be_read_or_written_is_told() {
    let project = Project::new(UNTIDY);
    project.write("other.orch", UNTIDY);
    project
        .orch(&["fmt", "none.orch", "other.orch"])
        .says(2, &["can't read `none.orch`: no such file", "other.orch: formatted"]);
    project.orch(&["fmt"]).says(2, &["<FILE>"]);
    project.orch(&["fmt", "--help"]).says(0, &[]).prints(&["One layout for everyone"]);
}
