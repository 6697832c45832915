//! A run as a tree, then what it waits for, then what would help.

use smol_str::SmolStr;

use super::Known;
use crate::{
    cli::{
        closing::{fault_place, owed_lines},
        moment::{duration, moment},
        story::Moved,
        terminal::{
            Style,
            text::{one_line, readable},
        },
        view::{
            asks,
            frame::outlook,
            hints::{go_on, hint_lines, look_at, resume},
            sign::Sign,
            telling::said,
            tree::{Shown, rows},
        },
    },
    machine::Timestamp,
    run::{Standing, store::Said},
};

/// How many of the words of operators are shown.
const WORDS: usize = 10;

/// How many of the steps that would be undone are named.
const NAMED: usize = 12;

/// The whole page.
pub fn outline(known: &Known, style: Style) -> String {
    let view = known.view();
    let mut lines = head(known, style);
    lines.extend(known.goals.iter().flat_map(|goal| style.hanging(&format!("goal: {}", one_line(goal)), 2)));
    lines.extend(words(known, style));
    lines.extend(known.unheard.iter().flat_map(|said| unheard(said, known.now, style)));
    lines.push(String::new());
    lines.extend(rows(&view, Shown::All).iter().flat_map(|row| row.lines(0, style)));
    lines.extend(left_out(known, style));
    lines.extend(failure(known, style));
    for wait in asks::asks(&view) {
        lines.push(String::new());
        lines.extend(asks::lines(&view, wait, style));
    }
    lines.extend(hears(known, style));
    lines.extend(to_undo(known, style));
    lines.extend(owed_lines(&known.info.id, &known.position.owed, style));
    lines.extend(next(known, style));
    lines.join("\n")
}

/// `k7f2 · migrate · running since Mon 09:12 · started .. · due Thu 2 Apr 09:12 (6d late) · auth.orch`
fn head(known: &Known, style: Style) -> Vec<String> {
    let info = &known.info;
    let since = moment(info.since, known.now);
    let standing = match info.standing {
        standing if standing.ended() => format!("{} {since}", standing.as_str()),
        standing => format!("{} since {since}", standing.as_str()),
    };
    let file = match info.version {
        1 => one_line(&info.file),
        version => format!("{} (version {version} of its program)", one_line(&info.file)),
    };
    let started = format!("started {}", moment(info.started, known.now));
    let parts = [Some(info.plan.to_string()), Some(standing), Some(started), outlook(&known.view())];
    let parts = parts.into_iter().flatten().chain([file]).map(|part| format!(" · {part}"));
    let lines = style.broken(&format!("{}{}", info.id, parts.collect::<String>()), style.width);
    let bold = |line: String| line.replacen(info.id.as_str(), &style.bold(&info.id), 1);
    lines.into_iter().enumerate().map(|(at, line)| if at == 0 { bold(line) } else { line }).collect()
}

/// What operators said, and under which programs they let it go on, the latest last.
fn words(known: &Known, style: Style) -> Vec<String> {
    let heard = known.story.words.iter().map(|heard| (heard.at, said(&heard.who, &heard.word, heard.why.as_deref())));
    let moved = known.story.migrations.iter().map(|moved| (moved.at, moves(moved)));
    let mut words: Vec<(Timestamp, String)> = heard.chain(moved).collect();
    words.sort_by_key(|(at, _)| *at);
    let earlier = words.len().saturating_sub(WORDS);
    let line = |(at, said): &(Timestamp, String)| {
        style.hanging(&format!("{} {} {said}", Sign::Said.drawn(style), moment(*at, known.now)), 2).join("\n")
    };
    let more = (earlier > 0).then(|| format!("… and {earlier} earlier words"));
    more.into_iter().chain(words[earlier..].iter().map(line)).collect()
}

fn moves(moved: &Moved) -> String {
    let why = moved.why.as_ref().map(|why| format!(": {}", one_line(why))).unwrap_or_default();
    format!("{} lets it go on under another program{why}", one_line(&moved.who))
}

/// A word that lies there until the run goes on.
fn unheard(heard: &Said, now: Timestamp, style: Style) -> Vec<String> {
    let said = said(&heard.who, &heard.word, heard.why.as_deref());
    let line = format!("{} {} {said}  (not taken up yet)", Sign::Waits.drawn(style), moment(heard.at, now));
    style.hanging(&line, 2)
}

/// `… and what ended before 09:12: orch show k7f2 --all`
fn left_out(known: &Known, style: Style) -> Vec<String> {
    let Some(left_out) = known.story.left_out() else { return Vec::new() };
    let line =
        format!("… and what ended before {}: orch show {} --all", moment(left_out.until, known.now), known.info.id);
    style.hanging(&line, 2)
}

fn failure(known: &Known, style: Style) -> Vec<String> {
    let killed = known.story.killed.as_ref().filter(|killed| {
        let failed = known.story.failure.as_ref().map(|(_, reason)| reason);
        failed != Some(*killed)
    });
    let killed = killed.map(|killed| style.hanging(&format!("{} {}", Sign::Failed.drawn(style), one_line(killed)), 2));
    let killed = killed.unwrap_or_default();
    let Some((address, reason)) = &known.story.failure else { return killed };
    let place = if address.is_root() { String::new() } else { format!("`{}` failed: ", readable(address.as_str())) };
    let line = format!("{} {place}{}", Sign::Failed.drawn(style), one_line(reason));
    [vec![String::new()], style.hanging(&line, 2), fault_place(&known.story, address, style), killed].concat()
}

/// `· hears \`KillSwitch\`: orch emit KillSwitch JSON --run k7f2`
fn hears(known: &Known, style: Style) -> Vec<String> {
    let events = known.position.hears.iter();
    let line = |event: &SmolStr| format!("· hears `{event}`: orch emit {event} JSON --run {}", known.info.id);
    let lines: Vec<String> = events.flat_map(|event| style.hanging(&line(event), 2)).collect();
    if lines.is_empty() { lines } else { std::iter::once(String::new()).chain(lines).collect() }
}

/// `· undone if it fails now: sale, hold (2 steps, which took 4m)`
fn to_undo(known: &Known, style: Style) -> Vec<String> {
    let addresses = &known.position.to_undo;
    if addresses.is_empty() || known.info.standing.ended() {
        return Vec::new();
    }
    let names: Vec<String> = addresses.iter().take(NAMED).map(|address| readable(address.as_str())).collect();
    let more = if addresses.len() > NAMED { ", .." } else { "" };
    let when = if known.story.failure.is_some() { "still to undo" } else { "undone if it fails now" };
    let steps = if addresses.len() == 1 { "1 step".to_owned() } else { format!("{} steps", addresses.len()) };
    let took: i64 = addresses.iter().filter_map(|address| known.story.part(address)?.took()).sum();
    // Of what was done long ago the story may not tell how long it took.
    let took = if took == 0 || known.story.left_out().is_some() {
        String::new()
    } else {
        format!(", which took {}", duration(took))
    };
    let line = format!("· {when}: {}{more} ({steps}{took})", names.join(", "));
    [vec![String::new()], style.hanging(&line, 2)].concat()
}

/// Who drives it, and what to type next.
fn next(known: &Known, style: Style) -> Vec<String> {
    let info = &known.info;
    let mut hints = Vec::new();
    match (&known.holder, info.standing) {
        (Some(_), _)
        | (
            None,
            Standing::Completed | Standing::Compensated | Standing::Partial | Standing::Killed | Standing::Stuck,
        ) => {}
        (None, Standing::Halted) => hints.push(go_on(&info.id)),
        (None, Standing::New | Standing::Running | Standing::Waiting | Standing::Unwinding) => {
            hints.push(resume(&info.id))
        }
        (None, Standing::Paused) => {}
    }
    if let Some((address, _)) = known.story.failure.as_ref().filter(|(address, _)| !address.is_root()) {
        hints.push(look_at(&info.id, address));
    }
    let driver = match &known.holder {
        Some(holder) => Some(format!("driven by {holder}")),
        None => (!info.standing.ended()).then(|| "nobody drives it".to_owned()),
    };
    let lines: Vec<String> = driver.into_iter().chain(hint_lines(&hints, style)).collect();
    if lines.is_empty() { lines } else { std::iter::once(String::new()).chain(lines).collect() }
}
