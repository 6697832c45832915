//! `orch journal`: what is in the journal of a run, one line an entry.

use std::{
    collections::{BTreeSet, HashMap},
    thread::sleep,
    time::Duration,
};

use clap::Args;

use super::{
    exit::Exit,
    failure::Failure,
    global::Global,
    moment::exact,
    show::no_part,
    stream,
    subject::Subject,
    terminal::{
        Style, Terminal,
        text::{harmless, readable},
    },
    view::telling::spoken,
};
use crate::{
    ir::Address,
    machine::{EffectId, Entry, Event, Outcome, Question, Record, Retold, Timestamp, Word},
    run::RunId,
};

/// How often one looks for new entries.
const LOOK: Duration = Duration::from_millis(100);

/// How wide the columns of addresses and of what happened are.
const COLUMNS: (usize, usize) = (28, 12);

/// Among how many parts one that is misspelt is looked for.
const REMEMBERED: usize = 10_000;

/// How many signs of a digest are shown: enough to tell two programs apart.
const DIGEST: usize = 12;

/// List the journal of a run: when, where, what, and with which values.
#[derive(Args, Debug)]
pub struct Journal {
    /// The run, the beginning of its name, or a file that it was exported to
    run: String,
    /// Only what this part of the run did, and the parts in it
    address: Option<String>,
    /// Begin with the record of this number
    #[arg(long, value_name = "N", default_value_t = 1)]
    from: u64,
    /// Go on with what is added, until the run is over
    #[arg(long, short)]
    follow: bool,
    /// The records as they are kept, one JSON document a line
    #[arg(long)]
    json: bool,
}

/// One line: an event, or what followed from one.
struct Line {
    address: Option<Address>,
    what: String,
    values: String,
}

impl Journal {
    /// Prints it.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let subject = Subject::find(&self.run, global)?;
        let mut listing = Listing::new(&self, subject.info.id.clone(), global);
        let mut read = 0;
        loop {
            read = subject.records(read + 1, |number, record| listing.take(number, record))?;
            if !self.follow || listing.over || subject.is_sent() {
                return listing.end();
            }
            sleep(LOOK);
        }
    }
}

/// A part that is asked for.
struct Wanted {
    typed: String,
    address: Address,
    /// Whether the journal tells of it.
    found: bool,
    /// The parts that the journal tells of, as long as it is not among them.
    others: BTreeSet<Address>,
}

impl Wanted {
    fn typed(typed: &str) -> Wanted {
        Wanted { typed: typed.to_owned(), address: Address::typed(typed), found: false, others: BTreeSet::new() }
    }

    /// Whether it is this part, or one around it.
    fn is(&mut self, part: &Address) -> bool {
        let is_it = part.is_within(&self.address);
        self.found |= is_it;
        if self.found {
            self.others.clear();
        } else if self.others.len() < REMEMBERED {
            self.others.insert(part.clone());
        }
        is_it
    }
}

/// What has been read so far.
struct Listing<'a> {
    run: RunId,
    wanted: Option<Wanted>,
    from: u64,
    json: bool,
    terminal: &'a Terminal,
    now: Timestamp,
    /// What the effects that are in flight are part of.
    effects: HashMap<EffectId, Address>,
    over: bool,
}

impl<'a> Listing<'a> {
    fn new(journal: &Journal, run: RunId, global: &'a Global) -> Listing<'a> {
        Listing {
            run,
            wanted: journal.address.as_deref().map(Wanted::typed),
            from: journal.from,
            json: journal.json,
            terminal: &global.terminal,
            now: global.now(),
            effects: HashMap::new(),
            over: false,
        }
    }

    fn take(&mut self, number: u64, record: &Record) -> Result<(), Failure> {
        let lines = self.lines(record);
        self.over = record.then.iter().any(|entry| matches!(entry, Entry::Ended { .. }));
        let meant: Vec<&Line> = lines.iter().filter(|line| self.is_meant(line)).collect();
        if number < self.from || meant.is_empty() {
            return Ok(());
        }
        if self.json {
            let line = stream::Line::Record { run: self.run.as_str(), number, record };
            return stream::write(line, self.terminal);
        }
        let at = exact(record.at, self.now);
        meant.into_iter().try_for_each(|line| self.terminal.data(line.drawn(number, &at, self.terminal.data)))
    }

    /// The part that is wanted may have begun before the first record that is shown.
    fn is_meant(&mut self, line: &Line) -> bool {
        let Some(wanted) = &mut self.wanted else { return true };
        line.address.as_ref().is_some_and(|address| wanted.is(address))
    }

    /// All was read: a part that nothing was heard of is none of the run.
    fn end(self) -> Result<Exit, Failure> {
        match self.wanted {
            Some(wanted) if !wanted.found => Err(no_part(&self.run, &wanted.typed, wanted.others.iter())),
            Some(_) | None => Ok(Exit::Done),
        }
    }

    fn lines(&mut self, record: &Record) -> Vec<Line> {
        let event = self.event(&record.event);
        for entry in &record.then {
            if let Entry::Intent { effect, address, .. } = entry {
                self.effects.insert(*effect, address.clone());
            }
        }
        event.into_iter().chain(record.then.iter().map(Line::of)).collect()
    }

    fn event(&mut self, event: &Event) -> Option<Line> {
        let whole = |what: &str, values: String| Some(Line { address: None, what: what.to_owned(), values });
        match event {
            Event::Started { plan, inputs, .. } if inputs.is_empty() => whole("started", plan.to_string()),
            Event::Started { plan, inputs, .. } => {
                whole("started", format!("{plan} {}", serde_json::to_string(inputs).unwrap_or_default()))
            }
            Event::Outcome { effect, outcome } => {
                let (what, values) = match outcome {
                    Outcome::Ok { output, .. } => ("answered", output.trim()),
                    Outcome::Failed { reason, .. } => ("failed", reason.as_str()),
                    Outcome::Unknown { reason, .. } => ("unknown", reason.as_str()),
                };
                let address = self.effects.remove(effect);
                Some(Line { address, what: what.to_owned(), values: values.to_owned() })
            }
            // What followed from it is told.
            Event::Time => None,
            Event::Suspended => whole("suspended", String::new()),
            Event::Recovered => whole("taken up", String::new()),
            Event::Operator { word, who, why } => {
                let because = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                let values = format!("{who} {}{because}", spoken(word));
                Some(Line { address: spoken_of(word).cloned(), what: "said".to_owned(), values })
            }
            Event::Migrated { sources, who, why, dead: _, retold } => {
                let because = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                let sources: String = sources.chars().take(DIGEST).collect();
                let retold: String = retold.iter().map(now_told).collect();
                whole("migrated", format!("by {who} to program {sources}{because}{retold}"))
            }
        }
    }
}

impl Line {
    fn of(entry: &Entry) -> Line {
        Line { address: entry.address().cloned(), what: entry.what().to_owned(), values: entry.values() }
    }

    /// `12  09:12:30.120  prepare/hold                  does          ./shop reserve o-1`
    fn drawn(&self, number: u64, at: &str, style: Style) -> String {
        let Line { address, what, values } = self;
        let address = address.as_ref().map(|address| readable(address.as_str()).replace('\n', " "));
        let (first, second) = COLUMNS;
        let address = format!("{:<first$}", address.unwrap_or_else(|| "·".to_owned()));
        let values = harmless(values).replace('\n', " ");
        let line = format!("{number:>5}  {at}  {address}  {what:<second$}  {values}");
        style.fitted(line.trim_end(), style.width)
    }
}

/// `; asks finance at money: Spend 360 of 500?`
fn now_told(retold: &Retold) -> String {
    let Retold { address, becomes, question } = retold;
    let called = becomes.as_ref().map(|becomes| format!("; {address} is {becomes} now")).unwrap_or_default();
    let asked = question.as_ref().map(|Question { text, by }| format!("; asks {by} at {address}: {text}"));
    format!("{called}{}", asked.unwrap_or_default())
}

/// The part of the run that an operator speaks of.
fn spoken_of(word: &Word) -> Option<&Address> {
    match word {
        Word::Settle { address, .. }
        | Word::Waive { address }
        | Word::Done { address, .. }
        | Word::Approve { address, .. }
        | Word::Refuse { address }
        | Word::Choose { address, .. } => Some(address),
        Word::Retry { address } | Word::Promote { address } | Word::Abort { address } => address.as_ref(),
        Word::Cancel | Word::Kill | Word::Event { .. } | Word::Pause | Word::Resume => None,
    }
}
