//! A simulated run as one JSON document.

use serde_json::{Value as Json, json};

use super::{Simulated, page::began};
use crate::{
    ir::{Address, Value},
    machine::{Status, Word},
    run::Standing,
    simulate::{Asks, Halt, Simulation, World},
};

/// `{ "plan": .., "ending": "completed", "duration": "2d", "journal": [ .. ], .. }`
pub(super) fn document<W: World>(run: &Simulated<'_>, simulation: &Simulation<W>) -> Json {
    let machine = simulation.machine();
    let status = machine.status();
    let value = if let Status::Ended(_, value) = &status { value.clone() } else { Json::Null };
    let ended = simulation.records().last().map_or(began(simulation), |record| record.at);
    let made_up = run.answers_made_up.iter().filter_map(|number| simulation.asked().get(*number as usize));
    let made_up: Vec<Json> = made_up
        .map(|asked| {
            let call = match &asked.question.asks {
                Asks::Effect(effect) => effect.call.summary(run.program).unwrap_or_else(|| effect.request.summary()),
                Asks::Person(person) => person.text.to_string(),
            };
            json!({ "address": asked.question.address.to_string(), "asked": call })
        })
        .collect();
    json!({
        "version": 1,
        "plan": run.plan.name,
        "inputs": run.inputs,
        "ending": Standing::from(&status).as_str(),
        "stopped": (run.halt == Halt::Stopped).then(|| simulation.stopped().map(ToString::to_string)),
        "duration": Value::Duration(ended.since(began(simulation))).to_string(),
        "value": value,
        "failure": machine.failure().map(|(address, reason)| json!({ "address": address.to_string(), "reason": reason })),
        "owed": machine.owed(),
        "made_up": { "inputs": run.inputs_made_up, "answers": made_up },
        "unused": run.unused,
        "journal": simulation.records(),
    })
}

/// What a word answers that is asked of a person.
pub(super) fn answers(word: &Word) -> Option<&Address> {
    match word {
        Word::Done { address, .. }
        | Word::Approve { address, .. }
        | Word::Refuse { address }
        | Word::Choose { address, .. } => Some(address),
        Word::Settle { .. }
        | Word::Retry { .. }
        | Word::Cancel
        | Word::Kill
        | Word::Waive { .. }
        | Word::Event { .. }
        | Word::Pause
        | Word::Resume
        | Word::Promote { .. }
        | Word::Abort { .. } => None,
    }
}
