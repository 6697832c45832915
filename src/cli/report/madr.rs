//! A decision as a record in the form of MADR 4: <https://adr.github.io/madr/>.

use super::{
    facts::{Considered, Decision, Facts},
    markdown::{code, line},
};
use crate::{
    cli::{
        moment::{day, duration, utc},
        story::State,
        terminal::text::readable,
    },
    machine::Kind,
};

/// How long the title in a file's name is at most.
const TITLE: usize = 60;

/// `0001-which-way.md`
pub fn file_name(number: usize, decision: &Decision) -> String {
    let title: String =
        decision.question.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<&str> = title.split('-').filter(|word| !word.is_empty()).collect();
    let title: String = words.join("-").chars().take(TITLE).collect();
    format!("{number:04}-{}.md", title.trim_end_matches('-'))
}

/// The whole record.
pub fn record(facts: &Facts, decision: &Decision) -> String {
    let info = &facts.info;
    let address = readable(decision.address.as_str());
    let mut text = format!("---\nstatus: accepted\ndate: {}\n{}---\n\n", day(decision.at), makers(decision));
    text.push_str(&format!("# {}\n\n## Context and Problem Statement\n\n", line(&decision.question)));
    text.push_str(&format!("The plan `{}` came to the decision `{address}` in its run `{}`.\n", info.plan, info.id));
    for goal in &facts.goals {
        text.push_str(&format!("Its goal: {}\n", line(goal)));
    }
    if !decision.evidence.is_empty() {
        text.push_str("\n## Decision Drivers\n\nWhat was known then:\n\n");
        decision.evidence.iter().for_each(|evidence| text.push_str(&format!("* {}\n", code(evidence))));
    }
    text.push_str("\n## Considered Options\n\n");
    decision.options.iter().for_each(|option| text.push_str(&format!("* {}\n", named(option))));
    text.push_str(&format!(
        "\n## Decision Outcome\n\nChosen option: \"{}\", because {}.\n",
        chosen(decision),
        because(decision)
    ));
    text.push_str(&consequences(facts, decision));
    text.push_str(&format!(
        "\n### Confirmation\n\nRecord {} of the journal of run `{}`, written {}: `orch journal {} {address}`.\n",
        decision.record,
        info.id,
        utc(decision.at),
        info.id
    ));
    text.push_str("\n## Pros and Cons of the Options\n");
    let asked = decision.asked_of.is_some();
    decision.options.iter().for_each(|option| text.push_str(&option_section(option, asked)));
    text
}

fn makers(decision: &Decision) -> String {
    match (&decision.chosen, &decision.asked_of) {
        (Some((who, _)), Some(asked)) => format!("decision-makers: {}\n", quoted(&format!("{who}, for {asked}"))),
        (Some((who, _)), None) => format!("decision-makers: {}\n", quoted(who)),
        (None, _) => "decision-makers: the plan, by rule\n".to_owned(),
    }
}

/// A text that YAML reads as one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(line(text)).to_string()
}

fn named(option: &Considered) -> String {
    match &option.title {
        Some(title) => format!("{}: {}", option.name, line(title)),
        None => option.name.clone(),
    }
}

fn chosen(decision: &Decision) -> String {
    let option = decision.options.iter().find(|option| option.name == decision.option);
    option.map_or_else(|| decision.option.clone(), named)
}

fn because(decision: &Decision) -> String {
    if let Some((who, why)) = &decision.chosen {
        let why = why.as_ref().map(|why| format!(": {}", line(why))).unwrap_or_default();
        return format!("{} chose it{why}", line(who));
    }
    let option = decision.options.iter().find(|option| option.name == decision.option);
    match option.and_then(|option| option.condition.as_ref()) {
        Some(condition) => format!("it is the first whose condition held: {}", code(condition)),
        None => "the condition of no other option held".to_owned(),
    }
}

/// What came of it: the parts that were done because this option was taken.
fn consequences(facts: &Facts, decision: &Decision) -> String {
    let inside = facts.story.parts.iter().filter(|(address, part)| {
        **address != decision.address
            && address.is_within(&decision.address)
            && !matches!(part.kind, None | Some(Kind::Compensation))
    });
    let lines: Vec<String> = inside
        .map(|(address, part)| {
            let state = match &part.state {
                State::Open => "goes on".to_owned(),
                State::Done => "was done".to_owned(),
                State::Failed(reason) | State::Tolerated(reason) => format!("failed: {}", line(reason)),
                State::InDoubt(reason) | State::Stuck(reason) => format!("waits for a person: {}", line(reason)),
                State::Undone => "was undone".to_owned(),
                State::Left => "was left".to_owned(),
                State::Skipped(by) => format!("did not hold, and was {}", line(by)),
            };
            format!("* {} {state}\n", code(&readable(address.as_str())))
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("\n### Consequences\n\n{}", lines.concat()) }
}

/// Where a rule decides, an option without a condition is what is left.
fn option_section(option: &Considered, asked: bool) -> String {
    let open = match &option.condition {
        Some(condition) => format!("* open when {}\n", code(condition)),
        None if asked => "* always open\n".to_owned(),
        None => "* open when no other is\n".to_owned(),
    };
    let takes = option.takes.map(|takes| format!("* takes about {}\n", duration(takes))).unwrap_or_default();
    let risk = option.risk.as_ref().map(|risk| format!("* risk: {}\n", line(risk))).unwrap_or_default();
    format!("\n### {}\n\n{open}{takes}{risk}", named(option))
}
