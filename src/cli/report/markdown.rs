//! A report as Markdown.

use super::facts::{Asked, Facts};
use crate::{
    cli::{
        moment::{duration, utc},
        story::{Part, State},
        terminal::text::{harmless, readable},
    },
    ir::Address,
    machine::{Asking, Ending, Kind, Purpose, Timestamp, Verdict, WaitOn},
};

/// A table: its heads, and its rows.
struct Table {
    heads: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// The whole report.
pub fn report(facts: &Facts) -> String {
    let info = &facts.info;
    let mut text = format!("# {}: {}\n\n", info.plan, info.standing.as_str());
    for goal in &facts.goals {
        text.push_str(&format!("> {}\n\n", line(goal)));
    }
    text.push_str(&head(facts).drawn());
    section(&mut text, "What was done", &done(facts));
    section(&mut text, "Verified", &verified(facts));
    section(&mut text, "Decisions", &decisions(facts));
    section(&mut text, "People", &people(facts));
    section(&mut text, "Waits", &waited(facts));
    section(&mut text, "Incidents", &incidents(facts));
    section(&mut text, "Undone", &undone(facts));
    section(&mut text, "Owed", &owed(facts));
    section(&mut text, "What it waits for", &waits(facts));
    section(&mut text, "Would be undone if it failed now", &to_undo(facts));
    text
}

fn section(text: &mut String, title: &str, table: &Table) {
    if !table.rows.is_empty() {
        text.push_str(&format!("\n## {title}\n\n{}", table.drawn()));
    }
}

fn head(facts: &Facts) -> Table {
    let (info, story) = (&facts.info, &facts.story);
    let until = story.ended.as_ref().map_or(facts.last, |(_, _, at)| *at);
    let planned = facts.planned.get(&Address::root()).copied();
    let completed = matches!(story.ended, Some((Ending::Completed, ..)));
    let mut rows = vec![
        row(["run", &format!("`{}`, of `{}`", info.id, info.file)]),
        row(["began", &utc(story.started)]),
        row([if story.ended.is_some() { "ended" } else { "last entry" }, &utc(until)]),
        row([
            if story.ended.is_some() { "took" } else { "took until then" },
            &against(until.since(story.started), planned.filter(|_| completed)),
        ]),
    ];
    let mut add = |name: &str, value: String| rows.push(row([name, &value]));
    if !story.inputs.is_empty() {
        let inputs = story.inputs.iter().map(|(name, value)| format!("`{name}` = {}", code(&value.to_string())));
        add("given", inputs.collect::<Vec<_>>().join(", "));
    }
    if let Some((_, value, _)) = story.ended.as_ref().filter(|(_, value, _)| !value.is_null()) {
        add("gave", code(&value.to_string()));
    }
    if let Some((address, reason)) = &story.failure {
        let failed = if address.is_root() { String::new() } else { format!("{} failed: ", part_of(address)) };
        let place = story.place(address).map(|place| format!(" ({})", code(&place))).unwrap_or_default();
        add("why", format!("{failed}{}{place}", line(reason)));
    }
    if let Some((_, commit)) = &story.commit {
        add("last commit", line(commit));
    }
    if info.version > 1 {
        add("program", format!("version {} (`orch {}`)", info.version, info.orch));
    }
    Table { heads: &["", ""], rows }
}

/// Parts that do something; what only watches and asks has tables of its own.
fn done(facts: &Facts) -> Table {
    let does = |part: &Part| {
        part.kind.is_some_and(|kind| match kind {
            Kind::Phase
            | Kind::Step
            | Kind::BlockStep
            | Kind::Rollout
            | Kind::Stage
            | Kind::Plan
            | Kind::Branch
            | Kind::Item
            | Kind::Attempt
            | Kind::Commit
            | Kind::Handler
            | Kind::Probe => true,
            Kind::Gate
            | Kind::Require
            | Kind::Verify
            | Kind::Wait
            | Kind::Compensation
            | Kind::Decision
            | Kind::Task
            | Kind::Approval
            | Kind::Guard
            | Kind::WaitFor => false,
        })
    };
    let rows = facts.story.parts.iter().filter(|(_, part)| does(part)).map(|(address, part)| {
        // What was left or failed did not take as long as it takes.
        let planned = facts.planned.get(address).filter(|_| matches!(part.state, State::Done | State::Undone)).copied();
        let took = part.took().map(|took| against(took, planned)).unwrap_or_default();
        row([&part_of(address), &did(part), state(&part.state), &took])
    });
    Table { heads: &["part", "what", "state", "took"], rows: rows.collect() }
}

/// What was done for a part that did something itself, what a probe saw, or what a part is called.
fn did(part: &Part) -> String {
    let title = part.title.as_ref().map(|title| format!("**{}**", line(title)));
    let tries = part.tries.iter().filter(|tried| matches!(tried.purpose, Purpose::Do | Purpose::Undo)).count();
    let again = (tries > 1).then(|| format!("({tries} tries)"));
    let settled = part.settled.as_ref().map(|settled| line(&settled.to_string()));
    let saw = (part.kind == Some(Kind::Probe) && !part.value.is_null())
        .then(|| format!("gave {}", code(&part.value.to_string())));
    let call = part.last_try().map(|tried| code(&tried.told()));
    [title, call, again, saw, settled].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn verified(facts: &Facts) -> Table {
    let checks = |kind: Option<Kind>| matches!(kind, Some(Kind::Require | Kind::Verify | Kind::Gate | Kind::Guard));
    let rows = facts.story.parts.iter().filter(|(_, part)| checks(part.kind)).filter_map(|(address, part)| {
        let skipped = if let State::Skipped(by) = &part.state { format!(", {}", line(by)) } else { String::new() };
        let Some(looks) = part.looks.as_ref() else {
            return Some(row([&part_of(address), &format!("not known{skipped}"), "", "never"]))
                .filter(|_| !skipped.is_empty());
        };
        let last = match looks.last {
            Verdict::Pass => "holds",
            Verdict::Fail => "does not hold",
            Verdict::Unknown => "no answer",
        };
        let count = match (looks.count, looks.unknown) {
            (1, 0) => "once".to_owned(),
            (count, 0) => format!("{count} times"),
            (count, unknown) => format!("{count} times, {unknown} without answer"),
        };
        let last = format!("{last}{skipped}");
        Some(row([&part_of(address), &last, &line(&looks.answers.join(", ")), &count]))
    });
    Table { heads: &["condition", "at last", "what was seen", "looked"], rows: rows.collect() }
}

fn decisions(facts: &Facts) -> Table {
    let rows = facts.decisions.iter().map(|decision| {
        let by = match &decision.chosen {
            None => "by rule".to_owned(),
            Some((who, None)) => line(who),
            Some((who, Some(why))) => format!("{}: {}", line(who), line(why)),
        };
        let (question, option) = (line(&decision.question), format!("**{}**", line(&decision.option)));
        row([&part_of(&decision.address), &question, &option, &line(&decision.evidence.join(", ")), &by])
    });
    Table { heads: &["decision", "question", "chosen", "evidence", "by"], rows: rows.collect() }
}

fn people(facts: &Facts) -> Table {
    let rows = facts.asked.iter().map(|(address, asked)| {
        let Asked { asking, text, by, since, answer } = asked;
        let asking = match asking {
            Asking::Task => "task",
            Asking::Approval => "approval",
            Asking::Decision => "decision",
        };
        let (answered, because, waited) = match answer {
            None => ("nobody has answered".to_owned(), String::new(), String::new()),
            Some(answer) => {
                let answered = format!("**{}** by {}, {}", line(&answer.what), line(&answer.who), utc(answer.at));
                let because = answer.why.as_deref().map(line).unwrap_or_default();
                (answered, because, duration(answer.at.since(*since)))
            }
        };
        row([&part_of(address), asking, &line(text), &line(by), &answered, &because, &waited])
    });
    Table { heads: &["part", "", "what was asked", "of", "answer", "because", "waited"], rows: rows.collect() }
}

/// Waits for time and events; those for people are told with what these were asked.
fn waited(facts: &Facts) -> Table {
    let rows = facts.story.parts.iter().filter_map(|(address, part)| {
        let waited = part.took()?;
        let held = |(held, needed): (i64, i64)| {
            format!("a hold: {} of {} observed", duration(held.min(needed)), duration(needed))
        };
        let for_what = match part.kind? {
            Kind::Wait => "time, or a condition".to_owned(),
            Kind::WaitFor => "an event".to_owned(),
            Kind::Stage => {
                let skipped = part.skipped.as_ref().map(|skipped| format!(", {}", line(&skipped.to_string())));
                format!("{}{}", part.hold.map(held)?, skipped.unwrap_or_default())
            }
            Kind::Phase
            | Kind::Probe
            | Kind::Step
            | Kind::BlockStep
            | Kind::Item
            | Kind::Rollout
            | Kind::Gate
            | Kind::Require
            | Kind::Verify
            | Kind::Commit
            | Kind::Compensation
            | Kind::Plan
            | Kind::Decision
            | Kind::Branch
            | Kind::Attempt
            | Kind::Task
            | Kind::Approval
            | Kind::Guard
            | Kind::Handler => return None,
        };
        Some(row([&part_of(address), &for_what, &duration(waited)]))
    });
    Table { heads: &["part", "for", "waited"], rows: rows.collect() }
}

fn incidents(facts: &Facts) -> Table {
    let rows = facts.incidents.iter().map(|incident| {
        let what = match incident.times {
            1 => incident.what.to_owned(),
            times => format!("{}, {times} times", incident.what),
        };
        let address = if incident.address.is_root() { String::new() } else { part_of(&incident.address) };
        row([&utc(incident.at), &address, &what, &line(&incident.text)])
    });
    Table { heads: &["when", "part", "what", "why"], rows: rows.collect() }
}

fn undone(facts: &Facts) -> Table {
    let rows = facts.story.undone.iter().map(|address| {
        let way_back = facts.story.part(&address.undo());
        let how = way_back.map(did).unwrap_or_default();
        let took = way_back.and_then(Part::took).map(duration).unwrap_or_default();
        row([&part_of(address), &how, &took])
    });
    Table { heads: &["part", "how", "took"], rows: rows.collect() }
}

fn owed(facts: &Facts) -> Table {
    let rows = facts.story.owed.iter().map(|owed| {
        let undo = owed.undo.as_deref().map(code).unwrap_or_default();
        row([&part_of(&owed.address), &line(&owed.reason), &undo, &utc(owed.since)])
    });
    Table { heads: &["part", "why", "what would undo it", "since"], rows: rows.collect() }
}

fn waits(facts: &Facts) -> Table {
    if facts.story.ended.is_some() {
        return Table { heads: &[], rows: Vec::new() };
    }
    let until = |until: &Option<Timestamp>| until.map(|until| format!(", until {}", utc(until))).unwrap_or_default();
    let rows = facts.waits.iter().map(|wait| {
        let for_what = match &wait.on {
            WaitOn::Effect { summary, .. } => code(summary),
            WaitOn::Time { until } | WaitOn::Backoff { until, .. } => utc(*until),
            WaitOn::Hold { held, needed, .. } => format!("a hold, {} of {}", duration(*held), duration(*needed)),
            WaitOn::Person { text, by, until: at, .. } => format!("{}: {}{}", line(by), line(text), until(at)),
            WaitOn::Event { event, until: at } => format!("the event `{event}`{}", until(at)),
            WaitOn::Measure { reason }
            | WaitOn::Paused { reason }
            | WaitOn::Settlement { reason, .. }
            | WaitOn::Compensation { reason } => format!("a person: {}", line(reason)),
        };
        row([&part_of(&wait.address), &for_what, &utc(wait.since)])
    });
    Table { heads: &["part", "for", "since"], rows: rows.collect() }
}

fn to_undo(facts: &Facts) -> Table {
    let numbered = facts.to_undo.iter().filter(|_| facts.story.ended.is_none()).zip(1..);
    let rows = numbered.map(|(address, number): (_, u32)| row([&number.to_string(), &part_of(address)]));
    Table { heads: &["", "part"], rows: rows.collect() }
}

fn state(state: &State) -> &'static str {
    match state {
        State::Open => "goes on",
        State::Done => "done",
        State::Failed(_) => "failed",
        State::Tolerated(_) => "failed, which is tolerated",
        State::InDoubt(_) => "in doubt",
        State::Stuck(_) => "stuck",
        State::Undone => "undone",
        State::Left => "left",
        State::Skipped(_) => "skipped",
    }
}

/// `3h 12m (planned 2h: 60% more)`
fn against(took: i64, planned: Option<i64>) -> String {
    let Some(planned) = planned.filter(|planned| *planned > 0) else { return duration(took) };
    let share = (i128::from(took) * 100 / i128::from(planned)) - 100;
    let slip = match share {
        0 => "as planned".to_owned(),
        more if more > 0 => format!("{more}% more"),
        // What took next to nothing did not take nothing.
        ..=-100 => "over 99% less".to_owned(),
        less => format!("{}% less", -less),
    };
    format!("{} (planned {}: {slip})", duration(took), duration(planned))
}

impl Table {
    fn drawn(&self) -> String {
        let drawn = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let heads = self.heads.iter().map(|head| (*head).to_owned()).collect();
        let rule = format!("|{}\n", "---|".repeat(self.heads.len()));
        std::iter::once(drawn(heads)).chain([rule]).chain(self.rows.iter().cloned().map(drawn)).collect()
    }
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.into_iter().map(|cell| cell.replace('|', r"\|")).collect()
}

fn part_of(address: &Address) -> String {
    code(&readable(address.as_str()))
}

/// A text as code, in one line.
pub fn code(text: &str) -> String {
    format!("`{}`", harmless(text.trim()).replace(['\n', '\t'], " ").replace('`', "'"))
}

/// A text in one line of Markdown, in which it can't become a tag.
pub fn line(text: &str) -> String {
    harmless(text.trim()).replace(['\n', '\t'], " ").replace('<', "&lt;")
}
