//! A run whose process dies at any write of its journal, taken up by another, ends as one that did not die.
//!
//! [`points`] enumerates every write of the programs of `tests/corpus/crash` under every script that [`scripts`] finds
//! for them, in a world of memory with a virtual clock; [`covered`] holds that these use every statement and every
//! entry of a journal there is. [`processes`] does the same with real processes and a real store. [`golden`] replays
//! journals that earlier versions wrote, and [`stores`] opens a store. `ORCH_TEST_ALL=1` tries every point; without it a sample.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

mod corpus;
mod covered;
mod golden;
mod points;
mod processes;
mod scene;
mod scripts;
mod stores;
#[expect(dead_code, reason = "what other tests of the machine use of this world")]
#[path = "../support/mod.rs"]
mod support;
#[path = "../watched_store/mod.rs"]
mod watched_store;

use std::{collections::BTreeMap, sync::OnceLock};

/// Whether everything is asked for, or a sample.
fn all() -> bool {
    std::env::var_os("ORCH_TEST_ALL").is_some()
}

/// A program of the corpus with the scripts that were found for it.
type Found = (corpus::Case, Vec<scripts::Script>);

/// The program of this name, with its scripts; found once for all tests.
fn found(name: &str) -> &'static Found {
    static FOUND: OnceLock<BTreeMap<String, OnceLock<Found>>> = OnceLock::new();
    let all = FOUND.get_or_init(|| corpus::names().into_iter().map(|name| (name, OnceLock::new())).collect());
    all[name].get_or_init(|| {
        let case = corpus::case(name);
        let scripts = scripts::scripts(&case);
        (case, scripts)
    })
}

/// All of them.
fn all_found() -> impl Iterator<Item = &'static Found> {
    corpus::names().into_iter().map(|name| found(&name))
}
