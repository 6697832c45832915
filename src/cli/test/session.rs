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
    /// The exit code of a program that could not be loaded.
    failed: Option<Exit>,
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
                        self.failed = Some(failure.exit);
                    }
                }
            }
        }
        Ok(())
    }

    /// Runs the tests that are wanted, several at once, and gives the results in the order written.
    pub(super) fn run(&self, wanted: &Wanted) -> Vec<Ran> {
        let is_wanted = |test: &Test| wanted.filter.as_ref().is_none_or(|text| test.name.contains(text.as_str()));
        let all: Vec<(&Arc<Loaded>, &Test)> = self
            .programs
            .iter()
            .flat_map(|program| program.suite.tests().map(move |test| (program, test)))
            .filter(|(_, test)| is_wanted(test))
            .collect();
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
        let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let order = |ran: &Ran| self.programs.iter().position(|program| Arc::ptr_eq(program, &ran.program));
        results.sort_by_key(|ran: &Ran| (order(ran), ran.span.start));
        results
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
        self.failed
    }

    /// The exit code: of a program that has mistakes, else whether all tests passed.
    pub(super) fn exit_after(&self, results: &[Ran]) -> Exit {
        let passed = if results.iter().all(|ran| ran.report.passed()) { Exit::Done } else { Exit::TEST_FAILED };
        self.failed.unwrap_or(passed)
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
