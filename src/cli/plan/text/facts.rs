//! What is to be known of a plan and its parts beside what they do, in a few words each.

use crate::cli::plan::sentence::length;
use crate::{
    cli::terminal::text::one_line,
    ir::Risk,
    plan::{
        Capability, Takes,
        outline::{Input, Part, Taken, Way},
        summary::{Count, Summary},
    },
};

/// `3d..5d..8d`
pub fn takes(takes: Takes) -> String {
    let Takes { shortest, likely, longest } = takes;
    if takes.is_exact() {
        length(likely)
    } else if Takes::of(&[shortest, longest]) == Some(takes) {
        format!("{}..{}", length(shortest), length(longest))
    } else {
        format!("{}..{}..{}", length(shortest), length(likely), length(longest))
    }
}

/// What is to be known of a way: how long it takes, how much is at stake, and whether it is taken.
pub(super) fn way_facts(way: &Way) -> Vec<String> {
    let said = way.takes.map(takes);
    let risk = way.risk.map(|risk| format!("{} risk", risk.as_str()));
    let not = (way.taken == Taken::No).then(|| "not taken".to_owned());
    let yes = (way.taken == Taken::Yes).then(|| "taken".to_owned());
    said.into_iter().chain(risk).chain(not).chain(yes).collect()
}

/// `team 12 (its default)`
pub fn input(input: &Input) -> String {
    match &input.value {
        Some(value) if input.is_default => format!("{} {} (its default)", input.name, one_line(value)),
        Some(value) => format!("{} {}", input.name, one_line(value)),
        None => format!("{} is not given ({})", input.name, input.ty),
    }
}

/// `exec ./ops`
pub fn capability(capability: &Capability) -> String {
    let names: Vec<&str> = capability.names.iter().map(|name| name.as_str()).collect();
    format!("{} {}", capability.word, names.join(", ")).trim_end().to_owned()
}

/// What a phase waits for, and beside which it goes on.
pub(super) fn order(group: &Part, phase: &Part) -> Vec<String> {
    let phases: Vec<&Part> = group.inside().collect();
    let after = phase.after();
    let own = phases.iter().position(|other| other.id == phase.id).unwrap_or(0);
    let follows = own.checked_sub(1).is_none_or(|before| after == [before]);
    if phases.len() < 2 || follows && !after.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = after.iter().map(|before| phases[*before].name.as_str()).collect();
    match names.as_slice() {
        [] if own == 0 => Vec::new(),
        [] => vec!["at the start".to_owned()],
        names => vec![format!("after {}", names.join(", "))],
    }
}

/// How long it takes and how much is at stake.
pub(super) fn estimates(part: &Part) -> Vec<String> {
    let risk = part.risk.map(|risk: Risk| format!("{} risk", risk.as_str()));
    part.takes.map(takes).into_iter().chain(risk).collect()
}

/// Facts in one line.
pub(super) fn joined(facts: &[String]) -> String {
    facts.join(" · ")
}

/// What a plan comes to.
pub fn summary_line(summary: &Summary) -> String {
    let Summary {
        phases,
        undoable_phases,
        steps,
        commits,
        approvals,
        tasks,
        open_decisions,
        irreversible,
        without_way_back,
    } = summary;
    let mut said = vec![counted(*steps, "step")];
    if *phases > 0 {
        said.push(format!("{undoable_phases} of {phases} phases can be undone"));
    }
    said.push(counted(*commits, "commit"));
    said.push(counted(*approvals, "approval"));
    if tasks.most != Some(0) {
        said.push(format!("{} of people", counted(*tasks, "task")));
    }
    if *open_decisions > 0 {
        said.push(format!("{} open", counted(Count::exactly(*open_decisions), "decision")));
    }
    said.push(format!("{} that can't be undone", counted(*irreversible, "step")));
    said.push(format!("{} without a way back", counted(*without_way_back, "step")));
    format!("Plan: {}", said.join(", "))
}

/// `3 steps`, `1 to 3 steps`, `1 or more steps`
pub fn counted(count: Count, one: &str) -> String {
    let things = |number: usize| if number == 1 { one.to_owned() } else { format!("{one}s") };
    let least = count.least;
    match count.most {
        Some(most) if most == least => format!("{least} {}", things(least)),
        Some(most) => format!("{least} to {most} {}", things(most)),
        None => format!("{least} or more {}", things(2)),
    }
}
