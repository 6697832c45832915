//! A run while it goes on. On a terminal: what is done as lines that stay, and below them what goes on as a tree that
//! is drawn over again. Elsewhere: one line for each thing that happens.

pub mod lines;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::{
    failure::Failure,
    signals::LEAVING,
    story::Story,
    stream::{self, Form, Line},
    terminal::{Terminal, in_foreground, screen::Screen, size},
    view::{Position, View, frame::frame},
};
use crate::{
    machine::{Machine, Record},
    run::{RunId, driver},
};

/// How far lines stand from the left.
const MARGIN: usize = 2;

/// How long a picture stands at least, so that what happens fast costs little.
const STANDS: Duration = Duration::from_millis(50);

/// How long a picture stands at most: it has clocks in it.
const CLOCK: Duration = Duration::from_secs(1);

/// How much longer a picture stands than it took to draw: a large one is drawn less often.
const REST: u32 = 20;

/// Shows what happens to a run.
pub struct Live {
    /// What has happened so far.
    pub story: Story,
    run: RunId,
    terminal: Terminal,
    picture: Option<Picture>,
    form: Form,
    /// Why what a program was to read could not be written: it is told at the end, as it keeps no run from going on.
    unwritten: Option<Failure>,
}

/// What is drawn over again, and what is to be drawn next.
struct Picture {
    screen: Screen,
    /// How the run stands; nobody knows before the first record.
    position: Option<Position>,
    /// Lines that are to stay and are not written yet.
    lasting: Vec<String>,
    leaving: bool,
    /// When it was drawn.
    drawn: Instant,
    /// How long it stands at least.
    rest: Duration,
    /// Something happened since.
    changed: bool,
}

impl Picture {
    fn new() -> Picture {
        let (screen, rest, drawn) = (Screen::default(), Duration::ZERO, Instant::now());
        Picture { screen, position: None, lasting: Vec::new(), leaving: false, drawn, rest, changed: false }
    }

    /// When it is to be drawn again: soon, if something happened.
    fn due(&self) -> Instant {
        self.drawn + if self.changed { self.rest } else { self.rest.max(CLOCK) }
    }

    fn draw(&mut self, story: &Story, run: &RunId, terminal: &Terminal) {
        let (Some(position), Some(size)) = (&self.position, size()) else { return };
        let view = View { run, story, position, driven: true, now: driver::now() };
        let may_draw = in_foreground();
        if !may_draw {
            self.screen.forget();
        }
        let frame = if may_draw { frame(&view, self.leaving, terminal.notes, size) } else { Vec::new() };
        terminal.draw(&self.screen.paint(&std::mem::take(&mut self.lasting), frame, size));
    }
}

impl Live {
    /// Goes on from `story`.
    pub fn new(run: RunId, story: Story, form: Form, terminal: Terminal) -> Live {
        // What is drawn over again would be drawn over what a program is to read.
        let picture = (terminal.redraws && form == Form::Text).then(Picture::new);
        Live { story, run, terminal, picture, form, unwritten: None }
    }

    /// Shows what a record adds.
    pub fn record(&mut self, record: &Record, machine: &Machine) {
        let lines = lines::lines(&mut self.story, record, machine);
        self.tell(record);
        let style = self.terminal.notes;
        let Some(picture) = &mut self.picture else {
            return lines
                .iter()
                .flat_map(|line| line.row.lines(MARGIN, style))
                .for_each(|line| self.terminal.note(line));
        };
        let lasting = lines.iter().filter(|line| line.lasting);
        picture.lasting.extend(lasting.flat_map(|line| line.row.lines(MARGIN, style)));
        picture.position = Some(Position::of(machine));
        picture.changed = true;
    }

    /// Tells a program of a record.
    fn tell(&mut self, record: &Record) {
        if self.form == Form::Lines && self.unwritten.is_none() {
            let line = Line::Record { run: self.run.as_str(), number: self.story.records, record };
            self.unwritten = stream::write(line, &self.terminal).err();
        }
    }

    /// What could not be told.
    ///
    /// # Errors
    /// A record could not be written, and not because nobody reads any more.
    pub fn all_told(&mut self) -> Result<(), Failure> {
        self.unwritten.take().map_or(Ok(()), Err)
    }

    /// When the picture is to be drawn again; never, where nothing is drawn.
    pub fn due(&self) -> Option<Instant> {
        self.picture.as_ref().map(Picture::due)
    }

    /// Whether it is time to draw it.
    pub fn is_due(&self) -> bool {
        self.due().is_some_and(|due| due <= Instant::now())
    }

    /// Draws the picture as it is now.
    pub fn draw(&mut self) {
        let Some(picture) = &mut self.picture else { return };
        let began = Instant::now();
        self.terminal = self.terminal.again();
        if let Some(position) = &picture.position {
            self.story.turn_wholes(&position.to_undo);
        }
        picture.draw(&self.story, &self.run, &self.terminal);
        (picture.drawn, picture.changed) = (Instant::now(), false);
        picture.rest = (began.elapsed() * REST).max(STANDS);
    }

    /// Says that the driver leaves as soon as it can.
    pub fn leaving(&mut self) {
        match &mut self.picture {
            Some(picture) => picture.leaving = true,
            None => self.terminal.note(format_args!("\n  {LEAVING}")),
        }
        self.draw();
    }

    /// Others have written to the terminal while this process stood still.
    pub fn stood_still(&mut self) {
        if let Some(picture) = &mut self.picture {
            picture.screen.forget();
        }
        self.draw();
    }

    /// Takes away what is drawn over again; what has happened stays.
    pub fn end(&mut self) {
        let (Some(picture), Some(size)) = (&mut self.picture, size()) else { return };
        let text = picture.screen.paint(&std::mem::take(&mut picture.lasting), Vec::new(), size);
        self.terminal.draw(&text);
        self.picture = None;
    }
}
