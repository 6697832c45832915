//! `orch plan --live`: asks the world what the plan would ask before it does anything. Only looks are made, never an
//! action; what gives no answer stays unknown.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use smol_str::SmolStr;
use tokio::{runtime::Builder, time::Instant};

use crate::{
    cli::{exit::Exit, failure::Failure, moment::duration, terminal::Terminal},
    evaluate::{Answers, Constants, Evaluator, Locals, Needed, Stop},
    ir::{Address, Expr, Implementation, LocalId, PlanId, Program, Request, Tries, Type, Value},
    machine::{EffectId, Outcome, Perform, Purpose},
    plan::{Ask, Given, Outline, Patience},
    run::{
        effects::{Effects, LocalEffects, Site},
        store::KeptSource,
    },
    source::Sources,
};

/// How long a look may take that does not say so itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than anybody waits, and no overflow of the clock.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

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
    let mut world = Looks { program, constants: Constants::new(program), effects, number: 0, until: Vec::new() };
    for _ in 0..ROUNDS {
        let outline = Outline::of(program, sources, plan, given);
        let Some(Ask { call, address, patience }) = outline.looks.into_iter().next() else { break };
        terminal.note(format_args!("  ◷ {}", call.summary(program)));
        let answer = runtime.block_on(world.tried(&call, &address, patience, 0));
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

fn nanoseconds(length: i64) -> Duration {
    Duration::from_nanos(u64::try_from(length).unwrap_or(0))
}

/// How deep probes may ask others.
const DEPTH: usize = 32;

struct Looks<'p> {
    program: &'p Program,
    constants: Constants,
    effects: Arc<LocalEffects>,
    number: u64,
    /// When the tries that go on are over, those inside others behind them, and how long each may take.
    until: Vec<(Instant, Duration)>,
}

impl Looks<'_> {
    /// The answer to a look, which is tried as often and as long as what asks and its probe say.
    fn tried<'a>(
        &'a mut self,
        call: &'a Needed,
        address: &'a Address,
        own: Patience,
        depth: usize,
    ) -> Pin<Box<dyn Future<Output = Result<Value, SmolStr>> + 'a>> {
        Box::pin(async move {
            let declared = self.declared(call);
            let retries = own.retries.or(declared.retries).unwrap_or(0);
            let (mut pause, longest) =
                own.pauses.or(declared.pauses).unwrap_or((Tries::FIRST_PAUSE, Tries::LONGEST_PAUSE));
            let patience = match own.timeout.or(declared.timeout) {
                Some(timeout) => nanoseconds(timeout),
                None if depth == 0 => PATIENCE,
                // What asks for it has its own time.
                None => Duration::MAX,
            };
            for _ in 0..retries {
                match self.one_try(call, address, patience, depth).await {
                    Ok(value) => return Ok(value),
                    Err(_) => tokio::time::sleep(nanoseconds(pause)).await,
                }
                pause = pause.saturating_mul(2).min(longest);
            }
            let answer = self.one_try(call, address, patience, depth).await;
            answer.map_err(|why| {
                if retries > 0 { format!("{why}, at the last of {} tries", retries + 1).into() } else { why }
            })
        })
    }

    async fn one_try(
        &mut self,
        call: &Needed,
        address: &Address,
        patience: Duration,
        depth: usize,
    ) -> Result<Value, SmolStr> {
        let now = Instant::now();
        self.until.push((now.checked_add(patience).unwrap_or(now + FOR_EVER), patience));
        let answer = self.answer(call, address, depth).await;
        self.until.pop();
        answer
    }

    /// What the probe says that is asked.
    fn declared(&self, call: &Needed) -> Patience {
        let Needed::Look { probe, arguments } = call else { return Patience::default() };
        let tries = &self.program.probes[probe.index()].tries;
        let number = |expr: &Expr| {
            let mut names = Locals::new();
            (0..).zip(arguments).for_each(|(at, argument)| names.set(LocalId(at), argument.clone()));
            match Evaluator::new(self.program, &self.constants).evaluate(expr, &names, &Answers::new()) {
                Ok(Value::Int(number) | Value::Duration(number)) => Some(number),
                Ok(_) | Err(_) => None,
            }
        };
        let retries = tries.retry.as_deref().and_then(number);
        let pauses = match &tries.backoff {
            Some((first, longest)) => number(first).map(|first| {
                let longest = longest.as_deref().and_then(number).unwrap_or(Tries::LONGEST_PAUSE);
                (first, longest.max(first))
            }),
            None => None,
        };
        Patience { retries, pauses, timeout: tries.timeout.as_deref().and_then(number) }
    }

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
                                let answer = self.tried(&inner, address, Patience::default(), depth + 1).await;
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
        let (until, patience) = self.until.iter().min().copied().unwrap_or((Instant::now() + PATIENCE, PATIENCE));
        let outcome = match tokio::time::timeout_at(until, &mut looking).await {
            Ok(outcome) => outcome,
            Err(_) => {
                self.effects.stop(effect);
                let _ = looking.await;
                return Err(SmolStr::from(format!("no answer within {}", duration(patience.as_nanos() as i64))));
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
