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
fn a_folder_stands_for_the_programs_below_it() {
    let project = Project::new(TWO_STEPS);
    std::fs::create_dir_all(project.path("folder/below")).unwrap();
    std::fs::write(project.path("folder/good.orch"), "plan good() {}").unwrap();
    std::fs::write(project.path("folder/below/bad.orch"), "plan bad() { require none_such }").unwrap();
    let ended = project.orch(&["check", "folder", "plan.orch", "--format", "short"]);
    assert_eq!((ended.code, ended.out.lines().count()), (3, 1));
    assert!(ended.out.starts_with("folder/below/bad.orch:1:22: error[E0201]"), "{}", ended.out);
}

#[test]
fn files_that_are_no_text_are_refused() {
    let project = Project::new(TWO_STEPS);
    std::fs::create_dir(project.path("folder")).unwrap();
    std::fs::write(project.path("odd.orch"), b"plan a() {}\n// \xff").unwrap();
    std::fs::File::create(project.path("huge.orch")).unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
    project.orch(&["check", "folder"]).says(2, &["there is no file that ends in `.orch` in `folder`"]);
    project.orch(&["check", "odd.orch"]).says(2, &["can't read `odd.orch`: it is not UTF-8 at byte 15, in line 2"]);
    project.orch(&["check", "huge.orch"]).says(2, &["can't read `huge.orch`: it is larger than 64 MiB"]);
    let odd = std::ffi::OsStr::from_bytes(b"\xffnone.orch");
    project.orch(&[std::ffi::OsStr::new("check"), odd]).says(2, &["no such file"]);
}

const UNKNOWN: &str = "plan shipping() {\n  let x = y\n}\n";

#[test]
fn each_format_is_written_to_stdout() {
    let project = Project::new(UNKNOWN);
    let check = |format: &str, expected: &str| {
        let ended = project.orch(&["check", "plan.orch", "--format", format]);
        assert_eq!((ended.code, ended.err.as_str()), (3, ""));
        assert_eq!(ended.out, expected);
    };
    let help = "a name is a parameter, or bound by `let`, `probe` or `step`";
    check("short", &format!("plan.orch:2:11: error[E0201]: there is no `y` here (help: {help})\n"));
    let place = "file=plan.orch,line=2,col=11,endLine=2,endColumn=12,title=E0201";
    check("github", &format!("::error {place}::there is no `y` here%0A{help}\n"));
}

#[test]
fn where_nothing_is_wrong_there_are_no_lines() {
    let project = Project::new(TWO_STEPS);
    for format in ["short", "github"] {
        let ended = project.orch(&["check", "plan.orch", "--format", format]);
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "", ""));
    }
}

#[test]
fn all_files_are_in_one_document_of_sarif() {
    let project = Project::new("import \"./ops.orch\"\nplan a() { wait 1h }\n");
    project.write("ops.orch", UNKNOWN);
    project.write("other.orch", UNKNOWN);
    let sarif = |files: &[&str], code| {
        let ended = project.orch(&[&["check", "--format=sarif"], files].concat());
        assert_eq!(ended.code, code, "{ended:?}");
        serde_json::from_str::<serde_json::Value>(&ended.out).unwrap()["runs"][0].clone()
    };
    let run = sarif(&["plan.orch", "other.orch", "ops.orch"], 3);
    let files = run["results"].as_array().unwrap().iter();
    let files: Vec<&serde_json::Value> =
        files.map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).collect();
    assert_eq!(files, ["ops.orch", "other.orch"]);
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(sarif(&["plan.orch", "none.orch"], 2)["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_program_can_come_from_stdin() {
    let project = Project::new("");
    project.write("ops.orch", "const all = 1\n");
    let text = "import \"./ops.orch\" as ops\nplan a() {\n  let x = ops.each\n}\n";
    let human = project.orch_reading(text, &["check", "-"]);
    human.says(3, &["<stdin>:3:15", "ops.orch", "1 error in <stdin>"]);
    let json = project.orch_reading(text, &["check", "-", "--format=json"]);
    json.says(3, &[]).prints(&["\"file\":\"<stdin>\""]);
    project.orch_reading("plan a() { wait 1h }", &["check", "-"]).says(0, &["<stdin>: no mistakes"]);
    let odd = project.orch_reading(b"\xff", &["check", "-"]);
    odd.says(2, &["can't read stdin: it is not UTF-8 at byte 0, in line 1"]);
}

#[test]
fn of_very_many_mistakes_the_first_are_shown() {
    let lines: String = (0..52).map(|number| format!("  let v{number} = missing\n")).collect();
    let project = Project::new(&format!("plan shipping() {{\n{lines}}}\n"));
    let ended = project.orch(&["check", "plan.orch"]);
    ended.says(3, &["\nand 2 more · orch check --all shows them\n", "52 errors in plan.orch · orch explain E0201"]);
    assert_eq!(ended.err.matches("error[E0201]").count(), 50);
    assert_eq!(project.orch(&["check", "--all", "plan.orch"]).err.matches("error[E0201]").count(), 52);
}

#[test]
fn every_code_has_a_page() {
    let project = Project::new("");
    let list = project.orch(&["explain"]);
    list.says(0, &[]).prints(&["E0101  a character", "\nW0402  warn   phase-verifies-nothing "]);
    project
        .orch(&["explain", "e0101"])
        .says(0, &[])
        .prints(&["# E0101: a character that means nothing here\n", "```orch"]);
    project.orch(&["explain", "phase-verifies-nothing"]).prints(&["# W0402: a phase that verifies nothing\n"]);
}

#[test]
fn a_code_that_was_nearly_written_is_suggested() {
    let project = Project::new("");
    let check = |typed: &str, close: &str| {
        let said = [format!("there is no code or lint `{typed}`"), format!("did you mean `{close}`?")];
        project.orch(&["explain", typed]).says(2, &said.each_ref().map(String::as_str));
    };
    check("E0110x", "E0110");
    check("phase_verfies_nothing", "phase-verifies-nothing");
    project.orch(&["explain", "weather"]).says(2, &["there is no code or lint `weather`", "lists all codes"]);
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
