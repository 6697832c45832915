//! The frames of a run, and the names in an environment: each found by number, and small where there are few.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Frame, FrameId};
use crate::ir::{LocalId, Value};

/// Frames by number, in the order in which they began. A frame is large, so each has its own place: a run that waits
/// has few of them, and there may be very many such runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::machine) struct Frames(BTreeMap<FrameId, Box<Frame>>);

impl Frames {
    pub(in crate::machine) fn get(&self, id: &FrameId) -> Option<&Frame> {
        self.0.get(id).map(Box::as_ref)
    }

    pub(in crate::machine) fn get_mut(&mut self, id: &FrameId) -> Option<&mut Frame> {
        self.0.get_mut(id).map(Box::as_mut)
    }

    pub(in crate::machine) fn insert(&mut self, id: FrameId, frame: Frame) {
        self.0.insert(id, Box::new(frame));
    }

    pub(in crate::machine) fn remove(&mut self, id: &FrameId) -> Option<Box<Frame>> {
        self.0.remove(id)
    }

    pub(in crate::machine) fn contains_key(&self, id: &FrameId) -> bool {
        self.0.contains_key(id)
    }

    pub(in crate::machine) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::machine) fn keys(&self) -> impl Iterator<Item = &FrameId> {
        self.0.keys()
    }

    pub(in crate::machine) fn iter(&self) -> impl Iterator<Item = (&FrameId, &Frame)> {
        self.0.iter().map(|(id, frame)| (id, frame.as_ref()))
    }

    pub(in crate::machine) fn iter_mut(&mut self) -> impl Iterator<Item = (&FrameId, &mut Frame)> {
        self.0.iter_mut().map(|(id, frame)| (id, frame.as_mut()))
    }

    pub(in crate::machine) fn values(&self) -> impl Iterator<Item = &Frame> {
        self.0.values().map(Box::as_ref)
    }

    pub(in crate::machine) fn values_mut(&mut self) -> impl Iterator<Item = &mut Frame> {
        self.0.values_mut().map(Box::as_mut)
    }

    pub(in crate::machine) fn retain(&mut self, keeps: impl Fn(&FrameId) -> bool) {
        self.0.retain(|id, _| keeps(id));
    }
}

/// Names with their values, in the order of their numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::machine) struct Bindings(Vec<(LocalId, Value)>);

impl Bindings {
    pub(in crate::machine) fn get(&self, name: LocalId) -> Option<&Value> {
        let at = self.place(name).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Gives a name its value, in place of the one it had.
    pub(in crate::machine) fn insert(&mut self, name: LocalId, value: Value) {
        match self.place(name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    pub(in crate::machine) fn iter(&self) -> impl Iterator<Item = &(LocalId, Value)> {
        self.0.iter()
    }

    fn place(&self, name: LocalId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&name, |(known, _)| *known)
    }
}
