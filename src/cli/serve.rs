//! `orch serve`: keeps all runs of a store going.

mod documents;

use std::{
    path::{Path, PathBuf},
    pin::pin,
};

use clap::Args;
use tokio::runtime::Builder;

use super::{
    compile,
    exit::Exit,
    failure::Failure,
    global::Global,
    signals::{Heard, Signals},
};
use crate::{
    ir::ModuleId,
    run::{Control, Runner, Wish},
    serve::{
        self, Settings,
        access::Tokens,
        listen::Address,
        programs::{Programs, Served},
        sinks::Sink,
    },
};

/// The variable that holds a token.
const TOKEN: &str = "ORCH_TOKEN";

/// The name under which is journaled what is said with it.
const TOKEN_NAME: &str = "api";

/// Keep all runs going, start plans for events, and answer over HTTP.
#[derive(Args, Debug)]
pub struct Serve {
    /// Programs whose plans can be started, by name and by events
    files: Vec<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "HOST:PORT | unix:PATH", default_value = "127.0.0.1:7717")]
    listen: String,
    /// The tokens one of which must be sent: a name, a blank and a token on each line; else `ORCH_TOKEN`
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Send what runs emit there, as CloudEvents; may be repeated
    #[arg(long, value_name = "URL")]
    sink: Vec<String>,
}

impl Serve {
    /// Checks everything before anything is started.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let listen_at = Address::parse(&self.listen).map_err(Failure::usage)?;
        let tokens = self.tokens()?;
        if tokens.is_empty() && !listen_at.is_local() {
            let failure = Failure::usage(format!("`{}` can be reached from other machines", self.listen));
            return Err(failure.help(format!("say who may speak: `--token-file FILE`, or `{TOKEN}`")));
        }
        let sinks = self.sink.iter().map(|url| Sink::at(url)).collect::<Result<_, _>>().map_err(Failure::usage)?;
        let programs = self.files.iter().map(|file| program(file, global)).collect::<Result<_, _>>()?;
        let runner = Runner::open(global.folder()?)?;
        let settings = Settings {
            programs: Programs::new(programs),
            listen: listen_at,
            tokens,
            documents: documents::documents(),
            sinks,
            compile: compile::from_kept,
        };
        let built = Builder::new_multi_thread().enable_all().build();
        let runtime = built.map_err(|error| not_served(&self.listen, &error))?;
        let (control, leaver) = Control::new();
        runtime.block_on(async {
            let mut signals = Signals::listen()?;
            let mut served = pin!(serve::serve(runner, settings, control));
            loop {
                tokio::select! {
                    served = &mut served => return served.map_err(|error| not_served(&self.listen, &error)),
                    heard = signals.next() => if heard == Heard::Leave && leaver.ask() == Wish::Leave {
                        global.terminal.note("nothing new is started; waits for what is in flight");
                    }
                }
            }
        })?;
        Ok(Exit::Done)
    }

    fn tokens(&self) -> Result<Tokens, Failure> {
        let mut tokens = Tokens::default();
        if let Some(file) = &self.token_file {
            tokens.add_file(file).map_err(Failure::usage)?;
        }
        if let Some(token) = std::env::var(TOKEN).ok().filter(|token| !token.is_empty()) {
            tokens.add(TOKEN_NAME, &token).map_err(Failure::usage)?;
        }
        Ok(tokens)
    }
}

fn program(file: &Path, global: &Global) -> Result<Served, Failure> {
    let (program, texts, sources) = compile::to_run(file, &global.terminal)?;
    let mut own = program.plans.iter().filter(|plan| plan.module == ModuleId(0));
    own.try_for_each(|plan| compile::can_be_run(&program, plan, &texts, &global.terminal))?;
    Ok(Served { file: file.to_owned(), program, sources })
}

fn not_served(address: &str, error: &std::io::Error) -> Failure {
    Failure::usage(format!("can't listen at `{address}`: {error}"))
}
