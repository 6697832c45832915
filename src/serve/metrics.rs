//! Figures for Prometheus: what this process has counted, and its text format.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::Value as Json;

use crate::{
    machine::{EffectId, Entry, Event, Outcome, Purpose, Record, Status, Timestamp},
    run::Standing,
};

/// The upper bounds of the buckets of times, in seconds: from a request that is answered at once to an effect of an hour.
const BOUNDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0, 600.0, 3600.0];

/// What a process has counted since it began.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Records appended to journals.
    pub records: Counter,
    /// Ends of effects, by `purpose` and `outcome`.
    pub effects: Counter,
    /// Parts of runs, by how they ended: `end`.
    pub parts: Counter,
    /// Runs that ended, by `ending`.
    pub ended: Counter,
    /// Runs that were started here, by what asked for it: `by`.
    pub started: Counter,
    /// Events that came over HTTP, by `result`.
    pub events: Counter,
    /// Events that were sent, by `sink` and `result`.
    pub sent: Counter,
    /// Requests, by `method`, `route` and `status`.
    pub requests: Counter,
    /// How long requests took.
    pub request_seconds: Histogram,
    /// How long effects took, from the record of their start to that of their end, by `purpose`.
    pub effect_seconds: Histogram,
}

/// A figure that only grows, for each combination of labels.
#[derive(Debug, Default)]
pub struct Counter(Mutex<BTreeMap<Vec<String>, u64>>);

/// How often something took how long, for each combination of labels.
#[derive(Debug, Default)]
pub struct Histogram(Mutex<BTreeMap<Vec<String>, Buckets>>);

/// The effects of a run whose end is not known yet: what they are for, and when they began.
pub type InFlight = BTreeMap<EffectId, (Purpose, Timestamp)>;

#[derive(Debug, Default)]
struct Buckets {
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Counter {
    /// One more with these labels.
    pub fn add(&self, labels: &[&str]) {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        *lock(&self.0).entry(labels).or_default() += 1;
    }
}

impl Histogram {
    /// It took so long once more, with these labels.
    pub fn add(&self, labels: &[&str], took: Duration) {
        let mut all = lock(&self.0);
        let buckets = all.entry(labels.iter().map(|label| (*label).to_owned()).collect()).or_default();
        let seconds = took.as_secs_f64();
        let held = BOUNDS.iter().zip(&mut buckets.counts).filter(|(bound, _)| seconds <= **bound);
        held.for_each(|(_, count)| *count += 1);
        buckets.count += 1;
        buckets.sum += seconds;
    }
}

/// A count is whole whatever happened to who held it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Metrics {
    /// Counts what a record tells.
    pub fn see(&self, in_flight: &mut InFlight, record: &Record) {
        self.records.add(&[]);
        if let Event::Outcome { effect, outcome } = &record.event {
            let begun = in_flight.remove(effect);
            let purpose = begun.map_or("recovered", |(purpose, _)| purpose_word(purpose));
            self.effects.add(&[purpose, outcome_word(outcome)]);
            // Of one that another process began, nobody here knows how long it took.
            if let Some((_, since)) = begun {
                let took = Duration::from_nanos(record.at.since(since).unsigned_abs());
                self.effect_seconds.add(&[purpose], took);
            }
        }
        for entry in &record.then {
            if let Entry::Intent { effect, purpose, .. } = entry {
                in_flight.insert(*effect, (*purpose, record.at));
            }
            if let Entry::Ended { ending, .. } = entry {
                self.ended.add(&[Standing::from(&Status::Ended(*ending, Json::Null)).as_str()]);
            }
            if let Some(end) = end_of(entry) {
                self.parts.add(&[end]);
            }
        }
    }
}

/// How a part of a run ended, if that is what an entry tells.
fn end_of(entry: &Entry) -> Option<&'static str> {
    let ends = [
        (matches!(entry, Entry::Done { .. }), "done"),
        (matches!(entry, Entry::Failed { .. }), "failed"),
        (matches!(entry, Entry::Undone { .. }), "undone"),
        (matches!(entry, Entry::Stuck { .. }), "stuck"),
    ];
    ends.into_iter().find_map(|(is, end)| is.then_some(end))
}

fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Do => "do",
        Purpose::Undo => "undo",
        Purpose::Look => "look",
        Purpose::Confirm => "confirm",
    }
}

fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Ok { .. } => "ok",
        Outcome::Failed { .. } => "failed",
        Outcome::Unknown { .. } => "unknown",
    }
}

/// A page in the text format.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// A figure that goes up and down, with the values of its labels.
    pub fn gauge(&mut self, name: &str, help: &str, labels: &[&str], values: &[(Vec<String>, f64)]) {
        self.head(name, help, "gauge");
        for (set, value) in values {
            self.sample(name, labels, set, *value);
        }
    }

    /// A figure that only grows.
    pub fn counter(&mut self, name: &str, help: &str, labels: &[&str], counter: &Counter) {
        self.head(name, help, "counter");
        let counts = lock(&counter.0);
        if counts.is_empty() && labels.is_empty() {
            self.sample(name, labels, &[], 0.0);
        }
        for (set, count) in counts.iter() {
            self.sample(name, labels, set, *count as f64);
        }
    }

    /// How often something took how long.
    pub fn histogram(&mut self, name: &str, help: &str, labels: &[&str], histogram: &Histogram) {
        self.head(name, help, "histogram");
        let within = [labels, &["le"]].concat();
        for (set, buckets) in lock(&histogram.0).iter() {
            let bounds = BOUNDS.iter().map(ToString::to_string).zip(buckets.counts);
            for (bound, count) in bounds.chain([("+Inf".to_owned(), buckets.count)]) {
                let values = [set.as_slice(), &[bound]].concat();
                self.sample(&format!("{name}_bucket"), &within, &values, count as f64);
            }
            self.sample(&format!("{name}_sum"), labels, set, buckets.sum);
            self.sample(&format!("{name}_count"), labels, set, buckets.count as f64);
        }
    }

    /// The whole page.
    pub fn text(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        // A `String` takes everything that is written to it.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[&str], values: &[String], value: f64) {
        let pairs = labels.iter().zip(values).map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
        let pairs: Vec<String> = pairs.collect();
        let labels = if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_each_figure_once_with_its_values() {
        let (counter, histogram) = (Counter::default(), Histogram::default());
        counter.add(&["a\"b\\c\nd", "1"]);
        counter.add(&["a\"b\\c\nd", "1"]);
        histogram.add(&["do"], Duration::from_millis(2));
        histogram.add(&["do"], Duration::from_secs(7200));
        let mut page = Page::default();
        page.counter("c_total", "Counts.", &["x", "y"], &counter);
        page.histogram("t_seconds", "Times.", &["purpose"], &histogram);
        let text = page.text();
        assert!(text.starts_with("# HELP c_total Counts.\n# TYPE c_total counter\n"), "{text}");
        assert!(text.contains("c_total{x=\"a\\\"b\\\\c\\nd\",y=\"1\"} 2\n"), "{text}");
        for line in [
            "t_seconds_bucket{purpose=\"do\",le=\"0.001\"} 0",
            "t_seconds_bucket{purpose=\"do\",le=\"0.0025\"} 1",
            "t_seconds_bucket{purpose=\"do\",le=\"3600\"} 1",
            "t_seconds_bucket{purpose=\"do\",le=\"+Inf\"} 2",
            "t_seconds_sum{purpose=\"do\"} 7200.002",
            "t_seconds_count{purpose=\"do\"} 2",
        ] {
            assert!(text.lines().any(|other| other == line), "{line} is not in\n{text}");
        }
    }
}
