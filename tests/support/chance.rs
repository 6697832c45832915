//! How many cases a property is tried with, and which.

#![expect(clippy::disallowed_methods, reason = "more cases where there is time")]

use proptest::test_runner::{Config, RngSeed};

/// `cases` of them, the same in every build. `ORCH_TEST_ALL` asks for ten times as many, `ORCH_TEST_CASES` for as many
/// as it says, and these are others each time.
pub fn config(cases: u32) -> Config {
    let said = std::env::var("ORCH_TEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let all = std::env::var_os("ORCH_TEST_ALL").map(|_| cases * 10);
    let more = said.or(all);
    let rng_seed = if more.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    Config { cases: more.unwrap_or(cases), rng_seed, ..Config::default() }
}
