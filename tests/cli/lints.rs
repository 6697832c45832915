//! How much a lint matters: in `orch.toml`, on the command line, and in a comment.

use super::project::{Ended, Project};

/// A phase that verifies nothing, and a constant that a parameter hides.
const TWO_LINTS: &str = r#"
uses exec("sh")

const pause = 1ms

action act() = exec("sh", ["-c", "echo done >>log"])
  idempotent

plan ship(pause: Duration = 2ms) {
  phase only "Only" {
    step act() compensate nothing
    wait pause
  }
}
"#;

/// The codes of what is reported, with their severities.
fn reported(project: &Project, arguments: &[&str]) -> (i32, Vec<String>) {
    let ended = project.orch(&[&["check", "--format=short"], arguments].concat());
    let kind = |line: &str| line.split(": ").nth(1).unwrap().to_owned();
    (ended.code, ended.out.lines().map(kind).collect())
}

#[track_caller]
fn check(project: &Project, arguments: &[&str], code: i32, expected: &[&str]) {
    assert_eq!(
        reported(project, &[arguments, &["plan.orch"]].concat()),
        (code, expected.iter().map(|&kind| kind.into()).collect())
    );
}

#[test]
fn a_project_gives_levels_to_lints() {
    let project = Project::new(TWO_LINTS);
    check(&project, &[], 0, &["warning[W0202]", "warning[W0402]"]);
    project.write("orch.toml", "[lints]\nW0402 = \"allow\"\n");
    check(&project, &[], 0, &["warning[W0202]"]);
    project.write("orch.toml", "[lints]\nhidden-constant = \"deny\"\n");
    check(&project, &[], 3, &["error[W0202]", "warning[W0402]"]);
    project.write("orch.toml", "[lints]\nwarnings = \"deny\"\nW0402 = \"allow\"\n");
    check(&project, &[], 3, &["error[W0202]"]);
}

#[test]
fn what_is_typed_counts_more_than_what_the_project_says() {
    let project = Project::new(TWO_LINTS);
    project.write("orch.toml", "[lints]\nW0402 = \"deny\"\nW0202 = \"allow\"\n");
    check(&project, &["--warn", "W0402"], 0, &["warning[W0402]"]);
    check(&project, &["--allow=phase-verifies-nothing", "--deny=hidden-constant"], 3, &["error[W0202]"]);
    check(&project, &["--deny", "warnings", "--warn", "W0202"], 3, &["error[W0202]", "error[W0402]"]);
}

#[test]
fn the_project_is_the_one_the_file_lies_in() {
    let project = Project::new("");
    std::fs::create_dir_all(project.path("inner/plans")).unwrap();
    project.write("inner/plans/plan.orch", TWO_LINTS);
    project.write("orch.toml", "[lints]\nwarnings = \"deny\"\n");
    let found = || reported(&project, &["inner/plans/plan.orch"]).0;
    assert_eq!(found(), 3);
    project.write("inner/orch.toml", "[lints]\nwarnings = \"allow\"\n");
    assert_eq!(found(), 0);
    let text = project.orch_reading(TWO_LINTS, &["check", "-"]);
    text.says(3, &["2 errors in <stdin>"]);
}

#[test]
fn what_is_denied_is_not_run() {
    let project = Project::new(TWO_LINTS);
    project.write("orch.toml", "[lints]\nphase-verifies-nothing = \"deny\"\n");
    project.orch(&["run", "plan.orch"]).says(3, &["error[W0402]", "`plan.orch` was not run"]);
    assert_eq!(project.read("log"), "");
    project.write("orch.toml", "");
    project.orch(&["run", "plan.orch"]).says(0, &[]);
    assert_eq!(project.read("log"), "done\n");
}

/// A run keeps its word: what was accepted when it began is not refused when it is to be taken up or undone.
#[test]
fn a_run_goes_on_where_its_lints_are_denied_later() {
    let project = Project::two_steps();
    project.write("plan.orch", &super::project::TWO_STEPS.replace("  confirm done()\n", ""));
    project.write("second.sh", "kill -9 $$\n");
    project.orch(&["run", "plan.orch"]).says(7, &[]);
    project.write("orch.toml", "[lints]\nwarnings = \"deny\"\n");
    project.orch(&["check", "plan.orch"]).says(3, &["error[W0501]"]);
    let run = project.run_id();
    project.orch(&["settle", &run, "two", "--done"]).says(0, &[]);
}

#[test]
fn a_mistake_in_the_settings_is_told_where_it_is() {
    let project = Project::new(TWO_LINTS);
    let told = |settings: &str, says: &[&str]| {
        project.write("orch.toml", settings);
        for command in ["check", "run"] {
            project.orch(&[command, "plan.orch"]).says(2, says);
        }
    };
    told("\n[lints]\nW0442 = \"deny\"\n", &["error: orch.toml:3:1: there is no lint `W0442`", "did you mean `W0402`?"]);
    told("[lints]\nW0402 = \"forbid\"\n", &["orch.toml:2:9: there is no level `forbid`", "a lint is `allow`"]);
    told("[lint]\n", &["orch.toml:1:2: there is no setting `lint`", "did you mean `lints`?"]);
    told("[lints\n", &["error: orch.toml:1:"]);
    let once = project.orch(&["check", "plan.orch", "plan.orch"]);
    assert_eq!(once.err.matches("error: ").count(), 1, "{once:?}");
}

#[test]
fn a_lint_that_is_unknown_is_told() {
    let project = Project::new(TWO_LINTS);
    let typed = |lint: &str| project.orch(&["check", "plan.orch", "--deny", lint]);
    typed("phase-verifies-nothin").says(2, &["there is no lint", "did you mean `phase-verifies-nothing`?"]);
    typed("E0412").says(2, &["`E0412` is an error, not a lint", "`orch explain` lists all lints"]);
}

/// The plan with a comment in a line of its own before the phase, or behind its first line.
fn commented(alone: &str, behind: &str) -> Project {
    let phase = "  phase only \"Only\" {";
    Project::new(&TWO_LINTS.replace(phase, &format!("{alone}\n{phase} {behind}")))
}

#[test]
fn a_comment_allows_what_it_stands_at() {
    let allowed = "// orch: allow(W0402, what it did is seen by everyone)";
    for project in [commented(allowed, ""), commented("", allowed)] {
        check(&project, &[], 0, &["warning[W0202]"]);
        check(&project, &["--deny", "warnings"], 3, &["error[W0202]"]);
    }
    let plan = "// orch: allow(hidden-constant, it is the same (for now))\n/// Ships.\nplan ship";
    let project = Project::new(&TWO_LINTS.replace("plan ship", plan));
    check(&project, &[], 0, &["warning[W0402]"]);
    let inner = commented("", "").read("plan.orch").replace("    wait", &format!("    {allowed}\n    wait"));
    check(&Project::new(&inner), &[], 0, &["warning[W0202]", "warning[W0402]", "warning[W0101]"]);
}

#[test]
fn a_comment_that_allows_nothing_is_told() {
    let project = commented("// orch: allow(W0403, no gate)", "// orch: allow(W0501, no\tmatter)");
    check(&project, &[], 0, &["warning[W0202]", "warning[W0101]", "warning[W0402]", "warning[W0101]"]);
    project.orch(&["check", "--fix", "plan.orch"]).says(0, &["mended 2 mistakes in 1 file"]);
    assert_eq!(project.read("plan.orch"), TWO_LINTS);
    let nowhere = Project::new(&format!("{TWO_LINTS}\n// orch: allow(W0402, the end)\n"));
    nowhere.orch(&["check", "plan.orch"]).says(0, &["this allow speaks of nothing", "it stands before a declaration"]);
    let with_error = Project::new("plan a() {\n  // orch: allow(W0402, not asked)\n  let x = missing\n}\n");
    check(&with_error, &[], 3, &["error[E0201]"]);
}

#[test]
fn a_comment_that_can_t_be_read_is_told() {
    let says = |comment: &str, texts: &[&str]| {
        let ended: Ended = commented(comment, "").orch(&["check", "plan.orch"]);
        ended.says(0, &[&["warning[W0102]", "warning[W0402]"], texts].concat());
    };
    says("// orch: allow(W0402)", &["it is not said why this is allowed"]);
    says("// orch: allow(W0402, )", &["it is not said why this is allowed"]);
    says("// orch: allow(E0412, why not)", &["`E0412` is an error, not a lint", "orch: allow(LINT, the reason)"]);
    says("// orch: allow(phase-verifes-nothing, x)", &["there is no lint", "did you mean `phase-verifies-nothing`?"]);
    says("//orch:alow(W0402, x)", &["this means nothing to orch"]);
    says("// orch: allow(W0402, x) // y", &["this means nothing to orch"]);
}

#[test]
fn a_comment_in_an_imported_file_is_heard() {
    let ops = "uses exec(\"sh\")\n// orch: allow(fate-unknown, a person looks)\naction act() = exec(\"sh\", [\"x\"])\n";
    let plan = "uses exec(\"sh\")\nimport \"./ops.orch\" as ops\nplan a() { step ops.act() }\n";
    let project = Project::new(plan);
    project.write("ops.orch", ops);
    check(&project, &[], 0, &[]);
    project.write("ops.orch", &ops.replace("fate-unknown", "phase-verifies-nothing"));
    check(&project, &[], 0, &["warning[W0101]", "warning[W0501]"]);
}
