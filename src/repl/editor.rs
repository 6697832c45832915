//! The prompt on a terminal: completion, hints, colours, lines that go on, and what was typed before.

use std::{
    borrow::Cow,
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
};

use rustyline::{
    ColorMode, CompletionType, Config, Context, Editor, Helper, Result,
    completion::{Completer, FilenameCompleter, Pair},
    error::ReadlineError,
    highlight::{CmdKind, Highlighter},
    hint::{Hint, Hinter},
    history::DefaultHistory,
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{Lines, PROMPT, State, assist, look::Look, typed};

/// How many lines are remembered from session to session.
const REMEMBERED: usize = 10_000;

/// What helps to type.
pub struct Help {
    state: Rc<RefCell<State>>,
    look: Look,
    /// The hint for the text that was typed last: it is asked for each time anything is drawn.
    hinted: RefCell<(String, Option<String>)>,
    files: FilenameCompleter,
}

impl Help {
    pub(super) fn new(state: Rc<RefCell<State>>, look: Look) -> Help {
        Help { state, look, hinted: RefCell::default(), files: FilenameCompleter::new() }
    }

    /// What may stand in place of the word at the end of a text, and where that begins.
    pub fn completions(&self, text: &str) -> (usize, Vec<String>) {
        assist::complete(text, &self.state.borrow())
    }

    /// What is shown behind a text.
    pub fn shown_behind(&self, text: &str) -> Option<String> {
        assist::hint(text, &self.state.borrow())
    }

    /// A text in colours.
    pub fn coloured(&self, text: &str) -> String {
        assist::coloured(text, self.look)
    }
}

impl Helper for Help {}

impl Completer for Help {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, context: &Context<'_>) -> Result<(usize, Vec<Pair>)> {
        if assist::completes_files(&line[..position]) {
            return self.files.complete(line, position, context);
        }
        let (from, found) = self.completions(&line[..position]);
        let pair = |text: String| Pair { display: text.trim_end_matches([':', ' ']).to_owned(), replacement: text };
        Ok((from, found.into_iter().map(pair).collect()))
    }
}

/// What is shown behind the cursor, and never taken over.
pub struct Shown(String);

impl Hint for Shown {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Hinter for Help {
    type Hint = Shown;

    fn hint(&self, line: &str, position: usize, _: &Context<'_>) -> Option<Shown> {
        if position < line.len() || line.contains('\n') {
            return None;
        }
        let known = self.hinted.borrow().clone();
        let hint = if known.0 == line { known.1 } else { self.shown_behind(line) };
        *self.hinted.borrow_mut() = (line.to_owned(), hint.clone());
        // A hint that does not fit behind what was typed would move it.
        let room = self.look.width.saturating_sub(PROMPT.len() + line.chars().count() + 1);
        hint.filter(|hint| hint.chars().count() <= room).map(Shown)
    }
}

impl Highlighter for Help {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned(self.coloured(line))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(self.look.bold(prompt))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(self.look.dim(hint))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::MoveCursor
    }
}

impl Validator for Help {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult> {
        // A line that goes on can be ended all the same, by an empty one.
        let goes_on = typed::goes_on(context.input()) && !context.input().ends_with("\n\n");
        Ok(if goes_on { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

/// A terminal that is typed on.
pub struct Terminal {
    editor: Editor<Help, DefaultHistory>,
    history: Option<PathBuf>,
}

impl Terminal {
    /// With what helps, and the file that remembers what was typed, if there is one.
    ///
    /// # Errors
    /// Why the terminal can't be used.
    pub fn new(help: Help, history: Option<&Path>) -> std::result::Result<Terminal, ReadlineError> {
        let colours = if help.look.colour { ColorMode::Enabled } else { ColorMode::Disabled };
        let config = Config::builder().max_history_size(REMEMBERED)?.history_ignore_space(true);
        let config = config.completion_type(CompletionType::List).completion_show_all_if_ambiguous(true);
        let config = config.color_mode(colours).build();
        let mut editor = Editor::with_config(config)?;
        editor.set_helper(Some(help));
        if let Some(file) = history {
            // The first session has nothing to remember.
            let _ = editor.load_history(file);
        }
        Ok(Terminal { editor, history: history.map(Path::to_owned) })
    }

    fn remember(&mut self, text: &str) {
        let _ = self.editor.add_history_entry(text);
        if let Some(file) = &self.history
            && self.editor.append_history(file).is_err()
        {
            // A history that can't be written is none.
            self.history = None;
        }
    }
}

impl Lines for Terminal {
    fn next(&mut self) -> Option<String> {
        loop {
            match self.editor.readline(PROMPT) {
                Ok(text) => {
                    self.remember(text.trim_end());
                    return Some(text);
                }
                // What was typed is dropped, the session stays.
                Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => {}
                Err(_) => return None,
            }
        }
    }
}
