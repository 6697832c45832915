//! Options that a preview is to go by: `--choose strategy=one_pass`.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::{
    cli::failure::Failure,
    diagnostic::suggest::nearest,
    plan::{
        Given, Outline,
        outline::{Kind, Part, Taken},
    },
};

/// What was typed.
pub fn typed(choices: &[String]) -> Result<BTreeMap<SmolStr, SmolStr>, Failure> {
    let mut chosen = BTreeMap::new();
    for choice in choices {
        let Some((decision, option)) = choice.split_once('=') else {
            let message = format!("`--choose {choice}` names no option");
            return Err(Failure::usage(message).help("write `--choose decision=option`"));
        };
        chosen.insert(SmolStr::new(decision.trim()), SmolStr::new(option.trim()));
    }
    Ok(chosen)
}

/// Refuses an option or a decision that is not there, and one that is decided already.
pub fn are_there(outline: &Outline, given: &Given) -> Result<(), Failure> {
    let all = outline.all();
    let decisions: Vec<&Part> = all.iter().copied().filter(|part| matches!(part.kind, Kind::Decide { .. })).collect();
    for (decision, option) in &given.chosen {
        let named = |part: &&&Part| part.address.to_string() == decision.as_str() || part.name == *decision;
        let Some(part) = decisions.iter().find(named) else {
            return Err(no_decision(decision, &decisions));
        };
        let Some(way) = part.ways.iter().find(|way| way.name == *option) else {
            return Err(no_option(part, option));
        };
        if way.taken != Taken::Yes {
            let decided = part.ways.iter().find(|way| way.taken == Taken::Yes);
            let decided = decided.map_or_else(String::new, |way| format!(": `{}` is taken", way.name));
            return Err(Failure::usage(format!("what is known decides `{decision}`{decided}")));
        }
    }
    Ok(())
}

fn no_decision(name: &str, decisions: &[&Part]) -> Failure {
    let failure = Failure::usage(format!("there is no decision `{name}` in this plan"));
    let names: Vec<&str> = decisions.iter().map(|part| part.name.as_str()).collect();
    match nearest(name, names.iter().copied()) {
        Some(close) => failure.help(format!("did you mean `{close}`?")),
        None if names.is_empty() => failure.help("it has no decisions"),
        None => failure.help(format!("its decisions: {}", names.join(", "))),
    }
}

fn no_option(part: &Part, option: &str) -> Failure {
    let failure = Failure::usage(format!("`{}` has no option `{option}`", part.name));
    let names: Vec<&str> = part.ways.iter().map(|way| way.name.as_str()).collect();
    match nearest(option, names.iter().copied()) {
        Some(close) => failure.help(format!("did you mean `{close}`?")),
        None => failure.help(format!("its options: {}", names.join(", "))),
    }
}
