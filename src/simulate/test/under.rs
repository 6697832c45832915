//! Tests under every fault, and under every crash.

use std::{ops::ControlFlow, sync::Arc};

use super::{
    Failure, LIMIT, Report, Suite, failures,
    script::{Run, Script},
    scripted::Scripted,
};
use crate::{
    ir::{Test, test::Under},
    simulate::{Fault, Faulty, Point, Simulation, paths},
    source::Span,
};

/// How many faults come together in a run.
const TOGETHER: usize = 1;

impl Suite {
    /// Runs a test without a fault and then with each, and tells of the shortest run that breaks it.
    pub(super) fn under(&self, test: &Test, script: &Arc<Script>, run: &Run) -> Report {
        let plan = self.plan(run);
        let mut runs = 0;
        let mut without = None;
        let mut broken: Option<(Simulation<Faulty<Scripted>>, Vec<Failure>)> = None;
        // What is given for a fault is asked for only where that happens.
        let mut unused: Option<Vec<Span>> = None;
        let world = self.world(script);
        let _: ControlFlow<()> = paths(
            &world,
            |faulty| self.begun(script, run, None, faulty),
            (TOGETHER, LIMIT),
            |_: &Point, fault| is_tried(fault, run.under),
            |simulation, halt| {
                runs += 1;
                let not_here = simulation.world().inner().unused();
                match &mut unused {
                    None => unused = Some(not_here),
                    Some(unused) => unused.retain(|span| not_here.contains(span)),
                }
                let ran = (simulation.clone(), halt);
                self.coverage.undone_in(simulation, run.plan);
                let failures = failures(test, script, plan, &ran);
                let is_first = runs == 1;
                let (simulation, _) = ran;
                let length = simulation.records().len();
                let is_shorter = broken.as_ref().is_none_or(|(before, _)| length < before.records().len());
                match failures.is_empty() {
                    false if is_shorter => broken = Some((simulation, failures)),
                    true if is_first => without = Some(simulation),
                    true | false => {}
                }
                // What breaks without a fault needs none to be told.
                if is_first && broken.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        match (broken, without) {
            (Some((simulation, failures)), _) => Report::of(&simulation, failures, runs),
            (None, Some(simulation)) => {
                Report { unused: unused.unwrap_or_default(), ..Report::of(&simulation, Vec::new(), runs) }
            }
            (None, None) => Report::without_run(Vec::new()),
        }
    }
}

fn is_tried(fault: &Fault, under: Under) -> bool {
    match (fault, under) {
        (Fault::CrashBefore | Fault::CrashAfter, Under::EveryFault | Under::EveryCrash) => true,
        (Fault::Fails | Fault::LostDone | Fault::LostNotDone | Fault::Hangs, Under::EveryFault) => true,
        (Fault::Fails | Fault::LostDone | Fault::LostNotDone | Fault::Hangs, Under::EveryCrash) => false,
        (Fault::Chooses(_), _) | (_, Under::Nothing) => false,
    }
}
