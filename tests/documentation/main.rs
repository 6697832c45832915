//! What the documentation shows is what happens.
//!
//! In `README.md` and in all of `docs/`, each fenced block whose language is `orch` or `console` is checked:
//!
//! | block | what is checked |
//! |---|---|
//! | `orch` | a whole program, in canonical form, about which nothing is said |
//! | `orch mistakes` | a whole program; what is said is what stands beside the lines, as `//~ error[E0401]: a part of it`, or what a session shows that checks the file |
//! | `orch prelude` | a whole program, whose last plan the fragments of the page stand in |
//! | `orch fragment` | statements at the end of that plan, in canonical form, about which nothing is said |
//! | `orch values` | expressions, a line each, that are true behind the prelude |
//! | `console` | a session: lines that begin with `$ ` are typed, the others are what is printed; behind `orch repl`, those that begin with its prompt are typed there |
//!
//! With `file=NAME` a program is also the file of that name in the folder where the commands are typed and where
//! imports are looked up: a copy of the folder that lies beside the page. Numbers before a unit of time, clock times
//! and names of runs may differ from what a session shows; everything else may not. Links lead somewhere, and every
//! word of the language has its place in the reference.
//!
//! `ORCH_WRITE=1 cargo test --test documentation` writes what is printed into the sessions: read the difference.

#![expect(clippy::disallowed_methods, reason = "real files and processes are what is tested")]

mod links;
mod page;
mod programs;
mod sessions;
mod words;
