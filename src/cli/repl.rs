//! `orch repl`: a program is tried out at a prompt.

use std::{
    env, fs,
    io::{self, BufRead, IsTerminal},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Map, Value as Json};

use super::{
    drive::Driving,
    exit::Exit,
    explore,
    failure::Failure,
    files,
    global::Global,
    plan::{self, Preview},
    project, run, signals,
    stream::AsLines,
    terminal::Terminal,
};
use crate::{
    check::LoadError,
    ir::json::from_json,
    machine::{Beginning, USUAL_DEPTH},
    plan::{Given, Trials},
    repl::{self, Ended, GOES_ON, Lines, Loaded, Look, PROMPT, Spoken, Surroundings, Unable, goes_on},
};

/// Try a program out: expressions, declarations, plans in a virtual world.
#[derive(Args, Debug)]
pub struct Repl {
    /// The program that is loaded first
    file: Option<PathBuf>,
    /// Print what is read from a pipe as if it were typed, so that what is printed is a transcript
    #[arg(long)]
    echo: bool,
}

impl Repl {
    /// Reads from the terminal, or from a pipe without prompts.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        // A file that is not there was typed wrong; one with mistakes is what the prompt is for.
        self.file.as_deref().map(files::read_named).transpose()?;
        let style = global.terminal.data;
        let look = Look { colour: style.colour, width: style.width, cuts: style.cuts };
        let mut around = Around { global };
        let mut repl = repl::Repl::new(import, &mut around, look);
        let ended = if io::stdin().is_terminal() && io::stdout().is_terminal() {
            signals::survive_interrupts();
            let history = history();
            let terminal = repl::Terminal::new(repl.helper(), history.as_deref());
            let mut terminal =
                terminal.map_err(|error| Failure::usage(format!("can't read from the terminal: {error}")))?;
            self.begin(&mut repl);
            repl.run(&mut terminal);
            // Whoever typed has seen what was wrong.
            Ended::Well
        } else {
            self.begin(&mut repl);
            repl.run(&mut Piped { terminal: global.terminal, echo: self.echo, ahead: None })
        };
        Ok(match ended {
            Ended::Well => Exit::Done,
            Ended::WithMistakes => Exit::Mistakes,
        })
    }

    fn begin(&self, repl: &mut repl::Repl<'_>) {
        if let Some(file) = &self.file {
            repl.load(&file.to_string_lossy());
        }
    }
}

fn import(path: &str) -> Result<String, LoadError> {
    files::read(Path::new(path)).map_err(|unreadable| LoadError(unreadable.to_string()))
}

/// Where what was typed is remembered; none where there is no place for it.
fn history() -> Option<PathBuf> {
    let state = env::var_os("XDG_STATE_HOME").filter(|path| Path::new(path).is_absolute()).map(PathBuf::from);
    let state = state.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".local/state")))?;
    let folder = state.join("orch");
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).ok()?;
    Some(folder.join("repl_history"))
}

/// What stdin gives where it is no terminal.
struct Piped {
    terminal: Terminal,
    echo: bool,
    /// A line that was read and belongs to the next text.
    ahead: Option<String>,
}

impl Piped {
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let ahead = self.ahead.take();
        ahead.or_else(|| io::stdin().lock().read_line(&mut line).ok().filter(|read| *read > 0).map(|_| line))
    }
}

impl Lines for Piped {
    fn next(&mut self) -> Option<String> {
        let mut text = String::new();
        while let Some(line) = self.line() {
            // A command ends what was left open: nothing else begins so.
            if !text.is_empty() && line.starts_with(':') {
                self.ahead = Some(line);
                return Some(text);
            }
            if self.echo {
                let prompt = if text.is_empty() { PROMPT } else { GOES_ON };
                self.terminal.data(format_args!("{prompt}{}", line.trim_end())).ok()?;
            }
            text.push_str(&line);
            if !goes_on(&text) {
                return Some(text);
            }
        }
        Some(text).filter(|text| !text.is_empty())
    }
}

fn unable(failure: Failure) -> Unable {
    Unable(failure.message)
}

/// Files and streams.
struct Around<'g> {
    global: &'g Global,
}

impl Around<'_> {
    /// Only a whole word is a yes.
    fn says_yes(&self, plan: &str) -> Result<bool, Unable> {
        let database = self.global.folder().map_err(unable)?.database();
        let place = files::from_here(&database);
        self.global.terminal.draw(&format!("run `{plan}` for real, in {place}? Type `yes`: "));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map_err(|error| Unable(error.to_string()))?;
        Ok(answer.trim() == "yes")
    }
}

/// What is known of a plan with what it is given.
fn preview(spoken: &Spoken<'_>) -> Result<Preview, Unable> {
    let Spoken { file, program, sources, plan, inputs } = spoken;
    let number = program.plan(&plan.name).ok_or_else(|| Unable(format!("there is no plan `{}`", plan.name)))?;
    let mut given = Given::default();
    for input in Beginning::of(program, plan).inputs() {
        if let Some(json) = inputs.get(input.name.as_str()) {
            let value = from_json(input.ty, json).map_err(|mismatch| Unable(mismatch.to_string()))?;
            given.inputs.insert(input.name.clone(), value);
        }
    }
    let file = file.map_or_else(|| "the session".to_owned(), |file| files::from_here(Path::new(file)));
    Ok(Preview::of((program, sources), number, &given, file, Trials::default()))
}

impl Surroundings for Around<'_> {
    fn print(&mut self, text: &str) {
        // Nobody is there to be told.
        let _ = self.global.terminal.data(text);
    }

    fn complain(&mut self, text: &str) {
        self.global.terminal.note(text);
    }

    fn read(&self, path: &str) -> Result<Loaded, Unable> {
        let path = Path::new(path);
        let text = files::read_named(path).map_err(unable)?;
        let levels = project::of(path).map_err(unable)?.levels;
        Ok(Loaded { path: path.to_string_lossy().into_owned(), text: text.into(), levels })
    }

    fn write(&self, path: &str, before: &str, after: &str) -> Result<(), Unable> {
        files::replace(Path::new(path), before, after).map_err(unable)
    }

    fn show(&self, spoken: &Spoken<'_>, view: repl::View) -> Result<String, Unable> {
        let style = self.global.terminal.data;
        let view = match view {
            repl::View::Paths => {
                let Spoken { file, program, sources, plan, inputs } = spoken;
                let command = file.map(|file| format!("orch explore {file} {} --all", plan.name));
                return explore::found(program, sources, plan, inputs, command.as_deref(), style).map_err(unable);
            }
            repl::View::Plan => plan::View::Plan,
            repl::View::Graph => plan::View::Graph,
            repl::View::Timeline => plan::View::Timeline,
        };
        Ok(preview(spoken)?.shown(view, style))
    }

    fn live(&mut self, file: &str, plan: &str, inputs: &Map<String, Json>) -> Result<(), Unable> {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Unable("`:live` runs for real and asks first: that needs a terminal".to_owned()));
        }
        if !self.says_yes(plan)? {
            return Err(Unable(format!("`{plan}` was not run")));
        }
        let complete =
            |beginning: &Beginning<'_>| beginning.complete(inputs).map_err(|unfit| Failure::usage(unfit.to_string()));
        let driving = Driving::on(AsLines::default());
        let ended = run::go(Path::new(file), Some(plan), complete, USUAL_DEPTH, driving, self.global);
        ended.map(drop).map_err(unable)
    }
}
