//! What a run waits for that a person can end: what is asked, of whom, since when, and what can be typed.

use std::collections::BTreeSet;

use super::{
    View,
    hints::{hint_lines, unblock},
    sign::Sign,
    telling::{since, until, waiting},
};
use crate::{
    cli::terminal::{
        Style,
        text::{one_line, readable},
    },
    machine::{Timestamp, Wait, WaitOn},
};

/// How urgently a person is needed: a run that is stuck first, a hold that ends by itself last. Nothing, for what
/// nobody can end.
pub fn urgency(wait: &Wait) -> Option<u8> {
    match &wait.on {
        WaitOn::Settlement { .. } | WaitOn::Compensation { .. } | WaitOn::Measure { .. } => Some(0),
        WaitOn::Paused { .. } => Some(1),
        WaitOn::Person { .. } => Some(2),
        WaitOn::Event { .. } => Some(3),
        WaitOn::Hold { .. } => Some(4),
        WaitOn::Effect { .. } | WaitOn::Time { .. } | WaitOn::Backoff { .. } => None,
    }
}

/// What a person can end, what is most urgent first, then in the order in which it began.
pub fn asks<'a>(view: &View<'a>) -> Vec<&'a Wait> {
    let mut asks: Vec<&Wait> = view.position.waits.iter().filter(|wait| urgency(wait).is_some()).collect();
    asks.sort_by_key(|wait| (urgency(wait), wait.since));
    asks
}

/// `asks dba, finance, until Fri 27 Nov 02:33 (in 2d 23h)`: whom a run asks, and until when the first of them can
/// answer; else for which event it waits.
pub fn in_short(waits: &[Wait], now: Timestamp) -> Option<String> {
    let Some(asked) = asks_whom(waits) else { return event(waits, now) };
    let limit = waits.iter().filter_map(limit).min().map(|limit| format!(", {}", until(limit, now)));
    Some(format!("{asked}{}", limit.unwrap_or_default()))
}

/// `asks dba, finance`; nothing, if no person is asked.
pub fn asks_whom(waits: &[Wait]) -> Option<String> {
    let by = waits.iter().filter_map(|wait| if let WaitOn::Person { by, .. } = &wait.on { Some(by) } else { None });
    let names: BTreeSet<String> = by.map(|by| one_line(by)).collect();
    let names: Vec<String> = names.into_iter().collect();
    (!names.is_empty()).then(|| format!("asks {}", names.join(", ")))
}

/// The first event that is waited for.
pub fn event(waits: &[Wait], now: Timestamp) -> Option<String> {
    waits.iter().find(|wait| matches!(wait.on, WaitOn::Event { .. })).map(|wait| waiting(wait, true, now))
}

/// When it is too late to answer what a person is asked.
pub fn limit(wait: &Wait) -> Option<Timestamp> {
    if let WaitOn::Person { until, .. } = &wait.on { *until } else { None }
}

/// One of them, with the commands that end it.
pub fn lines(view: &View<'_>, wait: &Wait, style: Style) -> Vec<String> {
    let mut lines = head(view, wait, style);
    lines.extend(hint_lines(&unblock(view.run, wait), style));
    lines
}

/// `◷ retire/go  waits for dba: Remove the login?  since 09:12:30 (4h)`
pub fn head(view: &View<'_>, wait: &Wait, style: Style) -> Vec<String> {
    let sign = match urgency(wait) {
        Some(0) => Sign::Stuck,
        Some(1) => Sign::Paused,
        _ => Sign::Waits,
    };
    let (address, told) = (readable(wait.address.as_str()), one_line(&view.waiting(wait)));
    let address = if address.is_empty() { address } else { format!("{address}  ") };
    let told = format!("{address}{told}  {}", since(wait.since, view.now));
    style.hanging(&format!("{} {told}", sign.drawn(style)), 2)
}
