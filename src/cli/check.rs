//! `orch check`: what is wrong with programs.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::{
    compile,
    exit::Exit,
    failure::Failure,
    global::Global,
    lints::Lints,
    mend::{self, Mended},
    programs,
    project::{self, Project},
    texts::Texts,
};
use crate::{
    check::Checked,
    diagnostic::{
        Diagnostic,
        render::{self, Manner, counted},
    },
    source::Sources,
};

/// Check programs without running them.
#[derive(Args, Debug)]
pub struct Check {
    /// The root files of the programs, or folders of them; `-` for the text that stdin gives
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How diagnostics are written: to stderr for people, to stdout for programs
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Short for `--format json`
    #[arg(long)]
    json: bool,
    /// Show all diagnostics, however many there are
    #[arg(long)]
    all: bool,
    /// Mend the mistakes whose fix is certain, and show what is left
    #[arg(long)]
    fix: bool,
    /// Show what `--fix` would change, and change nothing
    #[arg(long, visible_alias = "dry-run", conflicts_with_all = ["format", "json", "all"])]
    diff: bool,
    #[command(flatten)]
    lints: Lints,
}

/// How diagnostics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person
    Human,
    /// A line for each, as editors take them up
    Short,
    /// One JSON document for each file
    Json,
    /// One document of SARIF 2.1.0 for all files
    Sarif,
    /// Commands of which GitHub makes annotations
    Github,
}

impl Check {
    /// Checks each file; a file that can't be read does not keep the others from being checked.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let chosen = self.lints.chosen()?;
        let mut session = Session { options: &self, global, texts: Texts::default(), failures: Failures::default() };
        let named = self.files.iter().filter_map(|path| session.failures.tell(programs::programs(path), global));
        let files: Vec<PathBuf> = named.flatten().collect();
        let mut projects = Vec::new();
        for file in &files {
            if let Some(mut project) = session.failures.tell(project::of(file), global) {
                chosen.over(&mut project.levels);
                projects.push((file.as_path(), project));
            }
        }
        let exit = if self.diff { session.show_diff(&projects)? } else { session.check(&projects)? };
        Ok(session.failures.exit.unwrap_or(exit))
    }

    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }
}

/// The failures so far. One that several files have is told once.
#[derive(Default)]
struct Failures {
    told: BTreeSet<String>,
    exit: Option<Exit>,
}

impl Failures {
    /// The value, or none after its failure was told.
    fn tell<T>(&mut self, outcome: Result<T, Failure>, global: &Global) -> Option<T> {
        let told = |failure: Failure| {
            if self.told.insert(failure.message.clone()) {
                global.terminal.failure(&failure);
            }
            self.exit = Some(failure.exit);
        };
        outcome.map_err(told).ok()
    }
}

/// A file that was asked for, and what its program turned out to be.
struct Found<'f> {
    file: &'f Path,
    checked: Checked,
}

/// One call of the command.
struct Session<'s> {
    options: &'s Check,
    global: &'s Global,
    texts: Texts,
    failures: Failures,
}

impl Session<'_> {
    /// Mends what is to be mended, and shows what is wrong then.
    fn check(&mut self, projects: &[(&Path, Project)]) -> Result<Exit, Failure> {
        if self.options.fix {
            self.mend_in_place(projects)?;
        }
        let found = self.found(projects);
        self.show(&found)?;
        Ok(exit(&found))
    }

    fn found<'f>(&mut self, projects: &[(&'f Path, Project)]) -> Vec<Found<'f>> {
        let mut found = Vec::new();
        for (file, project) in projects {
            let checked = compile::from_texts(file, &self.texts, &project.levels);
            found.extend(self.failures.tell(checked, self.global).map(|checked| Found { file, checked }));
        }
        found
    }

    fn mend(&mut self, projects: &[(&Path, Project)]) -> Mended {
        let mut all = Mended::default();
        for (file, project) in projects {
            let mended = mend::mend(file, project, &mut self.texts);
            if let Some(mended) = self.failures.tell(mended, self.global) {
                all.mistakes += mended.mistakes;
                all.refused.extend(mended.refused);
            }
        }
        all
    }

    fn mend_in_place(&mut self, projects: &[(&Path, Project)]) -> Result<(), Failure> {
        if self.options.files.iter().any(|file| compile::is_stdin(file)) {
            return Err(
                Failure::usage("stdin can't be mended in its place").help("`--diff` shows what would be changed")
            );
        }
        let mended = self.mend(projects);
        mend::write(&self.texts)?;
        self.say_mended("mended", &mended);
        Ok(())
    }

    /// The exit code is that of the programs as they are.
    fn show_diff(&mut self, projects: &[(&Path, Project)]) -> Result<Exit, Failure> {
        let exit = exit(&self.found(projects));
        let mended = self.mend(projects);
        self.lines(&mend::diff(&self.texts))?;
        self.say_mended("would mend", &mended);
        Ok(exit)
    }

    fn say_mended(&self, what: &str, mended: &Mended) {
        for refused in &mended.refused {
            self.global.terminal.note(format_args!("left alone, for its fix would make it worse: {refused}"));
        }
        let files = self.texts.changes().len();
        let line = match mended.mistakes {
            0 => "there is nothing that can be mended for certain".to_owned(),
            some => format!("{what} {} in {}", counted(some, "mistake"), counted(files, "file")),
        };
        self.global.terminal.note(line);
    }

    fn show(&self, found: &[Found]) -> Result<(), Failure> {
        let programs: Vec<(&Sources, &[Diagnostic])> =
            found.iter().map(|Found { checked, .. }| (&checked.sources, checked.diagnostics.as_slice())).collect();
        match self.options.format() {
            Format::Human => {
                found.iter().for_each(|found| self.draw(found));
                Ok(())
            }
            Format::Json => {
                let mut documents = programs.iter().map(|(sources, found)| render::json(sources, found));
                documents.try_for_each(|document| self.global.terminal.data(document))
            }
            Format::Sarif => self.global.terminal.data(render::sarif(&programs, self.failures.exit.is_none())),
            Format::Short => self.lines(&render::short(&programs)),
            Format::Github => self.lines(&render::github(&programs)),
        }
    }

    fn draw(&self, Found { file, checked }: &Found) {
        if checked.diagnostics.is_empty() {
            self.global.terminal.note(format_args!("{}: no mistakes", compile::name(file)));
            return;
        }
        let usual = compile::manner(self.global.terminal.notes);
        let most = if self.options.all { usize::MAX } else { usual.most };
        let mends = !compile::is_stdin(file) && !self.options.fix;
        let manner = Manner { most, mends, ..usual };
        self.global.terminal.note(render::human(&checked.sources, &checked.diagnostics, manner).trim_end());
    }

    fn lines(&self, text: &str) -> Result<(), Failure> {
        if text.is_empty() { Ok(()) } else { self.global.terminal.data(text.trim_end_matches('\n')) }
    }
}

fn exit(found: &[Found]) -> Exit {
    if found.iter().any(|found| found.checked.has_errors()) { Exit::Mistakes } else { Exit::Done }
}
