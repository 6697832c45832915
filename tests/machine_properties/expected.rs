//! What must have been undone, as the journal tells what was done.

use std::collections::BTreeSet;

use orch::machine::{Entry, Purpose, Record};

use super::support;
use super::writer::{Plan, Way};

impl Plan {
    /// The effects that must have been done to undo what the journal says was done, in that order.
    pub fn expected_undo(&self, records: &[Record]) -> Vec<String> {
        let mut expected = Vec::new();
        for (address, words) in forward(records).into_iter().rev() {
            let (number, values) = parts(&words);
            let way = &self.ways[&number];
            if self.is_loose(way) {
                continue;
            }
            match way.scope {
                Some((scope, loops)) if self.ways[&scope].unwinds => {
                    expected.extend(self.expected_inside(records, scope, &values[..loops]));
                }
                Some((scope, loops)) => expected.extend(with_values(&self.ways[&scope].undo, &values[..loops])),
                None => expected.extend(self.own_undo(records, way, &address, &values)),
            }
        }
        unique(expected.into_iter().filter(|words| !self.lax.contains(mark(words))).collect())
    }

    /// What a step that is undone as it says is undone by.
    fn own_undo(&self, records: &[Record], way: &Way, address: &str, values: &[&str]) -> Vec<String> {
        let is_undone = way.always || is_done(records, address);
        if is_undone { with_values(&way.undo, values) } else { Vec::new() }
    }

    /// What undoes a scope that has its inside undone between the first and the last thing it does.
    fn expected_inside(&self, records: &[Record], scope: usize, around: &[&str]) -> Vec<String> {
        let own = with_values(&self.ways[&scope].undo, around);
        let mut expected = vec![own[0].clone()];
        for (address, words) in forward(records).into_iter().rev() {
            let (number, values) = parts(&words);
            let way = &self.ways[&number];
            if way.scope.is_some_and(|(of, _)| of == scope) && values.starts_with(around) {
                expected.extend(self.own_undo(records, way, &address, &values));
            }
        }
        expected.extend(own[1..].iter().cloned());
        expected
    }

    /// Whether a step may be undone before, or otherwise than, those around it.
    pub fn is_loose(&self, way: &Way) -> bool {
        way.loose || way.scope.is_some_and(|(scope, _)| self.loose_scopes.contains(&scope))
    }

    /// The words of what undoes steps that are not loose.
    pub fn strict_undo(&self) -> BTreeSet<&str> {
        let is_strict = |(number, way): &(&usize, &Way)| !self.is_loose(way) && !self.loose_scopes.contains(number);
        self.ways.iter().filter(is_strict).flat_map(|(_, way)| &way.undo).map(|words| mark(words)).collect()
    }
}

/// The mark in the words of an effect: `s4` of `i s4-a`.
pub fn mark(words: &str) -> &str {
    let what = words.split_once(' ').map_or(words, |(_, what)| what);
    what.split('-').next().unwrap_or(what)
}

/// The number of a step, and the values of the loops around it.
pub fn parts(words: &str) -> (usize, Vec<&str>) {
    let what = words.split_once(' ').map_or(words, |(_, what)| what);
    let mut parts = what.split('-');
    let mark = parts.next().expect("a mark");
    let number = mark.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number");
    (number, parts.collect())
}

pub fn with_values(undo: &[String], values: &[&str]) -> Vec<String> {
    let values: String = values.iter().map(|value| format!("-{value}")).collect();
    undo.iter().map(|words| format!("{words}{values}")).collect()
}

pub fn unique(words: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    words.into_iter().filter(|words| seen.insert(words.clone())).collect()
}

pub fn entries(records: &[Record]) -> impl DoubleEndedIterator<Item = &Entry> {
    records.iter().flat_map(|record| &record.then)
}

/// Every step that was begun since the last commit, in the order of first intents: address and words.
pub fn forward(records: &[Record]) -> Vec<(String, String)> {
    let mut begun: Vec<(String, String)> = Vec::new();
    for entry in entries(records) {
        match entry {
            Entry::Committed { .. } => begun.clear(),
            Entry::Intent { address, purpose: Purpose::Do, request, .. }
                if begun.iter().all(|(known, _)| *known != address.as_str()) =>
            {
                begun.push((address.as_str().to_owned(), support::words(request)));
            }
            _ => {}
        }
    }
    begun
}

pub fn is_done(records: &[Record], wanted: &str) -> bool {
    entries(records).any(|entry| matches!(entry, Entry::Done { address, .. } if address.as_str() == wanted))
}
