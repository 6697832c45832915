//! Snapshots: the state of a run as bytes, so that recovery does not grow with history.
//!
//! A snapshot is a cache. It fits one release and one program; one that does not fit is not used, and the journal is
//! replayed from its beginning. So its form is free to change, and is no form for people or other programs.

use std::{
    collections::VecDeque,
    fmt::{self, Write},
    hash::{DefaultHasher, Hasher},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{
    Machine, Report, Step,
    state::{FrameId, State},
};
use crate::ir::Program;

/// Changes whenever the state does: its parts, or what they mean.
const FORMAT: u32 = 4;

/// What a snapshot fits.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Fits {
    format: u32,
    orch: String,
    program: u64,
}

impl Machine {
    /// The state as it is now, between two steps.
    pub fn snapshot(&self) -> Vec<u8> {
        // Plain data with keys that are numbers or texts always has a JSON form, and JSON in one line no line break.
        let mut snapshot = serde_json::to_vec(&self.fits()).unwrap_or_default();
        snapshot.push(b'\n');
        // A machine that is suspended has frames left that were to go on.
        snapshot.extend(serde_json::to_vec(&(&self.state, &self.ready)).unwrap_or_default());
        snapshot
    }

    /// A machine of the same program that goes on from a snapshot; `None` if the snapshot does not fit.
    pub fn restored(&self, snapshot: &[u8]) -> Option<Machine> {
        let end = snapshot.iter().position(|byte| *byte == b'\n')?;
        let (head, body) = snapshot.split_at(end);
        let fits: Fits = serde_json::from_slice(head).ok()?;
        if fits != self.fits() {
            return None;
        }
        let (state, ready): (Box<State>, VecDeque<(FrameId, Report)>) = serde_json::from_slice(body).ok()?;
        let (program, constants, mark) = (self.program.clone(), Arc::clone(&self.constants), Arc::clone(&self.mark));
        let (stand_ins, faults) = (self.stand_ins.clone(), Vec::new());
        Some(Machine { program, constants, mark, stand_ins, state, out: Step::default(), faults, ready })
    }

    fn fits(&self) -> Fits {
        let program = *self.mark.get_or_init(|| mark(&self.program));
        Fits { format: FORMAT, orch: env!("CARGO_PKG_VERSION").to_owned(), program }
    }
}

/// What tells a program from others: the same sources may become another one in another build.
fn mark(program: &Program) -> u64 {
    struct Hashing(DefaultHasher);
    impl Write for Hashing {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut hashing = Hashing(DefaultHasher::new());
    // Writing into a hasher never fails.
    let _ = write!(hashing, "{program:?}");
    hashing.0.finish()
}
