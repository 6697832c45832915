//! Loops: their items where the list is known, and what is done for any of them.

use std::cmp::Ordering;

use smol_str::SmolStr;

use super::{Here, MAX_PARTS, Names, Reader, leaves::name_of};
use crate::{
    evaluate::binary,
    ir::{self, Address, BinaryOp, Segment, Statement, Value},
    plan::outline::{Item, Kind, Loop, Pace, Way},
};

impl<'p> Reader<'p> {
    pub(super) fn each(
        &mut self,
        here: &Here<'p>,
        names: &mut Names,
        statement: &'p Statement,
        each: &'p ir::For,
    ) -> (Kind, Vec<Way>) {
        let loop_address = here.part(statement.segment.as_ref());
        let (way_back, covered) = self.scope_way_back(here, names, each.compensation.as_ref(), &loop_address);
        let here = Here { covered, ..here.clone() };
        let variable = name_of(here.plan, each.variable);
        let list = self.known.value(names, &each.list);
        let depends_on = if list.is_none() { self.depends_on(names, &each.list) } else { Vec::new() };
        let segment = statement.segment.clone().unwrap_or_else(|| Segment::name(&variable));

        let (before, acted) = (names.clone(), self.acted);
        let items = if let Some(Value::List(values)) = &list {
            self.items(&here, &before, each, &segment, values, &loop_address)
        } else {
            None
        };
        self.acted = acted;
        names.open(each.variable, [SmolStr::from(format!("each {variable}"))]);
        let faults = self.faults.len();
        // What a loop over a known list looks at is asked by its items.
        self.acted = true;
        let mut way = self.only_way(&here.inside(here.address.item(&segment, "*")), names, each.block);
        now_of_all(&mut way, items.as_deref().unwrap_or_default());
        self.faults.truncate(faults);
        self.acted = true;
        *names = before;
        if let Some(local) = each.collect {
            names.open(local, [name_of(here.plan, local)]);
        }
        let order = &each.order;
        let sequential = !order.parallel && order.after.is_none();
        let pace = match &order.limit {
            Some(limit) => match self.known.number(names, limit).map(usize::try_from) {
                Some(Ok(limit)) => Pace::AtMost(limit),
                Some(Err(_)) | None => Pace::Open(self.known.written(limit)),
            },
            None if sequential => Pace::AtMost(1),
            None => Pace::All,
        };
        let read = Loop {
            variable,
            list: self.known.written(&each.list),
            items,
            depends_on,
            pace,
            after: order.after.as_ref().map(|after| self.known.written(after)),
            by: order.by.as_ref().map(|by| self.known.written(by)),
            descending: order.descending,
            way_back,
        };
        (Kind::Loop(read), vec![way])
    }

    /// The items of a known list; `None` where their keys or their order are not known.
    fn items(
        &mut self,
        here: &Here<'p>,
        names: &Names,
        each: &'p ir::For,
        segment: &Segment,
        values: &[Value],
        address: &Address,
    ) -> Option<Vec<Item>> {
        let heads: Option<Vec<Head>> = values.iter().map(|value| self.head(names, each, value)).collect();
        let heads = heads?;
        let number = |key: &SmolStr| heads.iter().position(|head| head.key == *key);
        let mut after = Vec::with_capacity(heads.len());
        for head in &heads {
            let Some(numbers) = head.after.iter().map(number).collect::<Option<Vec<usize>>>() else {
                self.faults.push((address.clone(), format!("`{}` comes after what is not in the list", head.key)));
                return None;
            };
            after.push(numbers);
        }
        let circle = crate::plan::PhaseGraph::new(
            &after.iter().map(|after| after.iter().map(|at| *at as u32).collect()).collect::<Vec<_>>(),
        );
        if circle.cycle().is_some() {
            self.faults.push((address.clone(), "its items wait for each other".to_owned()));
            return None;
        }
        let ranks = ranks(&heads, each.order.descending);
        let acted = self.acted;
        let mut items = Vec::with_capacity(heads.len());
        for (at, (head, value)) in heads.into_iter().zip(values).enumerate() {
            self.acted = acted || at > 0 && self.acted;
            let id = self.number();
            let way = (self.count < MAX_PARTS).then(|| {
                let mut own = names.clone();
                own.know(each.variable, value.clone());
                self.only_way(&here.inside(here.address.item(segment, &head.key)), &mut own, each.block)
            });
            items.push(Item { id, key: head.key, after: std::mem::take(&mut after[at]), rank: ranks[at], way });
        }
        Some(items)
    }

    fn head(&self, names: &Names, each: &ir::For, value: &Value) -> Option<Head> {
        let mut names = names.clone();
        names.know(each.variable, value.clone());
        let key = match &each.key {
            Some(key) => self.known.value(&names, key)?,
            None => value.clone(),
        };
        let after = match &each.order.after {
            Some(after) => self.known.value(&names, after)?,
            None => Value::None,
        };
        let after = match after {
            Value::None => Vec::new(),
            Value::List(keys) => keys.iter().map(key_text).collect(),
            key => vec![key_text(&key)],
        };
        let rank = match &each.order.by {
            Some(by) => Some(self.known.value(&names, by)?),
            None => None,
        };
        Some(Head { key: key_text(&key), after, rank })
    }
}

/// What was asked now of the single items holds for any of them, if it holds for all.
fn now_of_all(way: &mut Way, items: &[Item]) {
    for (at, part) in way.parts.iter_mut().enumerate() {
        let Kind::Check(check) = &mut part.kind else { continue };
        let of_item = |item: &Item| {
            if let Kind::Check(check) = &item.way.as_ref()?.parts.get(at)?.kind { check.now } else { None }
        };
        let known: Vec<Option<bool>> = items.iter().map(of_item).collect();
        check.now = if known.contains(&Some(false)) {
            Some(false)
        } else {
            (!known.is_empty() && known.iter().all(|now| *now == Some(true))).then_some(true)
        };
    }
}

/// An item before it is read.
struct Head {
    key: SmolStr,
    after: Vec<SmolStr>,
    rank: Option<Value>,
}

fn key_text(value: &Value) -> SmolStr {
    SmolStr::from(value.to_string())
}

/// The place of each item among those that could begin; ties by the order of the list.
fn ranks(heads: &[Head], descending: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..heads.len()).collect();
    order.sort_by(|one, other| {
        let ordering = heads[*one].rank.as_ref().zip(heads[*other].rank.as_ref()).map_or(Ordering::Equal, compared);
        if descending { ordering.reverse() } else { ordering }
    });
    let mut ranks = vec![0; heads.len()];
    order.iter().enumerate().for_each(|(rank, at)| ranks[*at] = rank);
    ranks
}

fn compared((one, other): (&Value, &Value)) -> Ordering {
    let less = |one: &Value, other: &Value| binary(BinaryOp::Less, one, other) == Ok(Value::Bool(true));
    match (less(one, other), less(other, one)) {
        (true, _) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => Ordering::Equal,
    }
}
