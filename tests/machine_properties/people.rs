//! A run that goes on, and the person who answers it at once, truthfully, and tries again.

use orch::machine::{Asking, Event, Settlement, Status, Wait, WaitOn, Word};
use serde_json::json;

use super::support::World;

/// Goes on until the end.
pub fn resolve(world: &mut World) {
    resolve_telling(world, |_| {});
}

/// The same, and tells how it stands after each thing that happened.
pub fn resolve_telling(world: &mut World, mut tell: impl FnMut(&World)) {
    for _ in 0..100_000 {
        let has_ended = matches!(world.status(), Status::Ended(..));
        let went_on = !has_ended && person_answers(world) || world.one();
        assert!(went_on || has_ended, "it hangs: {:?} {:#?}", world.status(), world.machine.waits());
        if !went_on {
            return;
        }
        tell(world);
    }
    panic!("it does not end: {:#?}", world.machine.waits());
}

/// One thing that a person is asked for is answered; whether there was one.
fn person_answers(world: &mut World) -> bool {
    let word = world.machine.waits().iter().find_map(|wait| answer_to(world, wait));
    let Some(word) = word else { return false };
    world.event(Event::Operator { word, who: "test".into(), why: None });
    true
}

fn answer_to(world: &World, wait: &Wait) -> Option<Word> {
    let address = wait.address.clone();
    let value = |expects: &str| if expects.is_empty() { json!(null) } else { json!("settled") };
    Some(match &wait.on {
        WaitOn::Settlement { expects, .. } => {
            let done = world.knows(&format!("test/{}", address.as_str()));
            let verdict = if done { Settlement::Done(value(expects)) } else { Settlement::NotDone };
            Word::Settle { address, verdict }
        }
        WaitOn::Compensation { .. } | WaitOn::Measure { .. } => Word::Retry { address: Some(address) },
        WaitOn::Person { asking: Asking::Task, expects, .. } => Word::Done { address, value: value(expects) },
        WaitOn::Person { asking: Asking::Approval, .. } => Word::Approve { address, digest: None },
        WaitOn::Person { asking: Asking::Decision, options, .. } => {
            Word::Choose { address, option: options.first()?.0.clone() }
        }
        WaitOn::Paused { .. } => Word::Resume,
        WaitOn::Effect { .. }
        | WaitOn::Time { .. }
        | WaitOn::Backoff { .. }
        | WaitOn::Hold { .. }
        | WaitOn::Event { .. } => return None,
    })
}

/// Runs until there are so many records, or it ends.
pub fn run_to(world: &mut World, records: usize) {
    while world.records.len() < records && (person_answers(world) || world.one()) {}
}
