//! Programs, from files and from what a run has kept.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    exit::Exit,
    failure::Failure,
    project,
    terminal::{Style, Terminal},
    texts::Texts,
};
use crate::{
    check::{Checked, LoadError, Loader, check, check_at, is_standard},
    diagnostic::{
        Code, Diagnostic, Levels, Severity,
        render::{self, Manner},
    },
    ir::{Plan, Program},
    machine,
    run::store::KeptSource,
    source::Sources,
};

/// What programs are called whose text comes from stdin.
const STDIN: &str = "<stdin>";

/// Checks the program whose root file is `path`, or is what stdin gives if that is `-`.
pub fn from_texts(path: &Path, texts: &Texts, levels: &Levels) -> Result<Checked, Failure> {
    let load = |path: &str| {
        let text = texts.import(path).map_err(|unreadable| LoadError(unreadable.to_string()))?;
        Ok(text.to_string())
    };
    Ok(check_at(&name(path), texts.root(path)?, &load, levels))
}

/// Whether what was typed in place of a file means stdin.
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// What a program is called in messages.
pub fn name(path: &Path) -> Cow<'_, str> {
    if is_stdin(path) { Cow::Borrowed(STDIN) } else { path.to_string_lossy() }
}

/// The program whose root file is `path`, its files, and as a run keeps them; its mistakes are shown.
pub fn to_run(path: &Path, terminal: &Terminal) -> Result<(Arc<Program>, Sources, Vec<KeptSource>), Failure> {
    checked(path, "was not run", terminal)
}

/// The same for another purpose, which mistakes prevent.
pub fn checked(
    path: &Path,
    prevented: &str,
    terminal: &Terminal,
) -> Result<(Arc<Program>, Sources, Vec<KeptSource>), Failure> {
    let levels = project::of(path)?.levels;
    let checked = from_texts(path, &Texts::default(), &levels)?;
    show(&checked.sources, &errors(&checked), terminal);
    let Some(program) = checked.program else {
        let message = format!("`{}` {prevented}", path.display());
        return Err(Failure { exit: Exit::Mistakes, message, help: Vec::new() });
    };
    let kept = kept(&checked.sources, path)?;
    Ok((Arc::new(program), checked.sources, kept))
}

/// Refuses a plan with a part that only a host program can do, and shows which.
pub fn can_be_run(program: &Program, plan: &Plan, sources: &Sources, terminal: &Terminal) -> Result<(), Failure> {
    let hosted = machine::externs(program, &plan.name).into_iter().map(|part| {
        let message = format!("{part} is done by the program that embeds orch, and `orch run` is none");
        Diagnostic::new(Code::E0902, sources.first_line(part.span), message, "")
    });
    let reported: Vec<Diagnostic> = hosted.collect();
    show(sources, &reported, terminal);
    if reported.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` was not run: nothing was started", plan.name);
    Err(Failure { exit: Exit::Mistakes, message, help: Vec::new() })
}

/// Whoever runs a program has seen its warnings when it was checked.
fn errors(checked: &Checked) -> Vec<Diagnostic> {
    checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).cloned().collect()
}

fn show(sources: &Sources, diagnostics: &[Diagnostic], terminal: &Terminal) {
    if !diagnostics.is_empty() {
        terminal.note(render::human(sources, diagnostics, manner(terminal.notes)).trim_end());
    }
}

/// How diagnostics are drawn where there is such a stream.
pub fn manner(style: Style) -> Manner {
    Manner { colour: style.colour, width: style.cuts.then_some(style.width), ..Manner::PLAIN }
}

/// The files of a program as a run keeps them, with the folders they lie in.
fn kept(sources: &Sources, root: &Path) -> Result<Vec<KeptSource>, Failure> {
    let keep = |(number, source): (usize, &crate::source::Source)| {
        let beside_root = number == 0 || is_standard(source.name());
        let path = if beside_root { root } else { Path::new(source.name()) };
        let folder = folder_of(path)?;
        Ok(KeptSource { name: source.name().to_owned(), folder, text: source.text().to_owned() })
    };
    sources.iter().map(|(_, source)| source).enumerate().map(keep).collect()
}

/// The folder that a file lies in.
pub fn folder_of(file: &Path) -> Result<PathBuf, Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = fs::canonicalize(folder);
    found.map_err(|error| Failure::usage(format!("can't find the folder `{}`: {error}", folder.display())))
}

/// The files that a run has kept, those of the standard library as it was then among them.
struct Kept<'k>(&'k [KeptSource]);

impl Loader for Kept<'_> {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self.standard(path).ok_or_else(|| LoadError("it was not kept".to_owned()))
    }

    fn standard(&self, name: &str) -> Option<String> {
        self.0.iter().find(|source| source.name == name).map(|source| source.text.clone())
    }
}

/// The files that a run has kept, in the order in which its program speaks of them.
pub fn texts(sources: &[KeptSource]) -> Sources {
    let mut texts = Sources::new();
    for source in sources {
        texts.add(source.name.as_str(), source.text.as_str());
    }
    texts
}

/// The program of the files that a run has kept.
pub fn from_kept(sources: &[KeptSource]) -> Result<Arc<Program>, String> {
    with_texts(sources).map(|(program, _)| program)
}

/// The same, with its files.
pub fn with_texts(sources: &[KeptSource]) -> Result<(Arc<Program>, Sources), String> {
    let Some(root) = sources.first() else { return Err("there are none".to_owned()) };
    let checked = check(&root.name, root.text.as_str(), &Kept(sources));
    let first = errors(&checked).into_iter().next();
    match (checked.program, first) {
        (Some(program), _) => Ok((Arc::new(program), checked.sources)),
        (None, Some(error)) => Err(format!("{}: {}", checked.sources.place(error.span()), error.message)),
        (None, None) => Err("it has no program".to_owned()),
    }
}
