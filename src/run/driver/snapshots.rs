//! When a driver takes a snapshot.

use crate::machine::Machine;

/// How many records there are at least from one snapshot to the next.
const RECORDS: u64 = 1_000;

/// How many bytes of a snapshot a record is worth: large states are written more rarely, so that what a record costs
/// does not grow with the state.
const BYTES: u64 = 200;

/// How long ago the last snapshot was taken.
#[derive(Default)]
pub(super) struct Snapshots {
    records: u64,
    size: u64,
}

impl Snapshots {
    /// So many records had to be replayed.
    pub fn taken_up(&mut self, replayed: u64) {
        self.records = replayed;
    }

    /// The snapshot that is to be saved with the next record, if it is time for one.
    pub fn next(&mut self, machine: &Machine) -> Option<Vec<u8>> {
        self.records += 1;
        if self.records < RECORDS.max(self.size / BYTES) {
            return None;
        }
        let snapshot = machine.snapshot();
        (self.records, self.size) = (0, snapshot.len() as u64);
        Some(snapshot)
    }
}
