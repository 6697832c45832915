//! The programs whose tests are run, and their results.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    check::is_standard,
    cli::{compile, exit::Exit, failure::Failure, global::Global, programs},
    diagnostic::suggest::nearest,
    ir::Test,
    simulate::test::{Report, Suite},
    source::Sources,
};

/// What is to be run.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub files: Vec<PathBuf>,
    pub filter: Option<String>,
    pub jobs: Option<usize>,
    pub coverage: bool,
}

impl Wanted {
    fn is(&self, test: &Test) -> bool {
        self.filter.as_ref().is_none_or(|text| test.name.contains(text.as_str()))
    }
}

/// A program with its tests.
#[derive(Debug)]
pub(super) struct Loaded {
    pub name: String,
    pub sources: Sources,
    pub suite: Suite,
}

/// A test that was run.
#[derive(Debug)]
pub(super) struct Ran {
    pub program: Arc<Loaded>,
    /// What the test says.
    pub name: String,
    /// Where it stands.
    pub span: crate::source::Span,
    pub report: Report,
    /// How long that took, here.
    pub took: Duration,
}

/// The tests that were run.
#[derive(Debug)]
pub(super) struct Results {
    /// In the order written.
    pub tests: Vec<Ran>,
    /// How many there are in all, those that were not wanted among them.
    pub of: usize,
    /// How long all took together, here.
    pub took: Duration,
}

impl Ran {
    /// `order_saga.orch:41:6`
    pub(super) fn place(&self) -> String {
        self.program.sources.place(self.span)
    }
}

/// All that was loaded.
#[derive(Debug, Default)]
pub(super) struct Session {
    programs: Vec<Arc<Loaded>>,
    /// The programs that could not be loaded, with the exit code of each.
    failed: Vec<(String, Exit)>,
}

impl Session {
    /// Checks every program; what is wrong with one is told, and keeps the others from nothing.
    pub(super) fn load(&mut self, wanted: &Wanted, global: &Global) -> Result<(), Failure> {
        for path in &wanted.files {
            for file in programs::programs(path)? {
                match load(&file, global) {
                    Ok(program) => self.programs.push(Arc::new(program)),
                    Err(failure) => {
                        global.terminal.failure(&failure);
                        self.failed.push((compile::name(&file).into_owned(), failure.exit));
                    }
                }
            }
        }
        Ok(())
    }

    /// Why nothing is run: no name of a test contains the text that is wanted. `None` if one does, or if there is another
    /// reason, which was told.
    pub(super) fn fits_nothing(&self, wanted: &Wanted) -> Option<Failure> {
        let text = wanted.filter.as_ref().filter(|_| self.failed.is_empty())?;
        if self.tests().any(|(_, test)| wanted.is(test)) {
            return None;
        }
        let names: Vec<&str> = self.tests().map(|(_, test)| test.name.as_str()).collect();
        let failure = Failure::usage(format!("no test has `{text}` in its name"));
        Some(match similar(text, &names) {
            _ if names.is_empty() => failure.help("there is no test at all"),
            near if !near.is_empty() => failure.help(format!("did you mean {}?", listed(&near))),
            _ => failure.help(format!("there is {}", listed(&names))),
        })
    }

    fn tests(&self) -> impl Iterator<Item = (&Arc<Loaded>, &Test)> {
        self.programs.iter().flat_map(|program| program.suite.tests().map(move |test| (program, test)))
    }

    /// Runs the tests that are wanted, several at once, and gives the results in the order written.
    pub(super) fn run(&self, wanted: &Wanted) -> Results {
        let began = Instant::now();
        let all: Vec<(&Arc<Loaded>, &Test)> = self.tests().filter(|(_, test)| wanted.is(test)).collect();
        let jobs = wanted.jobs.or_else(|| thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
        let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..jobs.min(all.len()) {
                scope.spawn(|| {
                    while let Some((program, test)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let ran = ran(program, test);
                        results.lock().unwrap_or_else(PoisonError::into_inner).push(ran);
                    }
                });
            }
        });
        let mut tests = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let order = |ran: &Ran| self.programs.iter().position(|program| Arc::ptr_eq(program, &ran.program));
        tests.sort_by_key(|ran: &Ran| (order(ran), ran.span.start));
        Results { tests, of: self.tests().count(), took: began.elapsed() }
    }

    /// The programs, in the order named.
    pub(super) fn programs(&self) -> &[Arc<Loaded>] {
        &self.programs
    }

    /// The files that they are made of, those of the standard library aside.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let sources = self.programs.iter().flat_map(|program| program.sources.iter());
        let own = sources.map(|(_, source)| source.name()).filter(|name| !is_standard(name));
        own.map(PathBuf::from).collect()
    }

    /// What a program that could not be loaded says.
    pub(super) fn exit(&self) -> Option<Exit> {
        self.failed.last().map(|(_, exit)| *exit)
    }

    /// The programs whose tests were not run, because they could not be loaded.
    pub(super) fn not_tested(&self) -> Vec<&str> {
        self.failed.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The exit code: of a program that has mistakes, else whether all tests passed.
    pub(super) fn exit_after(&self, results: &[Ran]) -> Exit {
        let passed = if results.iter().all(|ran| ran.report.passed()) { Exit::Done } else { Exit::TEST_FAILED };
        self.exit().unwrap_or(passed)
    }
}

/// The names with words that are nearly those of a text.
fn similar<'n>(text: &str, names: &[&'n str]) -> Vec<&'n str> {
    let words = |text: &str| text.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let wanted = words(text);
    let is_near = |name: &&&str| {
        let name = words(name);
        wanted.iter().all(|word| nearest(word, name.iter().map(String::as_str)).is_some())
    };
    names.iter().filter(is_near).copied().collect()
}

/// `"a", "b" and 3 more`
fn listed(names: &[&str]) -> String {
    const MOST: usize = 5;
    let shown = names.iter().take(MOST).map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn load(file: &Path, global: &Global) -> Result<Loaded, Failure> {
    let (program, sources, _) = compile::checked(file, "was not tested", &global.terminal)?;
    Ok(Loaded { name: compile::name(file).into_owned(), sources, suite: Suite::new(program) })
}

fn ran(program: &Arc<Loaded>, test: &Test) -> Ran {
    let began = Instant::now();
    let report = program.suite.run(test);
    let name = test.name.to_string();
    Ran { program: Arc::clone(program), name, span: test.span, report, took: began.elapsed() }
}
