//! What helps a person to write a program, as plain data: what a word is, what may follow, what a call takes.
//!
//! Nothing here knows a terminal or an editor. Text is given with what the checker knows of the program around it; a
//! text that is being typed is rarely whole, so all of this works on its tokens.

mod chain;
mod complete;
mod declared;
mod highlight;
mod open;
mod reference;
mod signature;

pub use complete::{Around, Completion, completions, free_functions};
pub use declared::{Declared, declared};
pub use highlight::{Kind, highlight};
pub use open::is_open;
pub use reference::section_of;
pub use signature::{Signature, builtin, signature};
