//! `orch test`: the `test` blocks of programs, run in a world that is made up.

mod coverage;
mod difference;
mod document;
mod failed;
mod human;
mod junit;
mod session;
pub mod trace;
mod watch;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{exit::Exit, failure::Failure, global::Global};
use coverage::Coverage;
use session::{Session, Wanted};

/// Run the tests of programs. Nothing outside is touched, and time is virtual.
#[derive(Args, Debug)]
pub struct Test {
    /// The root files of the programs, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Run only the tests whose names contain this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How many tests run at once; as many as there are processors, if not said
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Say which statements, options and ways back the tests came through, and where they have not been; of all files but
    /// those of the standard library
    #[arg(long)]
    coverage: bool,
    /// Run the tests again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["format", "json"])]
    watch: bool,
    /// How the results are written: to stderr for people, to stdout for programs
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Short for `--format json`
    #[arg(long)]
    json: bool,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person
    Human,
    /// One JSON document
    Json,
    /// One document of JUnit XML
    Junit,
}

impl Test {
    /// Runs every test; one that fails does not keep the others from being run.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let format = if self.json { Format::Json } else { self.format };
        let jobs = self.jobs.map(usize::from);
        let wanted = Wanted { files: self.files, filter: self.filter, jobs, coverage: self.coverage };
        let (session, exit) = once(&wanted, format, global)?;
        if self.watch {
            return again_and_again(session, &wanted, format, global);
        }
        Ok(exit)
    }
}

/// Runs the tests again whenever a file changes. Only a failure ends it, or Ctrl-C the process.
fn again_and_again(mut session: Session, wanted: &Wanted, format: Format, global: &Global) -> Result<Exit, Failure> {
    loop {
        let before = watch::seen(&session, wanted)?;
        global.terminal.note("\nwaits for a change · Ctrl-C ends it");
        watch::wait(&before, &session, wanted);
        global.terminal.note("");
        (session, _) = once(wanted, format, global)?;
    }
}

/// Runs the tests that are wanted, and shows their results.
fn once(wanted: &Wanted, format: Format, global: &Global) -> Result<(Session, Exit), Failure> {
    let mut session = Session::default();
    session.load(wanted, global)?;
    if let Some(failure) = session.fits_nothing(wanted) {
        global.terminal.failure(&failure);
        return Ok((session, failure.exit));
    }
    let results = session.run(wanted);
    let covered = wanted.coverage.then(|| Coverage::of(session.programs()));
    match format {
        Format::Human => human::show(&results, covered.as_ref(), session.exit(), global.terminal),
        Format::Json => {
            global.terminal.data(document::document(&results.tests, &session.not_tested(), covered.as_ref()))?
        }
        Format::Junit => global.terminal.data(junit::document(&results.tests, &session.not_tested())?)?,
    }
    let exit = session.exit_after(&results.tests);
    Ok((session, exit))
}
