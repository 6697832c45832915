//! What is said of a plan that is explored: what is given, and what must hold, both in the words of a test.

use std::{path::Path, sync::Arc};

use serde_json::{Map, Value as Json};

use crate::{
    cli::{
        failure::Failure,
        simulate::scenario::{Compiled, arguments, compiled},
    },
    explore::{Stated, Terms, When},
    ir::{
        Program, Test,
        test::{AnswerKind, TestStatementKind},
    },
    simulate::{Completed, test::Suite},
    source::Sources,
};

/// What the test is called that is made of what is given.
const GIVEN: &str = "what is given on the command line";

/// Something that must hold.
pub(super) struct Property {
    /// As it was said: `never "hold" in undone`.
    pub text: String,
    /// When it must.
    pub when: When,
    /// As a test says it: `expect not ("hold" in undone)`.
    pub expectation: String,
}

/// All that is said of a plan.
pub(super) struct Said {
    /// What must hold.
    pub properties: Vec<Property>,
    /// What is given: lines of a test.
    pub given: Vec<String>,
}

/// A program with what is said of a plan of it.
pub(super) struct Read {
    /// The program.
    pub program: Arc<Program>,
    /// Its texts.
    pub sources: Sources,
    /// On which terms the plan is explored.
    pub terms: Terms,
}

impl Said {
    /// The program of a file with tests behind it that say all this of a plan, and what they say; as it was `read` where
    /// nothing is said. What is not given is made up from a seed.
    ///
    /// # Errors
    /// What is said is no line of a test, or nothing that can be given here.
    pub(super) fn read(
        self,
        file: &Path,
        read: Read,
        plan: &str,
        inputs: &Map<String, Json>,
        seed: u64,
    ) -> Result<Read, Failure> {
        if self.properties.is_empty() && self.given.is_empty() {
            return Ok(read);
        }
        let called = read.program.plans.iter().find(|known| known.name == plan);
        let arguments = called.map(|called| arguments(called, &read.program, inputs)).unwrap_or_default();
        let call = format!("run {plan}({})", arguments.join(", "));
        let given = (!self.given.is_empty()).then(|| (GIVEN.to_owned(), [self.given, vec![call.clone()]].concat()));
        let count = usize::from(given.is_some()) + self.properties.len();
        let stated = self.properties.iter();
        let stated = stated.map(|property| (property.text.clone(), vec![call.clone(), property.expectation.clone()]));
        let tests: Vec<(String, Vec<String>)> = given.into_iter().chain(stated).collect();
        let Compiled { program, sources } = compiled(file, &tests)?;
        let suite = Suite::new(Arc::clone(&program));
        // They stand behind all others, in the order given.
        let all: Vec<&Test> = suite.tests().collect();
        let own = &all[all.len().saturating_sub(count)..];
        let (given, stated) = own.split_at(count - self.properties.len());
        let given = given.first().map(|test| scripted(&suite, test, &sources, (&program, plan, seed))).transpose()?;
        let stated = self.properties.into_iter().zip(stated).map(|(Property { text, when, .. }, test)| {
            let property = suite.property(test);
            let property = property.map_err(|_| Failure::usage(format!("`{text}` can't be computed")))?;
            Ok(Stated { text, when, property })
        });
        let terms = Terms { stated: stated.collect::<Result<Vec<_>, Failure>>()?, given };
        Ok(Read { program, sources, terms })
    }
}

/// The world of a test that only answers: what happens beside that, is tried.
fn scripted(
    suite: &Suite,
    test: &Test,
    sources: &Sources,
    (program, plan, seed): (&Arc<Program>, &str, u64),
) -> Result<Completed, Failure> {
    for statement in &test.statements {
        if let Some(why) = tried(&statement.kind) {
            let line = sources.text(statement.span).split_whitespace().collect::<Vec<_>>().join(" ");
            return Err(Failure::usage(format!("`{line}` can't be given here: {why}"))
                .help("`orch simulate` shows the one run in which it happens"));
        }
    }
    let given = suite.scripted(test).map_err(|_| Failure::usage("what is given can't be computed"))?;
    Ok(Completed::new(given, seed, Arc::clone(program), plan))
}

/// Why a statement says nothing that can be given: it is tried anyway, at every place.
fn tried(statement: &TestStatementKind) -> Option<&'static str> {
    match statement {
        TestStatementKind::GivenEvent { .. } => {
            Some("that an event comes is tried wherever one is waited for or handled")
        }
        TestStatementKind::GivenOperator { .. } => {
            Some("that an operator cancels is tried at every place, and no other word")
        }
        TestStatementKind::Given(_, answers) => {
            let crashes = answers.iter().any(|answer| matches!(answer.kind, AnswerKind::Crashes(_)));
            crashes.then_some("that orch dies is tried at every place")
        }
        TestStatementKind::Let(..)
        | TestStatementKind::Run { .. }
        | TestStatementKind::ExpectCalled(..)
        | TestStatementKind::ExpectNever(_)
        | TestStatementKind::Expect(_) => None,
    }
}
