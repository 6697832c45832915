//! What is drawn at the bottom of a terminal while a run goes on: what goes on as a tree, what is asked, and in one
//! line how the run stands. What does not fit is counted.

use super::{
    View,
    asks::{asks, head},
    hints::{hint_lines, unblock},
    tree::{Bounds, Shown, rows},
};
use crate::{
    cli::{
        moment::{duration, moment, so_far},
        signals::LEAVING,
        terminal::{Size, Style},
    },
    machine::{Wait, WaitOn},
};

/// How much is shown: of loops and of other parts, of what is asked, and whether a hold comes with its commands.
const LEVELS: [Level; 9] = [
    Level::new(usize::MAX, usize::MAX, usize::MAX, true),
    Level::new(8, 20, 8, true),
    Level::new(4, 20, 4, true),
    Level::new(4, 20, 4, false),
    Level::new(2, 12, 3, false),
    Level::new(1, 8, 2, false),
    Level::new(0, 4, 1, false),
    Level::new(0, 2, 1, false),
    Level::new(0, 1, 1, false),
];

struct Level {
    bounds: Bounds,
    asked: usize,
    holds: bool,
}

impl Level {
    const fn new(items: usize, parts: usize, asked: usize, holds: bool) -> Level {
        Level { bounds: Bounds { items, parts }, asked, holds }
    }
}

/// The lines, fewer than the terminal has: some of what happened before stays to be seen above.
pub fn frame(view: &View<'_>, leaving: bool, style: Style, size: Size) -> Vec<String> {
    let style = Style { width: size.width.saturating_sub(1), cuts: true, ..style };
    let room = (size.height * 4 / 5).max(2).min(size.height.saturating_sub(1));
    if room < 2 {
        return if room == 0 { Vec::new() } else { vec![standing(view, leaving, style)] };
    }
    let last = standing(view, leaving, style);
    let drawn = LEVELS.iter().map(|level| above(view, level, style));
    let lines = fitting(drawn, room.saturating_sub(2));
    // A line is left free below what has happened.
    [vec![String::new()], lines, vec![last]].concat()
}

/// The first that fits; if none does, as much of the last as does.
fn fitting(drawn: impl Iterator<Item = Vec<String>>, room: usize) -> Vec<String> {
    let mut last = Vec::new();
    for lines in drawn {
        if lines.len() <= room {
            return lines;
        }
        last = lines;
    }
    let left_out = last.len() + 1 - room;
    last.truncate(room.saturating_sub(1));
    if room > 0 {
        last.push(format!("… and {left_out} more lines"));
    }
    last
}

fn above(view: &View<'_>, level: &Level, style: Style) -> Vec<String> {
    let tree = rows(view, Shown::Open(level.bounds));
    let mut lines: Vec<String> = tree.iter().flat_map(|row| row.lines(0, style)).collect();
    let asks = asks(view);
    for wait in asks.iter().take(level.asked) {
        lines.extend(ask(view, wait, level.holds, style));
    }
    if asks.len() > level.asked {
        let more = asks.len() - level.asked;
        lines.push(style.fitted(&format!("… and {more} more: orch show {}", view.run), style.width));
    }
    lines
}

/// What can be typed to end a wait; what is waited for stands in the tree, if it does not concern the whole run.
fn ask(view: &View<'_>, wait: &Wait, holds: bool, style: Style) -> Vec<String> {
    let hints = hint_lines(&unblock(view.run, wait), style);
    let hints = hints.into_iter().map(|line| style.fitted(&line, style.width));
    match &wait.on {
        WaitOn::Hold { .. } if holds => hints.collect(),
        WaitOn::Hold { .. } => Vec::new(),
        WaitOn::Paused { .. }
        | WaitOn::Settlement { .. }
        | WaitOn::Compensation { .. }
        | WaitOn::Measure { .. }
        | WaitOn::Person { .. }
        | WaitOn::Event { .. } => head(view, wait, style).into_iter().chain(hints).collect(),
        WaitOn::Effect { .. } | WaitOn::Time { .. } | WaitOn::Backoff { .. } => Vec::new(),
    }
}

/// `k7f2 running 3m 12s · due Thu 2 Apr 09:12 (6d late) · if it fails now, 14 steps are undone`
fn standing(view: &View<'_>, leaving: bool, style: Style) -> String {
    if leaving {
        return style.yellow(style.fitted(&format!("leaving: {LEAVING}"), style.width));
    }
    let so_far = so_far(view.now.since(view.story.started));
    let mut parts = vec![format!("{} {} {so_far}", view.run, view.position.standing.as_str()).trim_end().to_owned()];
    parts.extend(outlook(view));
    parts.extend(undoing(view));
    style.dim(style.fitted(&parts.join(" · "), style.width))
}

/// `due Thu 2 Apr 09:12 (6d late)`
pub fn outlook(view: &View<'_>) -> Option<String> {
    let outlook = view.position.outlook?;
    let due = moment(outlook.due.max(view.now), view.now);
    let late = outlook.late.max(view.now.since(outlook.due));
    let slip = match late {
        1_000_000_000.. => format!(" ({} late)", duration(late)),
        ..=-1_000_000_000 => format!(" ({} early)", duration(-late)),
        _ => String::new(),
    };
    Some(format!("due {due}{slip}"))
}

fn undoing(view: &View<'_>) -> Option<String> {
    let steps = match view.position.to_undo.len() {
        0 => return None,
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    };
    Some(if view.story.failure.is_some() {
        format!("{steps} still to undo")
    } else {
        format!("{steps} to undo if it fails")
    })
}
