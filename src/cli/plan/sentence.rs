//! What a part does, in words: the same in a terminal, on a page and in a drawing.

use crate::{
    ir::{Reaction, Value},
    plan::outline::{Answer, Check, CheckKind, Kind, Loop, Pace, Part, Rollout, WayBack},
};

/// A length of time as somebody wrote it: `30d`, `1m30s`.
pub fn length(nanoseconds: i64) -> String {
    Value::Duration(nanoseconds).to_string()
}

/// What a part does.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// The word of the language.
    pub word: &'static str,
    /// What is done, looked at or asked.
    pub text: String,
    /// What else is to be known of it.
    pub notes: Vec<String>,
}

impl Sentence {
    fn new(word: &'static str, text: impl Into<String>) -> Sentence {
        Sentence { word, text: text.into(), notes: Vec::new() }
    }

    fn notes(mut self, notes: impl IntoIterator<Item = String>) -> Sentence {
        self.notes.extend(notes);
        self
    }
}

/// What a part does, without its name, its way back, and what lies in it.
pub fn sentence(part: &Part) -> Sentence {
    let whole = match &part.kind {
        Kind::Probe { call, answer } => Sentence::new("probe", call).notes(answered(answer)),
        Kind::Step { call, tries, best_effort, settles, .. } => {
            let retries = tries.retries.filter(|retries| *retries > 0).map(|retries| format!("retry {retries}"));
            let timeout = tries.timeout.map(|timeout| format!("timeout {}", length(timeout)));
            let effort = best_effort.then(|| "best effort: its failure stops nothing".to_owned());
            let asks = (!settles).then(|| "a crash in it asks a person".to_owned());
            Sentence::new("step", call).notes(retries.into_iter().chain(timeout).chain(effort).chain(asks))
        }
        Kind::BlockStep { .. } => Sentence::new("step", ""),
        Kind::Task { text, by, .. } => Sentence::new("task", text).notes([format!("by {by}")]),
        Kind::Approve { question, by } => Sentence::new("approve", question).notes([format!("by {by}")]),
        Kind::Phases => Sentence::default(),
        Kind::Phase { .. } => Sentence::new("phase", ""),
        Kind::When { depends_on, complete: _ } => Sentence::new("when", "").notes(depends(depends_on)),
        Kind::Decide { question, by, depends_on, assumed } => {
            let by = by.as_ref().map(|by| format!("{by} decides"));
            let open = if by.is_none() { depends(depends_on) } else { None };
            let assumed = assumed.then(|| "as assumed".to_owned());
            Sentence::new("decide", question).notes(by.into_iter().chain(open).chain(assumed))
        }
        Kind::Parallel { limit } => {
            Sentence::new("parallel", "").notes(limit.map(|limit| format!("{limit} at a time")))
        }
        Kind::Branch => Sentence::new("branch", ""),
        Kind::Loop(each) => loop_sentence(each),
        Kind::Rollout(rollout) => rollout_sentence(rollout),
        Kind::Check(check) => check_sentence(check),
        Kind::Wait { text, .. } => Sentence::new("wait", text),
        Kind::WaitFor { event } => Sentence::new("wait for", event.as_str()),
        Kind::On { event } => Sentence::new("on", event.as_str()),
        Kind::Emit { event } => Sentence::new("emit", event.as_str()),
        Kind::Attempt => Sentence::new("attempt", ""),
        Kind::Commit { text } => Sentence::new("commit", text),
        Kind::Run { call, again, .. } => {
            let told = again.then(|| "again, until nothing is left: see above".to_owned());
            Sentence::new("run", call).notes(told)
        }
        Kind::AfterEach => Sentence::new("after each phase", ""),
        Kind::Fail { text } => Sentence::new("fail", text),
        Kind::Return => Sentence::new("return", ""),
        Kind::Unwind => Sentence::new("unwind", ""),
    };
    whole.notes(part.timeout.map(|timeout| format!("timeout {}", length(timeout))))
}

fn answered(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Open => None,
        Answer::Given(value) => Some(format!("= {value}")),
        Answer::Failed(why) => Some(format!("unknown: it gave no answer ({why})")),
    }
}

/// `depends on tables`
pub fn depends(names: &[impl AsRef<str>]) -> Option<String> {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    (!names.is_empty()).then(|| format!("depends on {}", names.join(", ")))
}

fn loop_sentence(each: &Loop) -> Sentence {
    let text = format!("each {} of {}", each.variable, each.list);
    let count = match &each.items {
        Some(items) if items.len() == 1 => Some("1 item".to_owned()),
        Some(items) => Some(format!("{} items", items.len())),
        None => depends(&each.depends_on),
    };
    let pace = match &each.pace {
        Pace::AtMost(1) => "one after another".to_owned(),
        Pace::AtMost(limit) => format!("{limit} at a time"),
        Pace::Open(limit) => format!("{limit} at a time"),
        Pace::All => "all at once".to_owned(),
    };
    let after = each.after.as_ref().map(|after| format!("each after {after}"));
    let first = if each.descending { "highest" } else { "lowest" };
    let by = each.by.as_ref().map(|by| format!("{first} {by} first"));
    Sentence::new("for", text).notes(count.into_iter().chain([pace]).chain(after).chain(by))
}

fn rollout_sentence(rollout: &Rollout) -> Sentence {
    let stages = rollout.stages.as_ref().map(|stages| {
        let stage = |stage: &crate::plan::outline::Stage| match stage.hold {
            Some(hold) => format!("{} for {}", stage.value, length(hold)),
            None => stage.value.clone(),
        };
        stages.iter().map(stage).collect::<Vec<_>>().join(" → ")
    });
    let text = stages.unwrap_or_else(|| rollout.text.clone());
    Sentence::new("rollout", text).notes(depends(&rollout.depends_on))
}

fn check_sentence(check: &Check) -> Sentence {
    let (word, does) = match &check.way {
        CheckKind::Require => ("require", None),
        CheckKind::Verify => ("verify", None),
        CheckKind::WaitUntil => ("wait until", None),
        CheckKind::Guard(until, on_fail) => {
            let until = until.as_ref().map_or(String::new(), |until| format!("until {until}, "));
            ("guard", Some(format!("{until}{}", reaction(*on_fail))))
        }
        CheckKind::Gate(on_fail) => ("gate", Some(reaction(*on_fail).to_owned())),
    };
    let every = check.every.map(|every| format!("every {}", length(every)));
    let looks = match (check.within, every) {
        (Some(within), Some(every)) => Some(format!("within {}, {every}", length(within))),
        (_, every) => every,
    };
    let passes = check.tolerate.filter(|misses| *misses > 0).map(|misses| format!("{misses} misses in a row pass"));
    let now = check.now.map(|holds| if holds { "holds now".to_owned() } else { "does not hold now".to_owned() });
    Sentence::new(word, &check.text).notes(looks.into_iter().chain(passes).chain(does).chain(now))
}

/// What a failure of a guard or gate does.
fn reaction(reaction: Reaction) -> &'static str {
    match reaction {
        Reaction::Undo => "else it is undone",
        Reaction::Pause => "else it pauses and asks",
        Reaction::StepBack => "else one stage back",
    }
}

/// How something is undone: `↩ release(hold)`.
pub fn way_back(way_back: &WayBack) -> String {
    match way_back {
        WayBack::Own(undo) | WayBack::Inherited(undo) => {
            let mode = if undo.always {
                " (also if it fails)"
            } else if undo.best_effort {
                " (if that works)"
            } else {
                ""
            };
            format!("↩ {}{mode}", undo.call)
        }
        WayBack::Scope(scope) => format!("↩ with {scope}"),
        WayBack::Nothing => "nothing to undo".to_owned(),
        WayBack::Irreversible => "can't be undone".to_owned(),
        WayBack::None => "no way back".to_owned(),
    }
}

/// The items of a loop in the order of what they need: `auth, catalog → users → orders`; of many, the first.
pub fn items(each: &Loop) -> Option<String> {
    let items = each.items.as_ref()?;
    const MOST: usize = 24;
    let mut levels: Vec<usize> = vec![0; items.len()];
    // An item can't wait for itself, so as many rounds as there are items settle all of them.
    for _ in 0..items.len().min(MOST) {
        for (at, item) in items.iter().enumerate() {
            levels[at] = item.after.iter().map(|before| levels[*before] + 1).max().unwrap_or(0);
        }
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|at| (levels[*at], items[*at].rank));
    let mut text = String::new();
    for (place, at) in order.iter().take(MOST).enumerate() {
        let deeper = place > 0 && levels[*at] != levels[order[place - 1]];
        let sequential = each.pace == Pace::AtMost(1) && place > 0;
        text.push_str(if place == 0 {
            ""
        } else if deeper || sequential {
            " → "
        } else {
            ", "
        });
        text.push_str(&items[*at].key);
    }
    if items.len() > MOST {
        text.push_str(&format!(" and {} more", items.len() - MOST));
    }
    (!items.is_empty()).then_some(text)
}

/// The sign of what a part is; none for most.
pub fn sign(part: &Part) -> &'static str {
    match &part.kind {
        Kind::Commit { .. } => "⚑",
        Kind::Approve { .. } => "☑",
        Kind::Decide { .. } => "◆",
        Kind::Task { .. } => "☐",
        Kind::Step { way_back: WayBack::Irreversible, .. } => "✂",
        Kind::Probe { .. }
        | Kind::Step {
            way_back: WayBack::Own(_) | WayBack::Inherited(_) | WayBack::Scope(_) | WayBack::Nothing | WayBack::None,
            ..
        }
        | Kind::BlockStep { .. }
        | Kind::Phases
        | Kind::Phase { .. }
        | Kind::When { .. }
        | Kind::Parallel { .. }
        | Kind::Branch
        | Kind::Loop(_)
        | Kind::Rollout(_)
        | Kind::Check(_)
        | Kind::Wait { .. }
        | Kind::WaitFor { .. }
        | Kind::On { .. }
        | Kind::Emit { .. }
        | Kind::Attempt
        | Kind::Run { .. }
        | Kind::AfterEach
        | Kind::Fail { .. }
        | Kind::Return
        | Kind::Unwind => "",
    }
}
