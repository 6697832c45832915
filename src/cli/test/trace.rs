//! What happened in a simulated run, as a run tells it, with the virtual time of each line.

use std::sync::Arc;

use crate::{
    cli::{
        live::lines::lines,
        moment::duration,
        story::Story,
        terminal::{Style, text::padded},
        view::{row::Row, sign::Sign},
    },
    machine::{Event, Machine, Record},
};

/// How many lines are shown at most: the last ones.
const MOST: usize = 60;

/// How wide the column of times is.
const TIME: usize = 9;

/// The last lines of a run; any machine of its program knows what is called where.
pub fn trace(machine: &Machine, records: &[Arc<Record>], style: Style) -> Vec<String> {
    let (_, mut all) = told((records, machine), "", |_| "", style);
    let left_out = all.len().saturating_sub(MOST);
    let mut shown = all.split_off(left_out);
    if left_out > 0 {
        shown.insert(0, format!("  … {left_out} lines before these"));
    }
    shown
}

/// A line for each thing that happened in a run of a machine's program, with its time since the run began, and a mark
/// before what it says; all marks are as wide as `blank`.
pub fn told<'m>(
    (records, machine): (&[Arc<Record>], &Machine),
    blank: &'m str,
    mark: impl Fn(&Record) -> &'m str,
    style: Style,
) -> (Story, Vec<String>) {
    let (mut story, mut all, mut last) = (Story::default(), Vec::new(), String::new());
    let began = records.first().map(|record| record.at).unwrap_or_default();
    let inner = Style { width: style.width.saturating_sub(TIME + 2 + blank.len()), ..style };
    for record in records {
        let died = matches!(record.event, Event::Recovered)
            .then(|| Row::sentence(Sign::Failed, "orch dies, and another process takes the run up"));
        let rows =
            lines(&mut story, record, machine).into_iter().map(|line| line.row).filter(|row| row.sign != Sign::Waits);
        let (time, mark) = (duration(record.at.since(began)), mark(record));
        for line in died.into_iter().chain(rows).flat_map(|row| row.lines(0, inner)) {
            let shown = if time == last { "" } else { &time };
            // Nothing takes time that is not said to.
            let line =
                line.strip_suffix("0 ms").filter(|line| line.ends_with("  ")).map_or(line.as_str(), str::trim_end);
            all.push(format!("  {}{mark}{line}", padded(shown, TIME)));
            last.clone_from(&time);
        }
    }
    (story, all)
}
