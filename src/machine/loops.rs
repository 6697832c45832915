//! The items of a loop: in which order they begin, and how many at once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;

use super::block::{Begun, Refusal};
use super::compute::text_of;
use super::phases::statement_at;
use super::reason::Reason;
use super::state::{EnvId, FrameId, Items, Parts, Progress, Role, Work};
use super::{Entry, Kind, Machine, Report};
use crate::evaluate::binary;
use crate::ir::{BinaryOp, For, ForOrder, Place, Segment, Statement, StatementKind, Value};

impl Machine {
    pub(super) fn begin_loop(
        &mut self,
        id: FrameId,
        place: Place,
        statement: &Statement,
        each: &For,
    ) -> Result<Begun, Refusal> {
        let (address, inside) = (self.part_of(id, statement.segment.as_ref()), self.address_of(id));
        let items = self.items(self.env_of(id), each).map_err(Refusal::at(&address))?;
        let (progress, results) = items.nothing_done();
        let work = Work::Loop { place, items: Arc::new(items), progress, results };
        let child = self.push_scoped(id, address, inside, work, each.compensation.as_ref(), place);
        self.prepare_floor(child, &[each.block]);
        Ok(Begun::Runs)
    }

    /// The items of a loop, each with its key and with those it waits for. What can't be gone through fails the
    /// loop before its first item.
    fn items(&mut self, env: EnvId, each: &For) -> Result<Items, Reason> {
        let Value::List(values) = self.compute(env, &each.list)? else {
            return Err(Reason::unfit(&each.list, "there is no list to go through"));
        };
        let inner = self.new_env(Some(env));
        let read: Result<Vec<ReadItem>, Reason> = values.iter().map(|value| self.item(inner, each, value)).collect();
        self.release_env(inner);
        let read = read?;
        let unfit = |why| Reason::unfit(&each.list, why);
        if let Some(key) = twice(&read) {
            return Err(unfit(SmolStr::from(format!("two items have the key `{key}`"))));
        }
        let after = waited_for(&read).map_err(unfit)?;
        in_a_circle(&read, &after).map_err(unfit)?;
        let order = begin_order(&read, each.order.descending);
        let limit = self.limit(env, each.order.limit.as_ref())?.unwrap_or_else(|| each.order.usual_limit());
        let list = read.into_iter().map(|item| (item.key, item.value)).collect();
        Ok(Items { list, after, order, limit })
    }

    fn item(&mut self, inner: EnvId, each: &For, value: &Value) -> Result<ReadItem, Reason> {
        self.bind(inner, each.variable, value.clone());
        let key = each.key.as_ref().map_or_else(|| Ok(value.clone()), |key| self.compute(inner, key))?;
        let after = each.order.after.as_ref().map(|after| self.compute(inner, after)).transpose()?;
        let after = match after {
            None | Some(Value::None) => Vec::new(),
            Some(Value::List(keys)) => keys.iter().map(text_of).collect(),
            Some(key) => vec![text_of(&key)],
        };
        let rank = each.order.by.as_ref().map(|by| self.compute(inner, by)).transpose()?;
        Ok(ReadItem { key: text_of(&key), value: value.clone(), after, rank })
    }

    /// Begins the items whose turn it is, or ends the loop.
    pub(super) fn go_on_loop(&mut self, id: FrameId, report: Report) {
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Loop { progress, .. } = &mut frame.work else { return };
        if let Report::Done(slot) = report {
            progress.set(slot, Progress::Done);
            self.final_part_done(id, slot);
        }
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let Work::Loop { place, items, progress, .. } = &mut frame.work else { return };
        if progress.done() == items.list.len() {
            return self.end_loop(id);
        }
        let (place, begin) = (*place, items.ready(progress));
        begin.iter().for_each(|number| progress.set(*number, Progress::Running));
        for number in begin {
            self.begin_item(id, place, number);
        }
    }

    fn begin_item(&mut self, id: FrameId, place: Place, number: usize) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get(&id) else { return };
        let Work::Loop { items, .. } = &frame.work else { return };
        let (key, value) = items.list[number].clone();
        let statement = statement_at(&program, place);
        let StatementKind::For(each) = &statement.kind else { return };
        let segment = statement.segment.clone().unwrap_or_else(|| Segment::name("for"));
        let address = frame.address.item(&segment, &key);
        let address = self.enter(address);
        self.log(Entry::Entered { address: address.clone(), kind: Kind::Item, title: None });
        let role = if each.collect.is_some() { Role::Item } else { Role::Scope };
        self.begin_with(id, address, each.block, role, number, Some((each.variable, value)));
    }

    /// Every item is done: what they gave is collected in the order of the list.
    fn end_loop(&mut self, id: FrameId) {
        let program = self.program();
        let Some(frame) = self.state.live.frames.get_mut(&id) else { return };
        let env = frame.env;
        let Work::Loop { place, results, .. } = &mut frame.work else { return };
        let (place, results) = (*place, std::mem::take(results));
        if let StatementKind::For(each) = &statement_at(&program, place).kind
            && let Some(local) = each.collect
        {
            self.bind(env, local, Value::list(results));
        }
        self.leave(id, Report::Done);
    }
}

/// An item as it is read before the first one begins.
struct ReadItem {
    key: SmolStr,
    value: Value,
    /// The keys of the items it waits for.
    after: Vec<SmolStr>,
    /// What `by` says of it.
    rank: Option<Value>,
}

impl Items {
    /// How far the items are before the first one begins, and what they gave.
    pub(super) fn nothing_done(&self) -> (Parts, Vec<Value>) {
        (Parts::waiting(self.list.len()), vec![Value::None; self.list.len()])
    }

    /// The items that begin now.
    fn ready(&self, progress: &mut Parts) -> Vec<usize> {
        let has_begun = |number: &usize| progress.of(*number) != Progress::Waiting;
        let more = self.order[progress.begun..].iter().take_while(|number| has_begun(number)).count();
        progress.begun += more;
        let done = |number: &usize| progress.of(*number) == Progress::Done;
        let may_begin =
            |number: &usize| progress.of(*number) == Progress::Waiting && self.after[*number].iter().all(done);
        let free = self.limit.saturating_sub(progress.running());
        self.order[progress.begun..].iter().copied().filter(may_begin).take(free).collect()
    }
}

impl ForOrder {
    /// How many items go at once where nothing limits them.
    fn usual_limit(&self) -> usize {
        if self.parallel || self.after.is_some() { usize::MAX } else { 1 }
    }
}

/// A key that stands twice.
fn twice(items: &[ReadItem]) -> Option<SmolStr> {
    let mut seen = BTreeSet::new();
    items.iter().find(|item| !seen.insert(&item.key)).map(|item| item.key.clone())
}

/// Which items each waits for, by number.
fn waited_for(items: &[ReadItem]) -> Result<Vec<Vec<usize>>, SmolStr> {
    let numbers: BTreeMap<&SmolStr, usize> = items.iter().enumerate().map(|(at, item)| (&item.key, at)).collect();
    let number = |item: &ReadItem, key: &SmolStr| {
        let unknown = || SmolStr::from(format!("`{}` comes after `{key}`, which is not in the list", item.key));
        numbers.get(key).copied().ok_or_else(unknown)
    };
    items.iter().map(|item| item.after.iter().map(|key| number(item, key)).collect()).collect()
}

/// Refuses items that wait for each other, with the way around.
fn in_a_circle(items: &[ReadItem], after: &[Vec<usize>]) -> Result<(), SmolStr> {
    let done = what_can_be_done(after);
    let Some(first) = done.iter().position(|done| !done) else { return Ok(()) };
    let way: Vec<&str> = around(first, after, &done).into_iter().map(|at| items[at].key.as_str()).collect();
    Err(SmolStr::from(format!("these items wait for each other: {}", way.join(" → "))))
}

/// What can be done is done, until nothing more can (Kahn, "Topological sorting of large networks", 1962); what is left
/// waits for itself.
fn what_can_be_done(after: &[Vec<usize>]) -> Vec<bool> {
    let mut open: Vec<usize> = after.iter().map(Vec::len).collect();
    let mut behind = vec![Vec::new(); after.len()];
    let waits = after.iter().enumerate().flat_map(|(at, before)| before.iter().map(move |before| (*before, at)));
    waits.for_each(|(before, at)| behind[before].push(at));
    let mut done = vec![false; after.len()];
    let mut ready: Vec<usize> = (0..after.len()).filter(|at| open[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        done[at] = true;
        for behind in &behind[at] {
            open[*behind] -= 1;
            if open[*behind] == 0 {
                ready.push(*behind);
            }
        }
    }
    done
}

/// A way from an item through those it waits for and back, among those that are not done.
fn around(first: usize, after: &[Vec<usize>], done: &[bool]) -> Vec<usize> {
    let mut way = vec![first];
    while let Some(next) = way.last().and_then(|at| after[*at].iter().copied().find(|before| !done[*before])) {
        let seen = way.iter().position(|at| *at == next);
        way.push(next);
        if let Some(seen) = seen {
            return way.split_off(seen);
        }
    }
    way
}

/// The numbers of the items, those first that `by` puts first; ties by the order of the list.
fn begin_order(items: &[ReadItem], descending: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|one, other| {
        let ascending = items[*one].rank.as_ref().zip(items[*other].rank.as_ref()).map_or(Ordering::Equal, compared);
        if descending { ascending.reverse() } else { ascending }
    });
    order
}

fn compared((one, other): (&Value, &Value)) -> Ordering {
    let less = |one: &Value, other: &Value| binary(BinaryOp::Less, one, other) == Ok(Value::Bool(true));
    if less(one, other) {
        Ordering::Less
    } else if less(other, one) {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}
