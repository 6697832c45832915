//! What is given on the command line or in a file: lines of a test, read and checked as those of any test.

use std::{fmt::Write, path::Path, path::PathBuf, sync::Arc};

use clap::Args;
use serde_json::{Map, Value as Json};

use crate::{
    cli::{
        compile,
        exit::Exit,
        failure::Failure,
        files, project,
        terminal::{Terminal, text::one_line},
        texts::Texts,
    },
    diagnostic::{Diagnostic, Severity},
    ir::{Plan, Program, Test, json::from_json, text::Nested},
    machine::Beginning,
    source::Sources,
};

/// What the test is called that is made of what is given.
const NAME: &str = "what is given on the command line";

/// What is given.
#[derive(Args, Debug, Default)]
pub struct Scenario {
    /// A file with lines of a test: `given reserve(_) fails "sold out"`
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Run a test of the program, with what it gives, and show what happens
    #[arg(long, value_name = "NAME", conflicts_with_all = ["plan", "set", "input", "scenario", "given", "answer", "fail", "refuse", "choose", "crash", "event", "operator"])]
    pub test: Option<String>,
    /// What is answered, as behind `given` in a test: `'reserve(_) fails "sold out"'`
    #[arg(long, value_name = "LINE")]
    given: Vec<String>,
    /// What a call gives, or the probe, step or task at an address
    #[arg(long, value_name = "CALL=VALUE | ADDRESS=VALUE")]
    answer: Vec<String>,
    /// A step or probe fails
    #[arg(long, value_name = "ADDRESS[=WHY]")]
    fail: Vec<String>,
    /// A person says no to an approval or a task
    #[arg(long, value_name = "ADDRESS[=WHY]")]
    refuse: Vec<String>,
    /// A decision goes this way
    #[arg(long, value_name = "ADDRESS=OPTION")]
    choose: Vec<String>,
    /// The process dies before, during or after it
    #[arg(long, value_name = "ADDRESS:before|during|after")]
    crash: Vec<String>,
    /// An event arrives: `'Paid { id: "o-1" } after 2d'`
    #[arg(long, value_name = "EVENT after TIME")]
    event: Vec<String>,
    /// An operator speaks: `'pause after 3d'`
    #[arg(long, value_name = "WORD after TIME")]
    operator: Vec<String>,
}

/// A program and its files.
pub struct Compiled {
    /// The program.
    pub program: Arc<Program>,
    /// Its files.
    pub sources: Sources,
}

/// The program as it is written.
pub fn program(file: &Path, terminal: &Terminal) -> Result<Compiled, Failure> {
    let (program, sources, _) = compile::checked(file, "was not simulated", terminal)?;
    Ok(Compiled { program, sources })
}

/// The test that was made of what is given.
pub fn test(program: &Program) -> Result<&Test, Failure> {
    let found = program.tests.iter().rev().find(|test| test.name == NAME);
    found.ok_or_else(|| Failure::usage("what is given makes no test"))
}

/// The plan that a test runs.
pub fn plan_of<'p>(program: &'p Program, test: &Test) -> Result<&'p Plan, Failure> {
    let run = test.plan();
    run.and_then(|plan| program.plans.get(plan.index()))
        .ok_or_else(|| Failure::usage(format!("the test \"{}\" runs no plan", test.name)))
}

impl Scenario {
    /// The program with a test behind it that gives what is given and runs a plan.
    pub fn with(
        &self,
        file: &Path,
        program: &Program,
        plan: &Plan,
        inputs: &Map<String, Json>,
    ) -> Result<Compiled, Failure> {
        let call = format!("run {}({})", plan.name, arguments(plan, program, inputs).join(", "));
        compiled(file, &[(NAME.to_owned(), [self.lines()?, vec![call]].concat())])
    }

    /// The statements of the test, in its own language.
    fn lines(&self) -> Result<Vec<String>, Failure> {
        let mut lines = given(self.scenario.as_deref(), &self.given)?;
        for answer in &self.answer {
            let (asked, value) = parted(answer, '=', "--answer", "CALL=VALUE")?;
            let asked = if asked.contains('(') { asked.to_owned() } else { quoted(asked) };
            lines.push(format!("given {asked} returns {value}"));
        }
        lines.extend(self.fail.iter().map(|said| with_reason(said, "fails")));
        lines.extend(self.refuse.iter().map(|said| with_reason(said, "refused")));
        for choice in &self.choose {
            let (address, option) = parted(choice, '=', "--choose", "ADDRESS=OPTION")?;
            lines.push(format!("given {} chooses {option}", quoted(address)));
        }
        for crash in &self.crash {
            let (address, time) = parted(crash, ':', "--crash", "ADDRESS:before|during|after")?;
            if !["before", "during", "after"].contains(&time) {
                return Err(Failure::usage(format!("`--crash {crash}`: it dies `before`, `during` or `after`")));
            }
            lines.push(format!("given {} crashes {time}", quoted(address)));
        }
        lines.extend(self.event.iter().map(|event| format!("given {event}")));
        lines.extend(self.operator.iter().map(|word| format!("given operator {word}")));
        Ok(lines)
    }
}

/// What a file with lines of a test says, and what stands behind `given` in others.
pub fn given(scenario: Option<&Path>, given: &[String]) -> Result<Vec<String>, Failure> {
    let mut lines: Vec<String> = scenario.into_iter().map(files::read_named).collect::<Result<_, _>>()?;
    lines.extend(given.iter().map(|line| format!("given {}", line.trim().trim_start_matches("given "))));
    Ok(lines)
}

/// The program of a file with these tests behind it, each with its name and its lines.
pub fn compiled(file: &Path, tests: &[(String, Vec<String>)]) -> Result<Compiled, Failure> {
    let mut texts = Texts::default();
    let written = texts.root(file)?;
    let (name, begins) = (compile::name(file), written.len());
    let mut text = written.to_string();
    for (name, lines) in tests {
        // Writing into a text never fails.
        let _ = write!(text, "\n\ntest {} {{\n{}\n}}\n", quoted(name), lines.join("\n"));
    }
    texts.change(&name, text);
    let checked = compile::from_texts(file, &texts, &project::of(file)?.levels)?;
    let errors = checked.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let given: Vec<&Diagnostic> = errors.filter(|diagnostic| diagnostic.span().start as usize >= begins).collect();
    match (checked.program, given.as_slice()) {
        (Some(program), []) => Ok(Compiled { program: Arc::new(program), sources: checked.sources }),
        (_, given) => Err(mistaken(&checked.sources, given)),
    }
}

/// The arguments of a plan as they would be written.
pub fn arguments(plan: &Plan, program: &Program, inputs: &Map<String, Json>) -> Vec<String> {
    let known = Beginning::of(program, plan);
    let params = known.inputs().into_iter().filter(|input| plan.params.iter().any(|param| param.name == *input.name));
    let value = |input: &crate::machine::Input<'_>| {
        let value = from_json(input.ty, inputs.get(input.name.as_str())?).ok()?;
        Some(format!("{}: {}", input.name, Nested(&value)))
    };
    params.filter_map(|input| value(&input)).collect()
}

/// What stands before and behind the last such sign that is outside of quotes and brackets.
fn parted<'t>(text: &'t str, sign: char, flag: &str, shape: &str) -> Result<(&'t str, &'t str), Failure> {
    let (mut depth, mut in_text, mut found) = (0_i32, false, None);
    for (at, c) in text.char_indices() {
        match c {
            '"' => in_text = !in_text,
            '(' | '[' | '{' if !in_text => depth += 1,
            ')' | ']' | '}' if !in_text => depth -= 1,
            c if c == sign && !in_text && depth == 0 && found.is_none() => found = Some(at),
            _ => {}
        }
    }
    let parts = found.map(|at| (text[..at].trim(), text[at + sign.len_utf8()..].trim()));
    parts.ok_or_else(|| Failure::usage(format!("`{flag} {text}` says no {shape}")))
}

/// `given "hold" fails "sold out"`
fn with_reason(said: &str, how: &str) -> String {
    match said.split_once('=') {
        Some((address, why)) => format!("given {} {how} {}", quoted(address.trim()), quoted(why.trim())),
        None => format!("given {} {how}", quoted(said.trim())),
    }
}

/// A text of the language.
fn quoted(text: &str) -> String {
    Nested(&crate::ir::Value::text(text)).to_string()
}

/// Mistakes in what is given.
fn mistaken(sources: &Sources, mistakes: &[&Diagnostic]) -> Failure {
    let shown = |diagnostic: &&Diagnostic| {
        let line = line_at(sources, diagnostic);
        format!("{}: `{}`", diagnostic.message, one_line(&line))
    };
    let first = mistakes.first().map_or_else(|| "it makes no program".to_owned(), shown);
    let failure =
        Failure { exit: Exit::Usage, message: format!("what is given can't be used: {first}"), help: Vec::new() };
    let failure = mistakes
        .first()
        .and_then(|first| first.help.as_ref())
        .into_iter()
        .fold(failure, |failure, help| failure.help(help.clone()));
    mistakes.iter().skip(1).map(shown).fold(failure, Failure::help)
}

/// The line that a mistake is in.
fn line_at(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let span = diagnostic.span();
    let text = sources.get(span.file).text();
    let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    text[start..].lines().next().unwrap_or_default().to_owned()
}
