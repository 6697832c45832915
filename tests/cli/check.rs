//! `orch check` and `orch explain`.

use std::os::unix::ffi::OsStrExt;

use super::project::{Project, TWO_STEPS};

#[test]
fn a_program_without_mistakes_is_said_to_have_none() {
    Project::new(TWO_STEPS).orch(&["check", "plan.orch"]).says(0, &["plan.orch: no mistakes"]);
}

#[test]
fn mistakes_are_shown_to_people_and_given_to_programs() {
    let project = Project::new("plan a() { let x = y\n let z = 1 }");
    let human = project.orch(&["check", "plan.orch"]);
    human.says(3, &["error[", "`y`", "plan.orch:1:"]);
    assert_eq!(human.out, "");
    for arguments in [["check", "plan.orch", "--json"], ["check", "plan.orch", "--format=json"]] {
        let ended = project.orch(&arguments);
        assert_eq!((ended.code, ended.err.as_str()), (3, ""));
        let document: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        assert!(document["diagnostics"].as_array().is_some_and(|all| !all.is_empty()), "{document}");
    }
}

#[test]
fn a_file_that_can_t_be_read_is_told_and_the_others_are_checked() {
    let project = Project::new("plan a( {");
    let ended = project.orch(&["check", "none.orch", "plan.orch"]);
    ended.says(2, &["error: can't read `none.orch`: no such file", "error[E"]);
}

#[test]
fn files_that_are_no_text_are_refused() {
    let project = Project::new(TWO_STEPS);
    std::fs::create_dir(project.path("folder")).unwrap();
    std::fs::write(project.path("odd.orch"), b"plan a() {}\n// \xff").unwrap();
    std::fs::File::create(project.path("huge.orch")).unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
    project.orch(&["check", "folder"]).says(2, &["can't read `folder`: it is a folder"]);
    project.orch(&["check", "odd.orch"]).says(2, &["can't read `odd.orch`: it is not UTF-8 at byte 15, in line 2"]);
    project.orch(&["check", "huge.orch"]).says(2, &["can't read `huge.orch`: it is larger than 64 MiB"]);
    let odd = std::ffi::OsStr::from_bytes(b"\xffnone.orch");
    project.orch(&[std::ffi::OsStr::new("check"), odd]).says(2, &["no such file"]);
}

#[test]
fn every_code_has_a_page() {
    let project = Project::new("");
    let list = project.orch(&["explain"]);
    list.says(0, &[]).prints(&["E0101  "]);
    project.orch(&["explain", "e0101"]).says(0, &[]).prints(&["```orch"]);
    project.orch(&["explain", "E0110x"]).says(2, &["there is no code `E0110x`", "did you mean `E0110`?"]);
}

#[test]
fn what_was_typed_wrong_exits_with_2_and_says_what_is_right() {
    let project = Project::new("");
    project.orch::<&str>(&[]).says(2, &["Usage: orch"]);
    project.orch(&["chekc"]).says(2, &["'check'"]);
    project.orch(&["check"]).says(2, &["<FILE>"]);
    project.orch(&["settle", "k7f2", "two"]).says(2, &["--done", "--not-done"]);
    project.orch(&["settle", "k7f2", "two", "--done", "--not-done"]).says(2, &["cannot be used with"]);
    project.orch(&["--help"]).says(0, &[]).prints(&["Exit codes:", "  130  stopped at once"]);
}
