//! A run as a trace of OpenTelemetry: a span for the run, for each of its parts, and for each effect. It is made from
//! the journal, so that a run that ended long ago has one too, and always the same one.

mod otlp;

use sha2::{Digest, Sha256};

use super::{
    show::Known,
    story::{Heard, Part, State, Story, Try},
    terminal::text::readable,
    view::telling::spoken,
};
use crate::{
    ir::Address,
    machine::{Kind, Outcome, Purpose, Timestamp},
    run::Standing,
};
use otlp::{Attribute, Link, Span, SpanEvent, SpanKind, Status, batch};

/// How many spans go into one request: far below the 20 MiB that a collector takes.
const BATCH: usize = 1000;

/// The trace of a run, as what is sent to a collector in one request after the other; a line each in a file.
pub fn batches(known: &Known) -> Vec<String> {
    let trace = Trace { known, story: &known.story, id: hex(&digest(&[&known.story.name])[..16]) };
    // Plain data with text keys always has a JSON form.
    trace.spans().chunks(BATCH).map(|spans| serde_json::to_string(&batch(spans)).unwrap_or_default()).collect()
}

struct Trace<'k> {
    known: &'k Known,
    story: &'k Story,
    /// The same for every look at the run, and for no other run anywhere.
    id: String,
}

impl Trace<'_> {
    fn spans(&self) -> Vec<Span> {
        let parts = self.story.parts.iter().flat_map(|(address, part)| {
            let tries = part.tries.iter().enumerate().map(move |(number, tried)| self.effect(address, number, tried));
            std::iter::once(self.part(address, part)).chain(tries)
        });
        std::iter::once(self.run()).chain(parts).collect()
    }

    fn run(&self) -> Span {
        let (info, story) = (&self.known.info, self.story);
        let mut attributes = self.about(&Address::root());
        attributes.push(Attribute::text("orch.file", info.file.as_str()));
        attributes.push(Attribute::text("orch.status", info.standing.as_str()));
        let end = story.ended.as_ref().map_or(story.last, |(_, _, at)| *at);
        let failed = match info.standing {
            Standing::Completed | Standing::New | Standing::Running | Standing::Waiting | Standing::Paused => None,
            Standing::Unwinding
            | Standing::Stuck
            | Standing::Compensated
            | Standing::Halted
            | Standing::Partial
            | Standing::Killed => Some(story.failure.as_ref().map_or(info.standing.as_str(), |(_, reason)| reason)),
        };
        let events = story.words.iter().map(said).collect();
        let span = self.span(&Address::root(), info.plan.to_string(), (story.started, end), attributes);
        Span { events, status: failed.map(Status::error), ..span }
    }

    fn part(&self, address: &Address, part: &Part) -> Span {
        let mut attributes = self.about(address);
        attributes.push(Attribute::text("orch.state", state(&part.state)));
        attributes.extend(part.kind.map(|kind| Attribute::text("orch.kind", kind_word(kind))));
        attributes.extend(part.title.as_ref().map(|title| Attribute::text("orch.title", title.as_str())));
        attributes.extend(self.story.place(address).map(|place| Attribute::text("orch.place", place)));
        if let Some(looks) = &part.looks {
            attributes.push(Attribute::number("orch.looks", u64::from(looks.count)));
            attributes.push(Attribute::text("orch.evidence", looks.answers.join(", ")));
        }
        let span = self.span(address, name(address), (part.since, part.until.unwrap_or(self.story.last)), attributes);
        // What is undone was done before: its span is over.
        let links =
            undone(address, part).map(|undone| Link { trace_id: self.id.clone(), span_id: self.id_of(&undone) });
        Span { links: links.into_iter().collect(), status: failure(&part.state), ..span }
    }

    fn effect(&self, address: &Address, number: usize, tried: &Try) -> Span {
        let mut attributes = self.about(address);
        attributes.push(Attribute::text("orch.purpose", purpose(tried.purpose)));
        attributes.push(Attribute::number("orch.attempt", u64::from(tried.attempt)));
        attributes.push(Attribute::text("orch.call", tried.told()));
        attributes.push(Attribute::text("orch.request", tried.request.summary()));
        attributes.extend(tried.key.as_ref().map(|key| Attribute::text("orch.idempotency_key", key.as_str())));
        let (end, status) = match &tried.ended {
            Some((at, Outcome::Ok { .. })) => (*at, None),
            Some((at, Outcome::Failed { reason, .. } | Outcome::Unknown { reason, .. })) => {
                (*at, Some(Status::error(reason)))
            }
            None => (self.story.last, Some(Status::error("nobody saw how it ended"))),
        };
        let (told, number) = (tried.told(), number.to_string());
        let called = told.split(['(', ' ']).next().unwrap_or_default().to_owned();
        let span = self.span(address, called, (tried.at, end), attributes);
        let span_id = hex(&digest(&[&self.story.name, address.as_str(), &number])[..8]);
        Span { parent_span_id: span.span_id, span_id, kind: SpanKind::Client, status, ..span }
    }

    fn span(
        &self,
        address: &Address,
        name: String,
        (since, until): (Timestamp, Timestamp),
        attributes: Vec<Attribute>,
    ) -> Span {
        Span {
            trace_id: self.id.clone(),
            span_id: self.id_of(address),
            parent_span_id: self.around(address).map(|around| self.id_of(&around)).unwrap_or_default(),
            name,
            kind: SpanKind::Internal,
            start_time_unix_nano: since.0.to_string(),
            end_time_unix_nano: until.max(since).0.to_string(),
            attributes,
            events: Vec::new(),
            links: Vec::new(),
            status: None,
        }
    }

    fn id_of(&self, address: &Address) -> String {
        hex(&digest(&[&self.story.name, address.as_str()])[..8])
    }

    /// The part that a part lies in; nothing, for the run. A way back stands beside what it undoes.
    fn around(&self, address: &Address) -> Option<Address> {
        if address.is_root() {
            return None;
        }
        let undone = self.story.part(address).and_then(|part| undone(address, part));
        let mut at = undone.as_ref().unwrap_or(address).as_str();
        while let Some((outer, _)) = at.rsplit_once('/') {
            let part = Address::typed(outer);
            if self.story.parts.contains_key(&part) {
                return Some(part);
            }
            at = outer;
        }
        Some(Address::root())
    }

    fn about(&self, address: &Address) -> Vec<Attribute> {
        vec![
            Attribute::text("orch.run", self.known.info.id.as_str()),
            Attribute::text("orch.plan", self.known.info.plan.as_str()),
            Attribute::text("orch.address", address.as_str()),
        ]
    }
}

/// What a part undoes, if it is the way back of another.
fn undone(address: &Address, part: &Part) -> Option<Address> {
    let (undone, _) = address.as_str().rsplit_once('/')?;
    (part.kind == Some(Kind::Compensation)).then(|| Address::typed(undone))
}

fn said(heard: &Heard) -> SpanEvent {
    let mut attributes = vec![Attribute::text("orch.who", heard.who.as_str())];
    attributes.extend(heard.why.as_ref().map(|why| Attribute::text("orch.because", why.as_str())));
    SpanEvent { time_unix_nano: heard.at.0.to_string(), name: spoken(&heard.word), attributes }
}

/// An address without the keys of its items: what has the same name is the same in the program.
fn name(address: &Address) -> String {
    let segments = address.as_str().split('/').map(|segment| segment.split('[').next().unwrap_or(segment));
    readable(&segments.collect::<Vec<_>>().join("/"))
}

fn state(state: &State) -> &'static str {
    match state {
        State::Open => "open",
        State::Done => "done",
        State::Failed(_) => "failed",
        State::Tolerated(_) => "tolerated",
        State::InDoubt(_) => "in_doubt",
        State::Stuck(_) => "stuck",
        State::Undone => "undone",
        State::Left => "left",
        State::Skipped(_) => "skipped",
    }
}

fn failure(state: &State) -> Option<Status> {
    match state {
        State::Failed(reason) | State::Tolerated(reason) | State::InDoubt(reason) | State::Stuck(reason) => {
            Some(Status::error(reason))
        }
        State::Open | State::Done | State::Undone | State::Left | State::Skipped(_) => None,
    }
}

fn kind_word(kind: Kind) -> String {
    serde_json::to_value(kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default()
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Do => "do",
        Purpose::Undo => "undo",
        Purpose::Look => "look",
        Purpose::Confirm => "confirm",
    }
}

/// Of texts, none of which can run into the next.
fn digest(texts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
