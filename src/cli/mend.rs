//! `orch check --fix`: mistakes whose fixes are certain are mended, round by round.
//!
//! A fix can bring to light what its mistake hid, so the program is checked after each round. A round that leaves the
//! program worse is undone, and its fixes are tried one by one. Nothing is written before all rounds are over.

use std::{collections::BTreeSet, path::Path};

use similar::TextDiff;

use super::{
    compile,
    failure::Failure,
    files,
    project::Project,
    texts::{Change, Texts},
};
use crate::{
    check::Checked,
    diagnostic::{Code, Diagnostic, Severity, mend, render},
};

/// So many rounds are made: fixes that bring each other back come to an end.
const ROUNDS: usize = 50;
/// What fixes bring to light is mended for so many rounds before they are judged.
const AHEAD: usize = 8;

/// What became of the mistakes of some programs.
#[derive(Debug, Default)]
pub struct Mended {
    /// How many were mended.
    pub mistakes: usize,
    /// Those whose fix would have left the program worse, as messages say them.
    pub refused: Vec<String>,
}

/// Mends the program of one root file, in `texts` alone.
pub fn mend(root: &Path, project: &Project, texts: &mut Texts) -> Result<Mended, Failure> {
    let checked = compile::from_texts(root, texts, &project.levels)?;
    let mut program = Mending { root, project, tried: BTreeSet::new(), mended: Mended::default() };
    let mut state = State { texts: texts.clone(), checked };
    for _ in 0..ROUNDS {
        match program.round(&state)? {
            Some(better) => state = better,
            None => break,
        }
    }
    *texts = state.texts;
    Ok(program.mended)
}

/// The texts of a program, and what is wrong with them.
struct State {
    texts: Texts,
    checked: Checked,
}

/// A program that is being mended.
struct Mending<'p> {
    root: &'p Path,
    project: &'p Project,
    /// The fixes that are not tried again.
    tried: BTreeSet<Attempt>,
    mended: Mended,
}

/// A fix, wherever its mistake has been moved to by others.
type Attempt = (Code, String, String);

impl Mending<'_> {
    /// Mends what can be mended at once, if there is something.
    fn round(&mut self, state: &State) -> Result<Option<State>, Failure> {
        let chosen = self.chosen(state);
        if let Some(better) = self.try_out(state, &chosen)? {
            return Ok(Some(better));
        }
        for diagnostic in chosen {
            if let Some(better) = self.try_out(state, std::slice::from_ref(&diagnostic))? {
                return Ok(Some(better));
            }
            self.mended.refused.push(render::headline(&state.checked.sources, &diagnostic));
            self.tried.extend(attempt(&diagnostic));
        }
        Ok(None)
    }

    fn chosen(&self, state: &State) -> Vec<Diagnostic> {
        let sources = &state.checked.sources;
        let tried = |diagnostic: &&Diagnostic| !attempt(diagnostic).is_some_and(|each| self.tried.contains(&each));
        let fixes = state.checked.diagnostics.iter().filter(tried);
        let may_change = |file| self.may_change(&state.texts, sources.get(file).name());
        mend::together(fixes, may_change).into_iter().cloned().collect()
    }

    /// A file that was read, and is one of the project's where there is a project.
    fn may_change(&self, texts: &Texts, name: &str) -> bool {
        let inside = |file: &Path| self.project.folder.as_ref().is_none_or(|folder| file.starts_with(folder));
        texts.file(name).is_some_and(|file| compile::is_stdin(self.root) || inside(&file))
    }

    /// Applies the fixes, and some rounds of what they bring to light, unless that leaves the program worse.
    fn try_out(&mut self, before: &State, chosen: &[Diagnostic]) -> Result<Option<State>, Failure> {
        if chosen.is_empty() {
            return Ok(None);
        }
        let mut after = self.applied(before, chosen)?;
        let mut mistakes = chosen.len();
        for _ in 0..AHEAD {
            if badness(&after.checked) <= badness(&before.checked) {
                self.mended.mistakes += mistakes;
                return Ok(Some(after));
            }
            let more = self.chosen(&after);
            if more.is_empty() {
                break;
            }
            after = self.applied(&after, &more)?;
            mistakes += more.len();
        }
        Ok(None)
    }

    fn applied(&self, state: &State, chosen: &[Diagnostic]) -> Result<State, Failure> {
        let mut texts = state.texts.clone();
        let fixes = chosen.iter().filter_map(|diagnostic| diagnostic.fix.as_ref());
        for (file, text) in mend::apply(&state.checked.sources, fixes) {
            texts.change(state.checked.sources.get(file).name(), text);
        }
        let checked = compile::from_texts(self.root, &texts, &self.project.levels)?;
        Ok(State { texts, checked })
    }
}

fn attempt(diagnostic: &Diagnostic) -> Option<Attempt> {
    let fix = diagnostic.fix.as_ref()?;
    Some((diagnostic.code, diagnostic.message.clone(), fix.title.clone()))
}

/// How many mistakes there are in the syntax, and without those, how many in all. What can't be read hides what is
/// wrong with it and behind it.
fn badness(checked: &Checked) -> (usize, usize) {
    let errors = checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    match errors.clone().filter(|diagnostic| diagnostic.code.as_str().starts_with("E01")).count() {
        0 => (0, errors.count()),
        syntax => (syntax, 0),
    }
}

/// What would be changed, as a unified diff.
pub fn diff(texts: &Texts) -> String {
    let of_file = |Change { file, before, after }: &Change| {
        let name = files::from_here(file);
        TextDiff::from_lines(&**before, &**after).unified_diff().header(&name, &name).to_string()
    };
    texts.changes().iter().map(of_file).collect()
}

/// Writes what was changed.
pub fn write(texts: &Texts) -> Result<(), Failure> {
    texts.changes().iter().try_for_each(|Change { file, before, after }| files::replace(file, before, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    /// A mistake of the first file whose fix puts `text` at a byte.
    fn mistake(at: u32, text: &str) -> Diagnostic {
        let place = Span { start: at, end: at, ..Span::default() };
        Diagnostic::new(Code::W0201, place, format!("`{text}` is missing"), "").fix(place, text)
    }

    #[test]
    fn a_fix_that_would_make_it_worse_is_left_alone_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("plan.orch");
        std::fs::write(&root, "plan a() {}\n").unwrap();
        let project = Project::default();
        let mut program = Mending { root: &root, project: &project, tried: BTreeSet::new(), mended: Mended::default() };
        let texts = Texts::default();
        let mut checked = compile::from_texts(&root, &texts, &project.levels).unwrap();
        checked.diagnostics = vec![mistake(4, " 1 2"), mistake(6, "bc")];
        let better = program.round(&State { texts, checked }).unwrap().unwrap();
        assert_eq!(&*better.texts.root(&root).unwrap(), "plan abc() {}\n");
        let Mended { mistakes, refused } = program.mended;
        let place = format!("{}:1:5", root.display());
        assert_eq!((mistakes, refused), (1, vec![format!("{place}: warning[W0201]: ` 1 2` is missing")]));
    }
}
