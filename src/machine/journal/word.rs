//! What operators say.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use smol_str::SmolStr;

use crate::ir::Address;

/// What an operator can say to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Word {
    /// How an effect ended of which nobody knew.
    Settle {
        /// Which.
        address: Address,
        /// Whether it was done, and what it gave.
        verdict: Settlement,
    },
    /// Once more what a run is stuck on, or on from the commit it is halted at.
    Retry {
        /// What; needed only where several things are stuck.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Address>,
    },
    /// Stop, and undo.
    Cancel,
    /// Stop, and undo nothing.
    Kill,
    /// Go on without a compensation that is stuck.
    Waive {
        /// Its address.
        address: Address,
    },
    /// A task is done.
    Done {
        /// Which.
        address: Address,
        /// What it reports; `null` if nothing.
        #[serde(default, skip_serializing_if = "Json::is_null")]
        value: Json,
    },
    /// Yes.
    Approve {
        /// To what.
        address: Address,
        /// The digest of what was read, or its beginning; without, it is said to whatever is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<SmolStr>,
    },
    /// No: to an approval, or to a task.
    Refuse {
        /// To what.
        address: Address,
    },
    /// An event arrives.
    Event {
        /// Which.
        event: SmolStr,
        /// What tells it from others; a second one with the same is not heard.
        id: SmolStr,
        /// What it carries.
        payload: Json,
    },
    /// Start nothing new.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Skip the rest of a hold.
    Promote {
        /// Which stage, or its rollout; needed only where several are held.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Address>,
    },
    /// Fail a rollout.
    Abort {
        /// Which, or a stage of it; needed only where several go on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Address>,
    },
    /// A decision is made.
    Choose {
        /// Which.
        address: Address,
        /// The option that is taken.
        option: SmolStr,
    },
}

/// What is asked of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asking {
    /// To do something
    Task,
    /// To say yes or no
    Approval,
    /// To choose
    Decision,
}

/// How an operator settles an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// It was done and gave this; `null` if it gives nothing.
    Done(Json),
    /// It was not done.
    NotDone,
}
