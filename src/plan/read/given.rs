//! What is known of a plan beside its program, and what could be asked before anything is done.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::{
    evaluate::{Answers, Needed},
    ir::{Address, Value},
};

/// What is known beside the program.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Inputs by name; those with a default may be missing, and the others are not known then.
    pub inputs: BTreeMap<SmolStr, Value>,
    /// What looks answered.
    pub answers: Answers,
    /// Options to go by where it is not known which is taken, by the address or the name of their decision.
    pub chosen: BTreeMap<SmolStr, SmolStr>,
}

/// A look that could be made before anything is done.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What is called.
    pub call: Needed,
    /// The part that asks.
    pub address: Address,
    /// How often and how long it is tried, as the part says; what it does not say, its probe may.
    pub patience: Patience,
}

/// How often and how long a look is tried, as far as somebody says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// How many more tries after the first.
    pub retries: Option<i64>,
    /// The first pause between two tries and the longest, in nanoseconds.
    pub pauses: Option<(i64, i64)>,
    /// How long one try may take, in nanoseconds.
    pub timeout: Option<i64>,
}
