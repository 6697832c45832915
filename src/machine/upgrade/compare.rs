//! Two entries that should say the same: what they must agree in, and what may differ.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use smol_str::SmolStr;

use super::{Aspect, Difference};
use crate::ir::{Address, Request, Value};
use crate::machine::{EffectId, Entry, Timestamp, estimate::moment_text};

/// A part of an entry in which two programs may differ: what it tells of, not what happened.
pub(super) type Detail = (Aspect, Json);

/// Whether two programs say the same of what happened; what they may differ in is left out.
pub(in crate::machine) fn agree(was: &Entry, would_be: &Entry) -> bool {
    bare(was).0 == bare(would_be).0
}

/// Whether two entries differ only in the words that tell a person why.
pub(in crate::machine) fn differ_in_reason(was: &Entry, is: &Entry) -> bool {
    let is_reason = |difference: &Difference| matches!(difference.aspect, Aspect::Reason);
    was.address() == is.address() && agree(was, is) && differences(was, is).iter().all(is_reason)
}

/// What two entries that agree differ in.
pub(super) fn differences(was: &Entry, would_be: &Entry) -> Vec<Difference> {
    let address = was.address().cloned().unwrap_or_default();
    let pairs = bare(was).1.into_iter().zip(bare(would_be).1);
    let differing = pairs.filter(|(was, would_be)| was != would_be);
    differing
        .map(|((aspect, was), (_, would_be))| Difference { address: address.clone(), aspect, was, would_be })
        .collect()
}

/// Whether a value is still what was known: it may have more or fewer fields, but none of them another value.
pub(super) fn is_still(was: &Json, would_be: &Json) -> bool {
    match (was, would_be) {
        (Json::Object(was), Json::Object(would_be)) => {
            was.iter().all(|(name, value)| would_be.get(name).is_none_or(|other| is_still(value, other)))
        }
        (Json::Array(was), Json::Array(would_be)) => {
            was.len() == would_be.len() && was.iter().zip(would_be).all(|(was, would_be)| is_still(was, would_be))
        }
        (was, would_be) => was == would_be,
    }
}

/// The effect that an entry starts, and what it asks for.
pub(super) fn intent(entry: &Entry) -> Option<(EffectId, &Address, &Request)> {
    if let Entry::Intent { effect, address, request, .. } = entry { Some((*effect, address, request)) } else { None }
}

/// Where a part stands. A `wait` without a name is called by how long it is, which may differ: it is the same wait if it
/// is as long as it may be at the same place, of which there is never more than one at a time.
pub(in crate::machine) fn place_of(address: &Address) -> Address {
    let whole = address.as_str();
    let (around, last) = whole.rsplit_once('/').map_or(("", whole), |(around, last)| (around, last));
    let is_for_a_time =
        last.strip_prefix("wait ").is_some_and(|what| !what.starts_with("until ") && !what.starts_with("for "));
    if !is_for_a_time {
        return address.clone();
    }
    let visit = last.split_once('~').map(|(_, visit)| format!("~{visit}")).unwrap_or_default();
    Address::typed(&format!("{around}/wait{visit}"))
}

/// An entry that may speak of a `wait` speaks of its place.
fn at_its_place(entry: &mut Entry) {
    if let Entry::Entered { address, .. }
    | Entry::Waits { address, .. }
    | Entry::Done { address, .. }
    | Entry::Left { address } = entry
    {
        *address = place_of(address);
    }
}

/// An entry without its details, and these.
fn bare(entry: &Entry) -> (Entry, Vec<Detail>) {
    let mut bare = entry.clone();
    at_its_place(&mut bare);
    let details = match &mut bare {
        Entry::Entered { address: _, kind: _, title } => vec![(Aspect::Title, json!(title.take()))],
        Entry::Intent { effect: _, address: _, purpose: _, attempt: _, key: _, request } => {
            vec![(Aspect::Request, json!(std::mem::replace(request, Arc::new(Request::Timeline))))]
        }
        Entry::TryFailed { address: _, reason, next } => vec![text(Aspect::Reason, reason), moment(next)],
        Entry::InDoubt { address: _, reason }
        | Entry::Failed { address: _, reason, tolerated: _ }
        | Entry::Paused { address: _, reason }
        | Entry::SteppedBack { address: _, reason }
        | Entry::Unwinding { address: _, reason }
        | Entry::AttemptFailed { attempt: _, address: _, reason }
        | Entry::NotUndone { address: _, reason }
        | Entry::Killed { reason }
        | Entry::Stuck { address: _, reason } => vec![text(Aspect::Reason, reason)],
        Entry::Done { address: _, value } | Entry::Ended { ending: _, value } => vec![(Aspect::Value, value.take())],
        Entry::Verdict { address: _, verdict: _, answers, held } => {
            let held = json!(held.take().map(length));
            vec![(Aspect::Evidence, json!(std::mem::take(answers))), (Aspect::Time, held)]
        }
        Entry::Decided { address: _, option: _, evidence } => {
            vec![(Aspect::Evidence, json!(std::mem::take(evidence)))]
        }
        Entry::Measured { address: _, phase, timeline } => {
            vec![(Aspect::Estimate, phase.take()), (Aspect::Estimate, timeline.take())]
        }
        Entry::Emitted { address: _, event: _, payload } => vec![(Aspect::Payload, payload.take())],
        Entry::Asked { address: _, asking: _, text: question, by, expects, options, digest } => vec![
            text(Aspect::Question, question),
            text(Aspect::Asked, by),
            text(Aspect::Type, expects),
            (Aspect::Options, json!(std::mem::take(options))),
            (Aspect::Approval, json!(digest.take())),
        ],
        Entry::Owed { address: _, owing: _, reason, undo } => {
            vec![text(Aspect::Reason, reason), (Aspect::WayBack, json!(undo.take()))]
        }
        Entry::Waits { address: _, until } => vec![moment(until)],
        Entry::Holds { address: _, needed } => vec![(Aspect::Time, json!(length(std::mem::take(needed))))],
        Entry::Committed { address: _, text: said } => vec![text(Aspect::Title, said)],
        Entry::Resumed
        | Entry::Promoted { address: _ }
        | Entry::Left { address: _ }
        | Entry::Otherwise { attempt: _ }
        | Entry::Undone { address: _ }
        | Entry::Settled { address: _ }
        | Entry::Unstuck { address: _ } => Vec::new(),
    };
    (bare, details)
}

fn text(aspect: Aspect, text: &mut SmolStr) -> Detail {
    (aspect, json!(std::mem::take(text)))
}

fn moment(at: &mut Timestamp) -> Detail {
    (Aspect::Time, json!(moment_text(std::mem::take(at))))
}

/// So many nanoseconds, as one would write them.
pub(super) fn length(nanoseconds: i64) -> String {
    Value::Duration(nanoseconds).to_string()
}
