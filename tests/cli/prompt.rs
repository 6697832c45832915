//! `orch repl` on a terminal, which tmux plays. `ORCH_TEST_ALL=1` runs these; where there is no tmux they are skipped, and
//! say so.

use std::os::unix::fs::PermissionsExt;

use super::{project::Project, terminal::Terminal};

const PLAN: &str = r#"
uses exec("sh")
action first(name: String) -> { id: String } = exec("sh", ["-c", r"""echo '{"id": "i-1"}'""", name]) idempotent compensate nothing
plan both(name: String = "a") -> { id: String } {
  step one = first(name)
  return one
}
const numbers = [1, 2, 3]
"#;

/// A prompt over the plan, and a shell that tells how it ended.
fn prompt(project: &Project, name: &str, before: &str) -> Option<Terminal> {
    let state = project.path("state").display().to_string();
    let orch = env!("CARGO_BIN_EXE_orch");
    let command = format!("env XDG_STATE_HOME={state} {before} {orch} repl plan.orch; echo ended with $?; exec cat");
    let terminal = Terminal::running(project, name, &command)?;
    project.until("the prompt", || terminal.all().contains("orch>"));
    Some(terminal)
}

impl Terminal {
    fn keys(&self, keys: &[&str]) {
        keys.iter().for_each(|key| drop(self.tmux(&["send-keys", key])));
    }

    /// What is typed before the prompt is drawn may be lost.
    fn ready(&self, project: &Project) {
        let waits = || self.all().trim_end().lines().last().is_some_and(|line| line.trim_end() == "orch>");
        project.until("an empty prompt", waits);
    }

    fn has(&self, project: &Project, text: &str) {
        project.until(&format!("{text} on {}", self.all()), || self.all().contains(text));
    }
}

#[test]
fn tab_completes_and_what_is_typed_is_explained() {
    let project = Project::new(PLAN);
    let Some(terminal) = prompt(&project, "tab", "") else { return };
    terminal.keys(&["numb", "Tab"]);
    terminal.has(&project, "orch> numbers  List<Int>");
    terminal.keys(&[".revers", "Tab", "()", "Enter"]);
    terminal.has(&project, "[3, 2, 1]  List<Int>");
    terminal.ready(&project);
    terminal.keys(&["first("]);
    terminal.has(&project, "first(  first(name: String) -> { id: String }");
    terminal.keys(&["C-c"]);
    terminal.ready(&project);
    terminal.keys(&[":simu", "Tab", "bo", "Tab", "Enter"]);
    terminal.has(&project, ":answer first(_) = ");
    terminal.ready(&project);
    terminal.keys(&["numbers.", "Tab"]);
    terminal.has(&project, "group_by");
}

#[test]
fn what_was_typed_is_remembered_and_only_its_owner_can_read_it() {
    let project = Project::new(PLAN);
    let Some(terminal) = prompt(&project, "first", "") else { return };
    terminal.keys(&["40 + 2", "Enter"]);
    terminal.has(&project, "42  Int");
    terminal.ready(&project);
    terminal.keys(&["C-d"]);
    terminal.has(&project, "ended with 0");
    let history = project.path("state/orch/repl_history");
    assert_eq!(std::fs::metadata(&history).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(history.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    drop(terminal);
    let Some(terminal) = prompt(&project, "second", "") else { return };
    terminal.keys(&["Up"]);
    terminal.has(&project, "orch> 40 + 2");
}

#[test]
fn a_line_goes_on_while_something_is_open_and_ctrl_c_drops_it() {
    let project = Project::new(PLAN);
    let Some(terminal) = prompt(&project, "lines", "") else { return };
    terminal.keys(&["fn twice(n: Int) -> Int = (", "Enter"]);
    terminal.keys(&["n * 2", "Enter"]);
    terminal.keys(&[")", "Enter"]);
    terminal.has(&project, "fn twice(n: Int) -> Int\norch>");
    terminal.keys(&["twice(21)", "Enter"]);
    terminal.has(&project, "42  Int");
    terminal.keys(&["plan half(", "C-c"]);
    terminal.has(&project, "plan half(\norch>");
    terminal.ready(&project);
    terminal.keys(&["twice(4)", "Enter"]);
    terminal.has(&project, "8  Int");
    assert!(!terminal.all().contains("ended with"), "{}", terminal.all());
    terminal.ready(&project);
    terminal.keys(&["C-d"]);
    terminal.has(&project, "ended with 0");
}

#[test]
fn a_plan_runs_for_real_only_where_somebody_says_yes() {
    let project = Project::new(PLAN);
    let Some(terminal) = prompt(&project, "live", "") else { return };
    terminal.keys(&[":live both(\"x\")", "Enter"]);
    terminal.has(&project, "Type `yes`:");
    terminal.keys(&["y", "Enter"]);
    terminal.has(&project, "`both` was not run");
    terminal.ready(&project);
    assert!(!project.path(".orch").exists(), "nothing was run");
    terminal.keys(&[":live both(\"x\")", "Enter"]);
    project.until("asked again", || terminal.all().matches("Type `yes`:").count() == 2);
    terminal.keys(&["yes", "Enter"]);
    terminal.has(&project, "completed in");
    assert!(project.path(".orch").exists());
    terminal.ready(&project);
    terminal.keys(&["1 + 1", "Enter"]);
    terminal.has(&project, "2  Int");
}

#[test]
fn words_have_colours_unless_nobody_wants_them() {
    let project = Project::new(PLAN);
    for (name, before, coloured) in [("colour", "", true), ("plain", "NO_COLOR=1", false)] {
        let Some(terminal) = prompt(&project, name, before) else { return };
        terminal.keys(&["if true then 1 else \"x\".len()"]);
        terminal.has(&project, "  Int");
        let drawn = terminal.tmux(&["capture-pane", "-p", "-e"]);
        let line = drawn.lines().find(|line| line.contains("then")).unwrap();
        assert_eq!(line.contains("\u{1b}[35m"), coloured, "{line:?}");
    }
}
