//! What is done to a run by who drives it: words are said, questions answered, the process dies.

use smol_str::SmolStr;

use super::{AtPart, Happening, Simulation};
use crate::{
    ir::{Address, Value, test::CrashTime},
    machine::{Event, Refused, Timestamp, Word},
    simulate::{
        Answer, Unfit, World, ends,
        queue::{Planned, Slot},
    },
};

impl<W: World> Simulation<W> {
    /// Says something to the run, now.
    ///
    /// # Errors
    /// The word is refused: nothing happened.
    pub fn say(&mut self, word: Word, who: &str, why: Option<&str>) -> Result<&Happening, Refused> {
        self.hear(Event::Operator { word, who: who.to_owned(), why: why.map(str::to_owned) })
    }

    /// Says something at a moment to come. A word that is refused then is not heard.
    pub fn plan_word(&mut self, at: Timestamp, word: Word, who: &str, why: Option<&str>) {
        let (who, why) = (who.to_owned(), why.map(str::to_owned));
        self.queue.plan(at, Planned::Word { number: None, word, who, why });
    }

    /// Says something when the part with this address begins, in which `*` stands for a key or a stage.
    pub fn plan_word_at(&mut self, address: Address, word: Word, who: &str, why: Option<&str>) {
        let (who, why) = (who.to_owned(), why.map(str::to_owned));
        let what = Planned::Word { number: None, word, who, why };
        self.at_parts.push(AtPart { address, what, time: CrashTime::Before });
    }

    /// The process dies when the part with this address begins, at the first effect in it, or when it is done.
    pub fn plan_crash_at(&mut self, address: Address, time: CrashTime) {
        self.at_parts.push(AtPart { address, what: Planned::Crash { really: None }, time });
    }

    /// The process dies, and another takes the run up. What was in flight was done if it `happened`, and nobody knows.
    pub fn crash(&mut self, happened: bool) -> Option<&Happening> {
        if happened {
            let slots: Vec<Slot> = self.effects.values().filter_map(|number| self.open.get(number)?.1).collect();
            let done = slots.into_iter().filter_map(|slot| self.queue.take(slot));
            let done: Vec<(SmolStr, Value)> = done.filter_map(Planned::really).collect();
            self.happened.extend(done);
        }
        self.die();
        self.last.as_ref()
    }

    /// Answers a question that is open, or answers one otherwise than was planned. It happens with [`Simulation::step`].
    ///
    /// # Errors
    /// There is no such question any more, or the answer does not fit it.
    pub fn answer(&mut self, number: u32, answer: Answer) -> Result<(), Unfit> {
        let Some((question, slot)) = self.open.get(&number).cloned() else {
            return Err(Unfit(format!("question {number} is not open")));
        };
        let planned = ends::planned(&question, &answer, self.now)?;
        slot.and_then(|slot| self.queue.take(slot));
        let slot = planned.map(|(at, planned)| self.queue.plan(at, planned));
        self.open.insert(number, (question, slot));
        if let Some(asked) = self.asked.get_mut(number as usize) {
            asked.answer = answer;
        }
        Ok(())
    }

    /// Asks the world once more about a question that is open: it may have another answer by now.
    ///
    /// # Errors
    /// As for [`Simulation::answer`].
    pub fn ask_again(&mut self, number: u32) -> Result<(), Unfit> {
        let Some((question, _)) = self.open.get(&number).cloned() else {
            return Err(Unfit(format!("question {number} is not open")));
        };
        let answer = self.asked_of_world(&question);
        self.answer(number, answer)
    }
}
