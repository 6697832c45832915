//! `orch plan --live`: asks the world what the plan would ask before it does anything. Only looks are made, never an
//! action; what gives no answer stays unknown.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use smol_str::SmolStr;
use tokio::runtime::Builder;

use crate::{
    cli::{exit::Exit, failure::Failure, terminal::Terminal},
    evaluate::{Answers, Constants, Evaluator, Needed, Stop},
    ir::{Address, Implementation, PlanId, Program, Request, Type, Value},
    machine::{EffectId, Outcome, Perform, Purpose},
    plan::{Ask, Given, Outline},
    run::{
        effects::{Effects, LocalEffects, Site},
        store::KeptSource,
    },
    source::Sources,
};

/// How long a look may take that does not say so itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many rounds of looks there are at most: each may lead to more.
const ROUNDS: usize = 100;

/// Makes every look that a plan could make before it does anything, and knows what was answered.
pub fn ask(
    program: &Program,
    sources: &Sources,
    kept: &[KeptSource],
    plan: PlanId,
    given: &mut Given,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| unusable(&error))?;
    let marks = std::env::temp_dir().join(format!("orch-plan-{}", std::process::id()));
    std::fs::create_dir_all(&marks).map_err(|error| unusable(&error))?;
    let effects = Arc::new(LocalEffects::new(Site::new(program, kept), marks.clone()));
    let mut world = Looks { program, constants: Constants::new(program), effects, number: 0 };
    for _ in 0..ROUNDS {
        let outline = Outline::of(program, sources, plan, given);
        let Some(Ask { call, address }) = outline.looks.into_iter().next() else { break };
        terminal.note(format_args!("  ◷ {}", call.summary(program)));
        let answer = runtime.block_on(world.answer(&call, &address, 0));
        if let Err(why) = &answer {
            terminal.note(format_args!("  ? {}: {why}", call.summary(program)));
        }
        given.answers.add(call, answer.map_err(String::from));
    }
    // What children left there is of no use any more.
    let _ = std::fs::remove_dir_all(&marks);
    Ok(())
}

fn unusable(error: &std::io::Error) -> Failure {
    Failure { exit: Exit::Store, message: format!("nothing can be looked at: {error}"), help: Vec::new() }
}

/// How deep probes may ask others.
const DEPTH: usize = 32;

struct Looks<'p> {
    program: &'p Program,
    constants: Constants,
    effects: Arc<LocalEffects>,
    number: u64,
}

impl Looks<'_> {
    /// The answer to a look, by way of those that it makes itself.
    fn answer<'a>(
        &'a mut self,
        call: &'a Needed,
        address: &'a Address,
        depth: usize,
    ) -> Pin<Box<dyn Future<Output = Result<Value, SmolStr>> + 'a>> {
        Box::pin(async move {
            match call {
                Needed::Effect { request, expects, span: _ } => self.effect(request, expects, address).await,
                Needed::Look { probe, arguments } => {
                    let probe = &self.program.probes[probe.index()];
                    let Implementation::Body(body) = &probe.body else {
                        return Err("only the program that embeds orch can answer it".into());
                    };
                    if depth >= DEPTH {
                        return Err("it asks too deep".into());
                    }
                    let mut answers = Answers::new();
                    loop {
                        let step = Evaluator::new(self.program, &self.constants).body(body, arguments, &[], &answers);
                        match step {
                            Ok(value) => return Ok(value),
                            Err(Stop::Needs(inner)) => {
                                let answer = self.answer(&inner, address, depth + 1).await;
                                answers.add(*inner, answer.map_err(String::from));
                            }
                            Err(Stop::NoAnswer { message, .. }) => return Err(message.into()),
                            Err(Stop::Fault(fault)) => return Err(SmolStr::from(fault.to_string())),
                        }
                    }
                }
            }
        })
    }

    /// One look at the world.
    async fn effect(&mut self, request: &Request, expects: &Type, address: &Address) -> Result<Value, SmolStr> {
        if matches!(request, Request::Timeline) {
            return Err("there is no run whose time it could tell".into());
        }
        self.number += 1;
        let effect = EffectId(self.number);
        let perform = Perform {
            effect,
            address: address.clone(),
            purpose: Purpose::Look,
            key: None,
            request: Arc::new(request.clone()),
            wants_output: true,
        };
        let looking = Arc::clone(&self.effects).perform(perform);
        tokio::pin!(looking);
        let outcome = match tokio::time::timeout(PATIENCE, &mut looking).await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.effects.stop(effect);
                let _ = looking.await;
                return Err(SmolStr::from(format!("no answer within {} s", PATIENCE.as_secs())));
            }
        };
        match outcome {
            Outcome::Ok { output, printed: _ } => {
                request.decode(expects, &output).map_err(|mismatch| SmolStr::from(mismatch.to_string()))
            }
            Outcome::Failed { reason, .. } | Outcome::Unknown { reason, .. } => Err(reason.into()),
        }
    }
}
