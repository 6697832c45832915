//! A run on a terminal, which tmux plays: what stays in its scrollback, what is left when a run ends in whatever way.
//!
//! `ORCH_TEST_ALL=1` runs these; where there is no tmux they are skipped, and say so.

use std::process::{Command, id};

use super::project::Project;

/// A terminal with a shell in it; it goes away with its owner.
pub struct Terminal {
    socket: String,
}

/// Of the steps, the last waits for a file. One of them prints what would clear a terminal and change its title.
const PLAN: &str = r#"
uses exec("sh")
action step_of(number: Int) = exec("sh", ["-c", "printf '\\033[2J\\033]0;stolen\\007' >&2; exit $(( $0 == 7 ))", "{number}"]) idempotent compensate nothing
action last() = exec("sh", ["-c", "echo $$ >begun; while [ ! -e go ]; do sleep 0.01; done"]) idempotent compensate nothing
plan p() {
  for number in range(0, 60) { step done = step_of(number) best_effort }
  step last()
}
"#;

impl Terminal {
    /// A terminal in which a run of the project is going on; none, where there is nothing to play it.
    fn of(project: &Project, name: &str) -> Option<Terminal> {
        let run = format!("{} run plan.orch; echo ended with $?; exec cat", env!("CARGO_BIN_EXE_orch"));
        Terminal::running(project, name, &run)
    }

    pub fn running(project: &Project, name: &str, command: &str) -> Option<Terminal> {
        std::env::var_os("ORCH_TEST_ALL")?;
        if Command::new("tmux").arg("-V").output().is_err() {
            eprintln!("SKIPPED: there is no tmux here, so nothing is known about terminals");
            return None;
        }
        let terminal = Terminal { socket: format!("orch-test-{}-{name}", id()) };
        let folder = project.path("").display().to_string();
        terminal.tmux(&["new-session", "-d", "-x", "80", "-y", "24", "-c", &folder, command]);
        Some(terminal)
    }

    pub fn tmux(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.args(["-L", &self.socket, "-f", "/dev/null"]).args(arguments);
        command.env_remove("NO_COLOR").env_remove("COLUMNS").env_remove("ORCH_STORE");
        let ended = command.output().unwrap();
        assert!(ended.status.success(), "{arguments:?}: {ended:?}");
        String::from_utf8(ended.stdout).unwrap()
    }

    /// Everything that was ever on it and has not been drawn over, broken lines put together again.
    pub fn all(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-S", "-"])
    }

    /// Whether the cursor is seen and lines are broken, and what its title is.
    fn modes(&self) -> String {
        self.tmux(&["display-message", "-p", "#{cursor_flag} #{wrap_flag} #{pane_title}"])
    }

    /// For how many seconds the run has been going on, as the picture says.
    fn clock(&self) -> u32 {
        let screen = self.all();
        let last = screen.lines().rev().find_map(|line| line.split_once(" running ")).unwrap_or_default().1;
        last.split(' ').next().unwrap_or_default().parse().unwrap_or_default()
    }

    fn orch(&self) -> String {
        let shell = self.tmux(&["display-message", "-p", "#{pane_pid}"]);
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", shell.trim())).unwrap();
        children.split_whitespace().next().unwrap().to_owned()
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args(["-s", name, &self.orch()]).status().unwrap().success());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.socket, "kill-server"]).status();
    }
}

/// The lines that tell of steps that ended: as many as there are, in their order, each once.
#[track_caller]
fn has_told_all(screen: &str) {
    let told: Vec<&str> = screen.lines().filter(|line| line.contains("/done  ")).collect();
    assert_eq!(told.len(), 60, "{screen}");
    for (number, line) in told.iter().enumerate() {
        let sign = if number == 7 { "✖" } else { "✔" };
        assert!(line.trim_start().starts_with(&format!("{sign} number[{number}]/done")), "{number}: {screen}");
    }
}

#[test]
fn what_is_done_stays_in_the_scrollback_whatever_size_the_terminal_gets() {
    let project = Project::new(PLAN);
    let Some(terminal) = Terminal::of(&project, "stays") else { return };
    let modes = terminal.modes();
    project.until_there("begun");
    for size in [["60", "20"], ["100", "12"], ["40", "30"], ["90", "24"]] {
        terminal.tmux(&["resize-window", "-x", size[0], "-y", size[1]]);
        // A picture that is drawn between the change and its signal is not right; the next ones are.
        let then = terminal.clock();
        project.until("drawn", || terminal.clock() > then + 1);
    }
    project.write("go", "");
    project.until("the end", || terminal.all().contains("ended with 0"));
    let screen = terminal.all();
    has_told_all(&screen);
    assert!(screen.contains("✔ last") && screen.contains("completed in"), "{screen}");
    assert_eq!(terminal.modes(), modes, "the cursor is seen, lines are broken, and nobody has changed the title");
}

#[test]
fn a_terminal_is_as_it_was_after_a_signal() {
    for (signal, code) in [("TERM", "ended with 5"), ("INT", "ended with 5"), ("KILL", "ended with 137")] {
        let project = Project::new(PLAN);
        let Some(terminal) = Terminal::of(&project, signal) else { return };
        let modes = terminal.modes();
        project.until_there("begun");
        project.until("drawn", || terminal.all().contains("◐ last"));
        terminal.signal(signal);
        if signal == "KILL" {
            project.until("the end", || terminal.all().contains(code));
        } else {
            project.until("leaving", || terminal.all().contains("leaving: nothing new is started"));
        }
        project.write("go", "");
        project.until("the end", || terminal.all().contains(code));
        let screen = terminal.all();
        has_told_all(&screen);
        assert_eq!(screen.contains("◐"), signal == "KILL", "what was drawn over and over is gone: {screen}");
        assert_eq!(terminal.modes(), modes, "{signal}");
    }
}

#[test]
fn what_others_write_while_a_run_stands_still_is_not_drawn_over() {
    let project = Project::new(PLAN);
    let Some(terminal) = Terminal::of(&project, "still") else { return };
    project.until_there("begun");
    project.until("drawn", || terminal.all().contains("◐ last"));
    terminal.signal("STOP");
    terminal.tmux(&["send-keys", "somebody types", "Enter", "two lines", "Enter"]);
    project.until("typed", || terminal.all().contains("two lines"));
    terminal.signal("CONT");
    project.write("go", "");
    project.until("the end", || terminal.all().contains("ended with 0"));
    let screen = terminal.all();
    has_told_all(&screen);
    assert!(screen.contains("somebody types") && screen.contains("two lines"), "{screen}");
}

#[test]
fn a_run_in_the_background_tells_what_is_done_and_draws_nothing() {
    let project = Project::new(PLAN);
    let command = format!("set -m; {} run plan.orch & wait; echo ended; exec cat", env!("CARGO_BIN_EXE_orch"));
    let Some(terminal) = Terminal::running(&project, "background", &format!("sh -c '{command}'")) else { return };
    project.until_there("begun");
    project.write("go", "");
    project.until("the end", || terminal.all().contains("ended"));
    let screen = terminal.all();
    has_told_all(&screen);
    assert!(!screen.contains("◐"), "{screen}");
}
