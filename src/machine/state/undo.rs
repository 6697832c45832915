//! What would be undone, and why it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Call, EnvId, FrameId, Live, Policy, RegionId, ScopeId};
use crate::ir::{Address, BlockId, LocalId, Place, PlanId, Value};
use crate::machine::journal::Timestamp;
use crate::source::Span;

/// The place to go on from after a halt: what ran just behind a commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Floor {
    /// The last commit.
    pub address: Address,
    /// What it said.
    pub text: SmolStr,
    pub live: Live,
    /// The frames that go on.
    pub frames: Vec<FrameId>,
    /// The loop or branches whose parts were made final.
    pub parts_of: Option<FrameId>,
    pub at: Timestamp,
}

/// A part of the run with a list of its own of what would be undone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::machine) struct Region {
    /// The region around it; the run itself has none.
    pub outer: Option<RegionId>,
    /// The attempt it belongs to; the run itself is none.
    pub attempt: Option<FrameId>,
    /// What would be undone, in the order of intents.
    pub undo: Vec<Undo>,
    /// Why it is being undone.
    pub failure: Option<Failure>,
    /// The compensations that run, by their outermost frame. There is one, unless regions were joined meanwhile.
    pub undoing: BTreeMap<FrameId, Target>,
    /// Compensations that could not be done.
    pub blocked: Vec<Blocked>,
}

/// What a compensation undoes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::machine) enum Target {
    /// The part whose first effect has this number.
    Part(u64),
    /// A scope, with all that was started in it.
    Scope(ScopeId),
}

/// A compensation that could not be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Blocked {
    /// Its own address.
    pub address: Address,
    pub reason: SmolStr,
    pub since: Timestamp,
    pub target: Target,
}

/// Why a part of the run is being undone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Failure {
    pub address: Address,
    pub reason: SmolStr,
    pub kind: FailureKind,
}

/// What kind of statement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::machine) enum FailureKind {
    /// An effect or a look
    Effect,
    /// A condition that does not hold
    Check,
    /// A person's no
    Refused,
    /// Something that took too long
    Timeout,
    /// `fail`, or a cancel
    Stated,
    /// Something that can't be computed
    Fault,
}

/// Something in the list of what would be undone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Undo {
    /// The number of its first effect.
    pub first: u64,
    pub address: Address,
    pub scope: Option<ScopeId>,
    pub state: UndoState,
}

/// Whether and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) enum UndoState {
    /// It is being done, or nobody knows yet; `always` is what undoes it even if it fails.
    Pending { frame: FrameId, always: Option<WayBack> },
    /// It is done.
    Done(WayBack),
    /// It was started, and only the scope it stands in says how it is undone.
    Started,
}

/// How something is undone, with what it was given then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) enum WayBack {
    Call {
        call: Call,
        policy: Policy,
        best_effort: bool,
    },
    Block {
        block: BlockId,
        names: BTreeMap<LocalId, Value>,
        /// Whose names they are.
        plan: PlanId,
        best_effort: bool,
    },
    /// Its arguments could not be computed, for this reason.
    Broken {
        reason: SmolStr,
        /// Where these are written.
        place: Option<Span>,
        best_effort: bool,
    },
}

/// A scope with a `compensate` of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::machine) struct Scope {
    pub parent: Option<ScopeId>,
    pub region: RegionId,
    pub address: Address,
    pub plan: PlanId,
    /// What it sees: outer names, and inner ones where they are known.
    pub env: EnvId,
    pub place: ScopePlace,
}

/// Where the compensation of a scope is written.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(in crate::machine) enum ScopePlace {
    Statement(Place),
    /// A phase of the phases at this place, by number.
    Phase(Place, usize),
}

impl FailureKind {
    /// The variant of it that a program sees.
    pub(in crate::machine) fn name(self) -> &'static str {
        match self {
            FailureKind::Effect => "effect",
            FailureKind::Check => "check",
            FailureKind::Refused => "refused",
            FailureKind::Timeout => "timeout",
            FailureKind::Stated => "stated",
            FailureKind::Fault => "fault",
        }
    }
}

impl RegionId {
    /// The run itself.
    pub(in crate::machine) const RUN: RegionId = RegionId(0);
}
