//! `orch check --fix` and `--diff`.

use std::os::unix::fs::PermissionsExt;

use super::project::Project;

/// Two mistakes with fixes.
const HABITS: &str = "\
uses exec(\"sh\")

action act() = exec(\"sh\", [\"x\"])
  idempotent

plan ship() {
  act() compensate nothing
  wait 5min
}
";

/// The same, mended.
const MENDED: &str = "\
uses exec(\"sh\")

action act() = exec(\"sh\", [\"x\"])
  idempotent

plan ship() {
  step act() compensate nothing
  wait 5m
}
";

#[test]
fn mistakes_are_mended_in_their_files() {
    let project = Project::new(&HABITS.replace("  wait 5min\n", "  wait 5min\n  wait missing\n"));
    let mode = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(project.path("plan.orch"), mode.clone()).unwrap();
    let ended = project.orch(&["check", "--fix", "plan.orch"]);
    ended
        .says(3, &["mended 2 mistakes in 1 file", "there is no `missing` here", "1 error in plan.orch · orch explain"]);
    assert!(!ended.err.contains("--fix"), "{ended:?}");
    assert_eq!(project.read("plan.orch"), MENDED.replace("  wait 5m\n", "  wait 5m\n  wait missing\n"));
    assert_eq!(std::fs::metadata(project.path("plan.orch")).unwrap().permissions().mode() & 0o777, mode.mode());
    assert_eq!(std::fs::read_dir(project.path("")).unwrap().count(), 1);
}

#[test]
fn all_that_can_be_mended_is_mended_at_once() {
    let phase = |word: &str, sign: &str| {
        let body = format!("    require 1 {sign} 1\n    require 2 {sign} 2\n    wait 1h\n");
        format!("plan ship() {{\n  {word} one {{\n{body}  }}\n}}\n")
    };
    let project = Project::new(&phase("pahse", "="));
    project.orch(&["check", "plan.orch"]).says(3, &["3 errors in plan.orch"]);
    project.orch(&["check", "--fix", "plan.orch"]).says(0, &["mended 3 mistakes in 1 file"]);
    assert_eq!(project.read("plan.orch"), phase("phase", "=="));
}

#[test]
fn the_files_that_are_imported_are_mended_too_but_not_outside_of_the_project() {
    let ops = "uses exec(\"sh\")\naction act() = exec(\"true\")\n  idempotent\nprobe look() -> Bool = exec(\"sh\")\n";
    let root = "import \"../ops.orch\" as ops\nplan ship() { step ops.act() }\n";
    let project = Project::new("");
    std::fs::create_dir(project.path("inner")).unwrap();
    project.write("inner/plan.orch", root);
    project.write("ops.orch", ops);
    project.write("inner/orch.toml", "");
    let only_inside = project.orch(&["check", "--fix", "inner/plan.orch"]);
    only_inside.says(3, &["mended 1 mistake in 1 file", "may not start `true`"]);
    assert_eq!((project.read("ops.orch").as_str(), project.read("inner/plan.orch").contains("uses")), (ops, true));
    std::fs::rename(project.path("inner/orch.toml"), project.path("orch.toml")).unwrap();
    project.orch(&["check", "--fix", "inner/plan.orch"]).says(0, &["mended 1 mistake in 1 file", "no mistakes"]);
    assert_eq!(project.read("ops.orch"), ops.replacen("(\"sh\")", "(\"sh\", \"true\")", 1));
}

#[test]
fn a_file_that_two_programs_share_is_mended_once() {
    let project = Project::new(HABITS);
    let other = "uses exec(\"sh\")\nimport \"./plan.orch\" as it\nplan again() {\n  run it.ship()\n}\n";
    project.write("other.orch", other);
    let ended = project.orch(&["check", "--fix", "plan.orch", "other.orch"]);
    ended.says(0, &["mended 2 mistakes in 1 file", "plan.orch: no mistakes", "other.orch: no mistakes"]);
    assert_eq!(project.read("plan.orch"), MENDED);
}

#[test]
fn what_would_be_changed_is_shown_and_nothing_is() {
    let project = Project::new(HABITS);
    for option in ["--diff", "--dry-run"] {
        let ended = project.orch(&["check", option, "plan.orch"]);
        ended.says(3, &["would mend 2 mistakes in 1 file"]);
        insta::assert_snapshot!("diff", ended.out);
    }
    project.orch(&["check", "--fix", "--diff", "plan.orch"]).says(3, &["would mend"]);
    assert_eq!(project.read("plan.orch"), HABITS);
    let stdin = project.orch_reading(HABITS, &["check", "--diff", "-"]);
    stdin.says(3, &["would mend 2 mistakes in 1 file"]).prints(&["--- <stdin>", "+  wait 5m"]);
}

#[test]
fn where_nothing_can_be_mended_nothing_is_written() {
    let project = Project::new(MENDED);
    let before = std::fs::metadata(project.path("plan.orch")).unwrap().modified().unwrap();
    let ended = project.orch(&["check", "--fix", "plan.orch"]);
    ended.says(0, &["there is nothing that can be mended for certain", "plan.orch: no mistakes"]);
    assert_eq!(std::fs::metadata(project.path("plan.orch")).unwrap().modified().unwrap(), before);
}

#[test]
fn a_link_stays_one() {
    let project = Project::new("");
    project.write("real.orch", HABITS);
    std::fs::remove_file(project.path("plan.orch")).unwrap();
    std::os::unix::fs::symlink("real.orch", project.path("plan.orch")).unwrap();
    project.orch(&["check", "--fix", "plan.orch"]).says(0, &["mended 2 mistakes"]);
    assert!(project.path("plan.orch").is_symlink());
    assert_eq!(project.read("real.orch"), MENDED);
}

#[test]
fn stdin_has_no_place_where_it_could_be_mended() {
    let ended = Project::new("").orch_reading(HABITS, &["check", "--fix", "-"]);
    ended.says(2, &["stdin can't be mended in its place", "`--diff` shows what would be changed"]);
}
