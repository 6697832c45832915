//! Programs, from files and from what a run has kept.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{exit::Exit, failure::Failure, files, terminal::Terminal};
use crate::{
    check::{Checked, LoadError, check},
    diagnostic::{Diagnostic, Severity, render},
    ir::Program,
    run::store::KeptSource,
    source::Sources,
};

/// Checks the program whose root file is `path`.
pub fn from_disk(path: &Path) -> Result<Checked, Failure> {
    let text = files::read_named(path)?;
    let load = |path: &str| files::read(Path::new(path)).map_err(LoadError);
    Ok(check(&path.to_string_lossy(), text, &load))
}

/// The program whose root file is `path`, and its files; its mistakes are shown.
pub fn to_run(path: &Path, terminal: &Terminal) -> Result<(Arc<Program>, Vec<KeptSource>), Failure> {
    let checked = from_disk(path)?;
    show(&checked.sources, &errors(&checked), terminal);
    let Some(program) = checked.program else {
        let message = format!("`{}` was not run", path.display());
        return Err(Failure { exit: Exit::Mistakes, message, help: Vec::new() });
    };
    Ok((Arc::new(program), kept(&checked.sources, path)?))
}

/// Whoever runs a program has seen its warnings when it was checked.
fn errors(checked: &Checked) -> Vec<Diagnostic> {
    checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).cloned().collect()
}

fn show(sources: &Sources, diagnostics: &[Diagnostic], terminal: &Terminal) {
    if !diagnostics.is_empty() {
        terminal.note(render::human(sources, diagnostics, terminal.notes.colour).trim_end());
    }
}

/// The files of a program as a run keeps them, with the folders they lie in.
fn kept(sources: &Sources, root: &Path) -> Result<Vec<KeptSource>, Failure> {
    let keep = |(number, source): (usize, &crate::source::Source)| {
        let path = if number == 0 { root } else { Path::new(source.name()) };
        let folder = folder_of(path)?;
        Ok(KeptSource { name: source.name().to_owned(), folder, text: source.text().to_owned() })
    };
    sources.iter().map(|(_, source)| source).enumerate().map(keep).collect()
}

fn folder_of(file: &Path) -> Result<PathBuf, Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = fs::canonicalize(folder);
    found.map_err(|error| Failure::usage(format!("can't find the folder `{}`: {error}", folder.display())))
}

/// The program of the files that a run has kept.
pub fn from_kept(sources: &[KeptSource]) -> Result<Arc<Program>, String> {
    let Some(root) = sources.first() else { return Err("there are none".to_owned()) };
    let load = |path: &str| match sources.iter().find(|source| source.name == path) {
        Some(source) => Ok(source.text.clone()),
        None => Err(LoadError("it was not kept".to_owned())),
    };
    let checked = check(&root.name, root.text.as_str(), &load);
    let first = errors(&checked).into_iter().next();
    match (checked.program, first) {
        (Some(program), _) => Ok(Arc::new(program)),
        (None, Some(error)) => Err(format!("{}: {}", checked.sources.place(error.span()), error.message)),
        (None, None) => Err("it has no program".to_owned()),
    }
}
