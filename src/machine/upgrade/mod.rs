//! Whether a run can go on under another program.
//!
//! It can if all that has happened would have happened under that program as well. As a machine is a pure function,
//! this can be tried: the journal is fed to a machine of each program, side by side. In every step both must enter,
//! start, finish, ask and decide the same parts in the same order, with the same numbers and keys. What is only told
//! of that (titles, reasons, evidence), what was asked for by effects that have ended, and moments that nothing depends
//! on may differ; each such difference is listed. Then the two machines must agree about the present: what is waited
//! for, what may be done again with the key it has, and what would be undone.
//!
//! A compensation may be written anew: a way back that is wrong is what one most needs to mend, and what it undoes
//! is known from the journal. It may not go away, nor become one whose arguments can't be computed.
//!
//! An approval that was given for something else than what would run now is dead. It can't be asked for again, as the
//! run is behind it; so the run is paused there, and whoever lets it go on has said yes to what will run.

mod compare;
mod present;
mod request;

use std::{collections::BTreeSet, sync::Arc};

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;

use crate::{
    ir::{Address, Program, Request},
    machine::{
        CannotBegin, Entry, Event, Machine, Mismatch, Question, Record, Retold, Step, Wait, WaitOn, beginning,
        estimate::moment_text,
    },
    source::{Sources, Span},
};

pub(in crate::machine) use compare::{agree, differ_in_reason, place_of};
use present::{How, Way};

/// A program, with what is needed to speak of it.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The program.
    pub program: &'a Arc<Program>,
    /// Its files.
    pub sources: &'a Sources,
    /// For each of its modules, the folder that its relative paths start from.
    pub folders: &'a [String],
}

/// Something that both programs do, and that the new one tells or asks differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The part of the run; the root for the run as a whole.
    pub address: Address,
    /// In what they differ.
    pub aspect: Aspect,
    /// What it was; `null` if there was nothing.
    pub was: Json,
    /// What it would be; `null` if there would be nothing.
    pub would_be: Json,
}

/// In what two programs may differ that did the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// A title, or what a commit says
    Title,
    /// Why something failed or waits
    Reason,
    /// What an effect that has ended was asked for
    Request,
    /// What a part gave: more or fewer fields
    Value,
    /// A moment or a length of time
    Time,
    /// What was seen
    Evidence,
    /// What is measured after a phase
    Estimate,
    /// What an event carried
    Payload,
    /// What a person is asked
    Question,
    /// Who is asked
    Asked,
    /// The type of what a person reports
    Type,
    /// The options of a decision
    Options,
    /// What an approval is for: one that was given is dead, one that is open is asked anew
    Approval,
    /// How a part would be undone
    WayBack,
}

/// Something that stands against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Obstacle {
    /// The part of the run; the root for the run as a whole.
    pub address: Address,
    /// What kind of thing it is.
    pub kind: ObstacleKind,
    /// What is so.
    pub was: String,
    /// What would be.
    pub would_be: String,
}

/// What can stand against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObstacleKind {
    /// A part that was entered is not in the new program
    Gone,
    /// Something else would have happened
    Otherwise,
    /// A value would be another one, or does not fit its type
    Value,
    /// What may be done again with its key would be something else
    InFlight,
    /// What is waited for would not be, or something else would be
    Wait,
    /// What was done would not be undone
    WayBack,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// What differs, by part, in the order of the journal; each with its place in the new program.
    pub differences: Vec<(Difference, Option<Span>)>,
    /// What stands against it; nothing, if the run can go on under the new program.
    pub obstacles: Vec<(Obstacle, Option<Span>)>,
    /// Approvals that were given for something else than what would run now.
    pub dead: Vec<Address>,
    /// What goes on and would be called or asked otherwise.
    pub retold: Vec<Retold>,
}

/// A journal, fed to two programs.
pub struct Upgrade<'a> {
    old: Side<'a>,
    new: Side<'a>,
    before: Machine,
    /// `None` once something else would have happened.
    after: Option<Machine>,
    /// The records up to this number were written under programs before the old one.
    migrated: u64,
    read: u64,
    plan: SmolStr,
    entered: BTreeSet<Address>,
    differences: IndexMap<(Address, Aspect), Difference>,
    obstacles: Vec<Obstacle>,
    /// Approvals that were asked for otherwise than they would be, by what was shown then.
    asked: BTreeSet<Address>,
    dead: Vec<Address>,
    retold: Vec<Retold>,
}

impl<'a> Upgrade<'a> {
    /// A comparison that has read nothing yet. The records up to number `migrated` were written under programs before
    /// the old one.
    pub fn new(old: Side<'a>, new: Side<'a>, migrated: u64) -> Upgrade<'a> {
        Upgrade {
            before: Machine::new(Arc::clone(old.program)),
            after: Some(Machine::new(Arc::clone(new.program))),
            old,
            new,
            migrated,
            read: 0,
            plan: SmolStr::default(),
            entered: BTreeSet::new(),
            differences: IndexMap::new(),
            obstacles: Vec::new(),
            asked: BTreeSet::new(),
            dead: Vec::new(),
            retold: Vec::new(),
        }
    }

    /// Takes the next record of the journal.
    ///
    /// # Errors
    /// It is not even what the old program does.
    pub fn take(&mut self, record: &Record) -> Result<(), Mismatch> {
        self.read += 1;
        let mut then = record.then.clone();
        if self.read <= self.migrated {
            // Whoever let the run go on after a migration has said yes to what the old program would run.
            take_over_digests(&self.before.follow(record)?, &mut then);
        } else {
            self.before.replay(record)?;
        }
        if let Event::Started { plan, inputs, .. } = &record.event {
            self.plan = plan.clone();
            if let Some(missing) = self.missing(plan, inputs) {
                let would_be = format!("{missing}: give the new parameter a default, or make it a `T?`");
                self.depart(Address::root(), ObstacleKind::Value, told_inputs(inputs), would_be);
            }
        }
        let entered = record.then.iter().filter(|entry| matches!(entry, Entry::Entered { .. }));
        self.entered.extend(entered.filter_map(Entry::address).cloned());
        let Some(after) = &mut self.after else { return Ok(()) };
        after.keep_waits(record);
        match after.retake(record) {
            Ok(step) => self.compare(&then, &step),
            Err(refused) => {
                let was = "what an operator said was accepted".to_owned();
                self.depart(Address::root(), ObstacleKind::Otherwise, was, format!("it would be refused: {refused}"));
            }
        }
        Ok(())
    }

    /// What the plan of the new program needs to begin, and the run was not given.
    fn missing(&self, plan: &str, given: &Map<String, Json>) -> Option<CannotBegin> {
        let plan = self.new.program.plans.iter().find(|candidate| candidate.name == plan)?;
        let inputs = beginning::inputs_of(self.new.program, plan);
        let missing = inputs.iter().filter(|input| input.default.is_none() && !given.contains_key(input.name.as_str()));
        missing
            .filter_map(|input| beginning::decoded(input, &Json::Null).err().map(|_| beginning::missing(input)))
            .next()
    }

    fn compare(&mut self, then: &[Entry], step: &Step) {
        let longest = then.len().max(step.entries.len());
        for number in 0..longest {
            match (then.get(number), step.entries.get(number)) {
                (Some(was), Some(would_be)) if agree(was, would_be) => self.note(was, would_be),
                (was, would_be) => return self.departs(was, would_be),
            }
        }
    }

    fn note(&mut self, was: &Entry, would_be: &Entry) {
        // A wait that is there under another name is not gone.
        if let (Entry::Entered { address: was, .. }, Entry::Entered { address: would_be, .. }) = (was, would_be)
            && was != would_be
        {
            self.entered.remove(was);
            self.entered.insert(would_be.clone());
        }
        if let Entry::Done { address, .. } = was
            && self.asked.remove(address)
        {
            self.approval_dies(address.clone());
        }
        for difference in compare::differences(was, would_be) {
            let same_request = || {
                let requests = compare::intent(was).zip(compare::intent(would_be));
                requests.is_some_and(|((.., was), (.., would_be))| self.is_same_request(was, would_be))
            };
            match difference.aspect {
                Aspect::Request if same_request() => {}
                Aspect::Approval => {
                    self.asked.insert(difference.address);
                }
                Aspect::Value if !compare::is_still(&difference.was, &difference.would_be) => {
                    let Difference { address, was, would_be, .. } = difference;
                    let (was, would_be) = (format!("it gave {was}"), format!("it would have given {would_be}"));
                    self.obstacles.push(Obstacle { address, kind: ObstacleKind::Value, was, would_be });
                }
                Aspect::Title
                | Aspect::Reason
                | Aspect::Request
                | Aspect::Value
                | Aspect::Time
                | Aspect::Evidence
                | Aspect::Estimate
                | Aspect::Payload
                | Aspect::Question
                | Aspect::Asked
                | Aspect::Type
                | Aspect::Options
                | Aspect::WayBack => self.differs(difference),
            }
        }
    }

    /// What is asked now will be asked anew: an answer to what was shown before is refused.
    fn questions_are_asked_anew(&mut self, after: &Machine) {
        let is_asked = |address: &Address| {
            after.waits().iter().any(|wait| wait.address == *address && matches!(wait.on, WaitOn::Person { .. }))
        };
        for address in std::mem::take(&mut self.asked).into_iter().filter(is_asked) {
            let (was, would_be) = (json!("asked"), json!("asked anew: something else would run after a yes"));
            self.differs(Difference { address, aspect: Aspect::Approval, was, would_be });
        }
    }

    /// Whoever said yes said it to something else than what would run now.
    fn approval_dies(&mut self, address: Address) {
        let (was, would_be) = (json!("given"), json!("to be given again, by letting the run go on"));
        self.differs(Difference { address: address.clone(), aspect: Aspect::Approval, was, would_be });
        self.dead.push(address);
    }

    fn differs(&mut self, difference: Difference) {
        // What a person is asked is the title of the part that asks.
        let title = (difference.address.clone(), Aspect::Title);
        let told = |known: &Difference| known.was == difference.was && known.would_be == difference.would_be;
        if difference.aspect == Aspect::Question && self.differences.get(&title).is_some_and(told) {
            self.differences.shift_remove(&title);
        }
        self.differences.insert((difference.address.clone(), difference.aspect), difference);
    }

    fn departs(&mut self, was: Option<&Entry>, would_be: Option<&Entry>) {
        let address = was.or(would_be).and_then(Entry::address).cloned().unwrap_or_default();
        // A value that no longer fits fails its part: that is what is wrong, not that the part fails.
        let unfit =
            matches!((was, would_be), (Some(Entry::Done { .. }), Some(Entry::Failed { .. } | Entry::InDoubt { .. })));
        let kind = if unfit { ObstacleKind::Value } else { ObstacleKind::Otherwise };
        self.depart(address, kind, told(was, "nothing follows"), told(would_be, "nothing would follow"));
    }

    fn depart(&mut self, address: Address, kind: ObstacleKind, was: String, would_be: String) {
        self.obstacles.push(Obstacle { address, kind, was, would_be });
        self.after = None;
    }

    /// What came out, once all records were taken, and the machine of the new program, if nothing stands against it.
    pub fn finish(mut self) -> (Comparison, Option<Machine>) {
        let after = self.after.take();
        if let Some(after) = &after {
            self.compare_waits(after);
            self.questions_are_asked_anew(after);
            self.compare_unsettled(after);
            self.compare_ways_back(after);
        }
        self.name_what_is_gone();
        let Upgrade { new, plan, differences, obstacles, dead, retold, .. } = self;
        let after = after.filter(|_| obstacles.is_empty());
        let place = |address: &Address| new.program.find_near(&plan, address).map(|(_, found)| found.span());
        let comparison = Comparison {
            differences: differences.into_values().map(|it| (place(&it.address), it)).map(swap).collect(),
            obstacles: obstacles.into_iter().map(|it| (place(&it.address), it)).map(swap).collect(),
            dead,
            retold,
        };
        (comparison, after)
    }

    /// Where the two part, only the first thing is known that would be otherwise; but all parts can be named that the
    /// new program does not have.
    fn name_what_is_gone(&mut self) {
        let is_there = |address: &Address| self.new.program.find(&self.plan, address).is_some();
        let mut gone: Vec<Address> = Vec::new();
        for address in self.entered.iter().filter(|address| !address.is_root() && !is_there(address)) {
            if !gone.iter().any(|around| address.is_within(around)) {
                gone.push(address.clone());
            }
        }
        if gone.is_empty() {
            return;
        }
        // That the parts are not there is why the two part.
        self.obstacles.retain(|obstacle| obstacle.kind != ObstacleKind::Otherwise);
        self.obstacles.extend(gone.into_iter().map(|address| Obstacle {
            address,
            kind: ObstacleKind::Gone,
            was: "a part that was begun".to_owned(),
            would_be: "not in the new program".to_owned(),
        }));
    }

    fn compare_waits(&mut self, after: &Machine) {
        let (waits, would_be) = (self.before.waits(), after.waits());
        let same = |left: &Wait, right: &Wait| {
            place_of(&left.address) == place_of(&right.address) && for_what(left) == for_what(right)
        };
        for wait in &waits {
            match would_be.iter().find(|other| same(wait, other)) {
                None => self.obstacles.push(Obstacle {
                    address: wait.address.clone(),
                    kind: ObstacleKind::Wait,
                    was: format!("it waits for {}", for_what(wait)),
                    would_be: "it would not".to_owned(),
                }),
                Some(other) => self.wait_differs(wait, other),
            }
        }
        for wait in would_be.iter().filter(|wait| !waits.iter().any(|other| same(wait, other))) {
            self.obstacles.push(Obstacle {
                address: wait.address.clone(),
                kind: ObstacleKind::Wait,
                was: "nothing is waited for".to_owned(),
                would_be: format!("it would wait for {}", for_what(wait)),
            });
        }
    }

    fn wait_differs(&mut self, was: &Wait, would_be: &Wait) {
        let (left, right) = (deadline(was), deadline(would_be));
        if left != right {
            let (address, aspect) = (was.address.clone(), Aspect::Time);
            self.differs(Difference { address, aspect, was: left, would_be: right });
        }
        let becomes = (was.address != would_be.address).then(|| would_be.address.clone());
        let question = question(would_be).filter(|asked| question(was).as_ref() != Some(asked));
        if becomes.is_some() || question.is_some() {
            self.retold.push(Retold { address: was.address.clone(), becomes, question });
        }
    }

    /// What may be done again with the key it has must stay what it was.
    fn compare_unsettled(&mut self, after: &Machine) {
        let would_be = after.unsettled();
        for (effect, address, was) in self.before.unsettled() {
            let other = would_be.iter().find(|(number, ..)| *number == effect).map(|(.., request)| request);
            if other.is_some_and(|other| self.is_same_request(&was, other)) {
                continue;
            }
            let would_be = other.map_or_else(|| "nothing".to_owned(), |request| request.summary());
            let was = format!("nobody knows yet how it ended, so it may be done again: {}", was.summary());
            let would_be = format!("with the same key, something else would be done: {would_be}");
            self.obstacles.push(Obstacle { address, kind: ObstacleKind::InFlight, was, would_be });
        }
    }

    fn compare_ways_back(&mut self, after: &Machine) {
        let (was, mut would_be) = (self.before.ways_back(self.old.sources), after.ways_back(self.new.sources));
        for Way { address, how } in was {
            let other = would_be.iter().position(|way| way.address == address).map(|at| would_be.remove(at).how);
            match other {
                Some(How::Broken(reason)) if !matches!(how, How::Broken(_)) => {
                    self.not_undone(address, &how, format!("{reason}"));
                }
                Some(other) if self.is_same_way(&how, &other) => {}
                Some(other) => self.undone_otherwise(address, Some(&how), &other),
                None => self.not_undone(address, &how, "it would not be undone".to_owned()),
            }
        }
        for Way { address, how } in would_be {
            self.undone_otherwise(address, None, &how);
        }
    }

    fn undone_otherwise(&mut self, address: Address, was: Option<&How>, would_be: &How) {
        let (was, mut would_be) = (was.map(shown), shown(would_be));
        if was.as_ref() == Some(&would_be) {
            would_be.push_str(", of which what it calls is another");
        }
        let (was, would_be) = (json!(was), json!(would_be));
        self.differs(Difference { address, aspect: Aspect::WayBack, was, would_be });
    }

    fn not_undone(&mut self, address: Address, how: &How, would_be: String) {
        let was = format!("it would be undone by {}", shown(how));
        self.obstacles.push(Obstacle { address, kind: ObstacleKind::WayBack, was, would_be });
    }

    fn is_same_way(&self, was: &How, would_be: &How) -> bool {
        match (was, would_be) {
            (How::Request(was), How::Request(would_be)) => self.is_same_request(was, would_be),
            (How::Block { digest: was, .. }, How::Block { digest: would_be, .. }) => was == would_be,
            (was, would_be) => was == would_be,
        }
    }

    fn is_same_request(&self, was: &Request, would_be: &Request) -> bool {
        request::placed(was, self.old.folders) == request::placed(would_be, self.new.folders)
    }
}

impl Aspect {
    /// As documents and lists name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Aspect::Title => "title",
            Aspect::Reason => "reason",
            Aspect::Request => "request",
            Aspect::Value => "value",
            Aspect::Time => "time",
            Aspect::Evidence => "evidence",
            Aspect::Estimate => "estimate",
            Aspect::Payload => "payload",
            Aspect::Question => "question",
            Aspect::Asked => "asked",
            Aspect::Type => "type",
            Aspect::Options => "options",
            Aspect::Approval => "approval",
            Aspect::WayBack => "way back",
        }
    }
}

impl ObstacleKind {
    /// As documents name it.
    pub fn as_str(self) -> &'static str {
        match self {
            ObstacleKind::Gone => "gone",
            ObstacleKind::Otherwise => "otherwise",
            ObstacleKind::Value => "value",
            ObstacleKind::InFlight => "in flight",
            ObstacleKind::Wait => "wait",
            ObstacleKind::WayBack => "way back",
        }
    }
}

/// What approvals were for under the program whose entries are `from`.
fn take_over_digests(from: &[Entry], to: &mut [Entry]) {
    for (from, to) in from.iter().zip(to) {
        if let (Entry::Asked { digest: from, .. }, Entry::Asked { digest: to, .. }) = (from, to) {
            to.clone_from(from);
        }
    }
}

fn swap<A, B>((a, b): (A, B)) -> (B, A) {
    (b, a)
}

/// `it was given first = "x"`
fn told_inputs(given: &Map<String, Json>) -> String {
    let given: Vec<String> = given.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    match given.as_slice() {
        [] => "it was given nothing".to_owned(),
        given => format!("it was given {}", given.join(", ")),
    }
}

/// What an entry says, with its part if that is not clear.
fn told(entry: Option<&Entry>, nothing: &str) -> String {
    let Some(entry) = entry else { return nothing.to_owned() };
    let address = entry.address().map(|address| format!("`{address}` ")).unwrap_or_default();
    let values = entry.values();
    let values = if values.is_empty() { values } else { format!(": {values}") };
    format!("{address}{}{values}", entry.what())
}

fn shown(how: &How) -> String {
    match how {
        How::Open => "what it says once it is done".to_owned(),
        How::Request(request) => request.summary(),
        How::Call(call) => call.clone(),
        How::Block { text, digest: _ } => text.clone(),
        How::Broken(reason) => reason.to_string(),
    }
}

/// What a wait is for, in a word; where two waits of a part have the same word they are the same wait.
fn for_what(wait: &Wait) -> &'static str {
    match &wait.on {
        WaitOn::Effect { .. } => "an effect",
        WaitOn::Time { .. } => "a moment",
        WaitOn::Backoff { .. } => "the next try",
        WaitOn::Hold { .. } => "the end of a hold",
        WaitOn::Person { .. } => "a person",
        WaitOn::Event { .. } => "an event",
        WaitOn::Measure { .. } | WaitOn::Settlement { .. } | WaitOn::Compensation { .. } => "help",
        WaitOn::Paused { .. } => "the end of a pause",
    }
}

/// What a person is asked who can end a wait.
fn question(wait: &Wait) -> Option<Question> {
    let WaitOn::Person { text, by, .. } = &wait.on else { return None };
    Some(Question { text: text.clone(), by: by.clone() })
}

/// When a wait is over, or how long it lasts.
fn deadline(wait: &Wait) -> Json {
    match &wait.on {
        WaitOn::Time { until } | WaitOn::Backoff { until, .. } => json!(moment_text(*until)),
        WaitOn::Hold { needed, .. } => json!(compare::length(*needed)),
        WaitOn::Person { until, .. } | WaitOn::Event { until, .. } => json!(until.map(moment_text)),
        WaitOn::Effect { .. }
        | WaitOn::Measure { .. }
        | WaitOn::Settlement { .. }
        | WaitOn::Compensation { .. }
        | WaitOn::Paused { .. } => Json::Null,
    }
}
