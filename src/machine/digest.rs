//! What an approval is for: a digest of what is asked, of what would run next as the program says it, and of the values
//! that can be seen there. Whoever says yes says it to that; once it has changed, the answer is for something else.
//!
//! A digest is shown, journaled and compared, and nothing depends on how it is computed: of a question that was asked
//! by another version of the machine, the digest is the one that was journaled then.

use std::fmt::Debug;

use indexmap::IndexSet;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::phases::statement_at;
use super::state::{FrameId, Progress, Work};
use super::{Entry, Machine};
use crate::ir::{Action, LocalId, Program, StatementKind, json::to_json};

/// The fewest characters of a digest that stand for it.
const SHORTEST: usize = 8;

impl Machine {
    /// The digest of a question that is asked in a block.
    pub(super) fn digest(&self, block: FrameId, text: &str, by: &str) -> SmolStr {
        let mut account = Account::of(&self.program);
        account.say(&(text, by));
        self.say_what_follows(block, &mut account);
        self.say_what_is_seen(block, &mut account);
        account.digest()
    }

    /// What a part of a way back does, and all that it calls: two that are equal differ in where they are written only.
    pub(super) fn digest_of_way_back(&self, part: &dyn Debug) -> SmolStr {
        let mut account = Account { undoes: true, ..Account::of(&self.program) };
        account.say(part);
        account.digest()
    }

    /// The statements behind it, in its own block and in those around.
    fn say_what_follows(&self, block: FrameId, account: &mut Account<'_>) {
        let mut at = self.state.live.frames.get(&block);
        while let Some(frame) = at {
            match &frame.work {
                Work::Block { block, next, .. } => {
                    let statements = &self.program.blocks[block.index()].statements;
                    statements.iter().skip(*next as usize).for_each(|statement| account.say(statement));
                }
                Work::Phases { place, phases: progress, .. } => {
                    let StatementKind::Phases(phases) = &statement_at(&self.program, *place).kind else { return };
                    let waiting = phases.iter().zip(progress).filter(|(_, progress)| **progress == Progress::Waiting);
                    waiting.for_each(|(phase, _)| account.say(phase));
                }
                Work::Parallel { place, .. } | Work::Loop { place, .. } | Work::Rollout { place, .. } => {
                    account.say(statement_at(&self.program, *place));
                }
                Work::Attempt { .. }
                | Work::Unwind { .. }
                | Work::Measure(_)
                | Work::Stage(_)
                | Work::Probe { .. }
                | Work::Look(_)
                | Work::Act(_)
                | Work::Check(_)
                | Work::Guard(_)
                | Work::WaitFor(_)
                | Work::Handler { .. }
                | Work::Return(_)
                | Work::Wait { .. }
                | Work::Ask(_) => {}
            }
            at = frame.parent.and_then(|parent| self.state.live.frames.get(&parent));
        }
    }

    fn say_what_is_seen(&self, block: FrameId, account: &mut Account<'_>) {
        let Some(frame) = self.state.live.frames.get(&block) else { return };
        let locals = &self.program.plans[frame.plan.index()].locals;
        let name = |local: &LocalId| locals.get(local.index()).map(|local| local.name.clone()).unwrap_or_default();
        let envs = self.state.live.chain(frame.env).into_iter().filter_map(|env| self.state.live.envs.get(&env));
        for (local, value) in envs.flat_map(|env| env.bindings.iter()) {
            account.say(&(name(local), to_json(value).to_string()));
        }
    }

    /// Of questions that were journaled, the digests that were told count.
    pub(super) fn take_over_digests(&mut self, journaled: &[Entry], found: &mut [Entry]) {
        for (told, asked) in journaled.iter().zip(found) {
            if let (Entry::Asked { digest: told, .. }, Entry::Asked { address, digest, .. }) = (told, asked) {
                digest.clone_from(told);
                self.set_digest(address, told.clone());
            }
        }
    }
}

/// As much of a digest as a person needs.
pub fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// Whether what was said stands for a digest: the digest, or its beginning.
pub(super) fn stands_for(said: &str, digest: &str) -> bool {
    said.len() >= SHORTEST && digest.starts_with(said)
}

/// Parts of a program as text: without the places where they are written, and with the declarations they mention.
struct Account<'p> {
    program: &'p Program,
    /// What is done on the way back is not undone itself.
    undoes: bool,
    text: String,
    /// What was mentioned, in that order: where other declarations stand does not matter.
    mentioned: IndexSet<(&'static str, usize)>,
}

/// What is mentioned by number.
const KINDS: [&str; 8] = ["ActionId", "BlockId", "ConstantId", "EventId", "FunctionId", "LocalId", "PlanId", "ProbeId"];

impl<'p> Account<'p> {
    fn of(program: &'p Program) -> Self {
        Account { program, undoes: false, text: String::new(), mentioned: IndexSet::new() }
    }

    fn digest(mut self) -> SmolStr {
        let mut next = 0;
        while let Some((kind, number)) = self.mentioned.get_index(next).copied() {
            self.declaration(kind, number);
            next += 1;
        }
        let digest = Sha256::digest(self.text.as_bytes());
        SmolStr::from(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    fn declaration(&mut self, kind: &str, number: usize) {
        let program = self.program;
        match kind {
            "ActionId" if self.undoes => {
                let bare = |action: &Action| Action { compensation: None, ..action.clone() };
                self.say(&program.actions.get(number).map(bare));
            }
            "ActionId" => self.say(&program.actions.get(number)),
            "BlockId" => self.say(&program.blocks.get(number)),
            "ConstantId" => self.say(&program.constants.get(number)),
            "EventId" => self.say(&program.events.get(number)),
            "FunctionId" => self.say(&program.functions.get(number)),
            "PlanId" => self.say(&program.plans.get(number)),
            "ProbeId" => self.say(&program.probes.get(number)),
            // A name stands for itself.
            _ => {}
        }
    }

    /// Adds a part: as it is written for a programmer, but for the two things that change when lines move.
    fn say(&mut self, part: &dyn Debug) {
        let written = format!("{part:?}\n");
        let mut rest = written.as_str();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' => text_length(rest),
                first if first.is_alphabetic() => {
                    let word = &rest[..rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())];
                    match self.without_place(word, &rest[word.len()..]) {
                        Some(skipped) => {
                            rest = &rest[word.len() + skipped..];
                            continue;
                        }
                        None => word.len(),
                    }
                }
                first => first.len_utf8(),
            };
            self.text.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }

    /// A span is left out, a number becomes that of its first mention. Gives how much behind the word that was.
    fn without_place(&mut self, word: &str, behind: &str) -> Option<usize> {
        if word == "Span" {
            return behind.find('}').map(|end| end + 1);
        }
        let kind = *KINDS.iter().find(|kind| **kind == word)?;
        let end = behind.find(')')?;
        let number = behind.get(1..end)?.parse().ok()?;
        let (mention, _) = self.mentioned.insert_full((kind, number));
        self.text.push_str(&format!("{kind} {mention}"));
        Some(end + 1)
    }
}

/// How long a text in quotes is, with them.
fn text_length(rest: &str) -> usize {
    let mut escaped = true;
    let end = rest.find(|c: char| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |end| end + 1)
}
