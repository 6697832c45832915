//! `orch serve`: keeps all runs of a store going.

mod documents;
#[cfg(feature = "otel")]
mod traces;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    pin::pin,
    time::Duration,
};

use clap::Args;
use tokio::{runtime::Builder, sync::mpsc::UnboundedSender, task::JoinHandle, time::timeout};

use super::{
    compile,
    drive::tell_of_unset,
    exit::Exit,
    failure::Failure,
    global::Global,
    signals::{Heard, LEAVING, Signals},
};
use crate::{
    ir::{ModuleId, Plan, Program},
    machine,
    run::{Control, RunId, Runner, Wish, effects::Site},
    serve::{
        self, Settings,
        access::{Tokens, read_private},
        listen::Address,
        programs::{Programs, Served},
        sinks::Sink,
        unusable::Unusable,
    },
    source::FileId,
};

/// The variable that holds a token.
const TOKEN: &str = "ORCH_TOKEN";

/// The variable that holds the token for all sinks.
const SINK_TOKEN: &str = "ORCH_SINK_TOKEN";

/// How long one waits at the end until the last traces are sent.
const GRACE: Duration = Duration::from_secs(10);

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
    /// What sinks know this process by: the URL of a sink, a blank and a token on each line; else `ORCH_SINK_TOKEN` for all
    #[arg(long, value_name = "FILE", requires = "sink")]
    sink_token_file: Option<PathBuf>,
    /// Send the trace of each run that ends here to a collector of OpenTelemetry: OTLP over HTTP, as JSON
    #[cfg(feature = "otel")]
    #[arg(long, value_name = "URL")]
    otlp: Option<String>,
}

/// Who is told of runs that ended, and does what is to be done then.
type Follower = (UnboundedSender<RunId>, JoinHandle<()>);

impl Serve {
    /// Checks everything before anything is started.
    pub fn run(self, global: &Global) -> Result<Exit, Failure> {
        let listen_at = Address::parse(&self.listen).map_err(unusable)?;
        let tokens = self.tokens()?;
        if tokens.is_empty() && !listen_at.is_local() {
            let failure = Failure::usage(format!("`{}` can be reached from other machines", self.listen));
            return Err(failure.help(format!("say who may speak: `--token-file FILE`, or `{TOKEN}`")));
        }
        let sinks = self.sinks()?;
        let programs = self.files.iter().map(|file| program(file, global)).collect::<Result<_, _>>()?;
        let runner = Runner::open(global.folder()?)?;
        let mut settings = Settings {
            programs: Programs::new(programs),
            listen: listen_at,
            tokens,
            documents: documents::documents(),
            sinks,
            compile: compile::from_kept,
            ended: None,
        };
        let built = Builder::new_multi_thread().enable_all().build();
        let runtime = built.map_err(|error| not_served(&self.listen, &error))?;
        let (control, leaver) = Control::new();
        runtime.block_on(async {
            let mut signals = Signals::listen()?;
            let (told, follower) = self.follower(&runner)?.unzip();
            settings.ended = told;
            let mut served = pin!(async {
                let served = serve::serve(runner, settings, control).await;
                if let Some(follower) = follower {
                    follow_to_its_end(follower, global).await;
                }
                served
            });
            loop {
                tokio::select! {
                    served = &mut served => return served.map_err(|error| not_served(&self.listen, &error)),
                    heard = signals.next() => if heard == Heard::Leave && leaver.ask() == Wish::Leave {
                        global.terminal.note(LEAVING);
                    }
                }
            }
        })?;
        Ok(Exit::Done)
    }

    #[cfg(feature = "otel")]
    fn follower(&self, runner: &Runner) -> Result<Option<Follower>, Failure> {
        self.otlp.as_ref().map(|url| traces::send(url, runner.clone())).transpose()
    }

    #[cfg(not(feature = "otel"))]
    fn follower(&self, _: &Runner) -> Result<Option<Follower>, Failure> {
        Ok(None)
    }

    fn sinks(&self) -> Result<Vec<Sink>, Failure> {
        let for_all = std::env::var(SINK_TOKEN).ok().filter(|token| !token.is_empty());
        let tokens = self.sink_token_file.as_deref().map_or(Ok(BTreeMap::new()), |file| self.sink_tokens(file))?;
        let sink = |url: &String| {
            let sink = Sink::at(url)?;
            match tokens.get(url).or(for_all.as_ref()) {
                Some(token) => sink.with_token(token),
                None => Ok(sink),
            }
        };
        self.sink.iter().map(sink).collect::<Result<_, _>>().map_err(unusable)
    }

    /// The tokens of a file, by the URL of the sink that each is for.
    fn sink_tokens(&self, file: &Path) -> Result<BTreeMap<String, String>, Failure> {
        let (text, shown) = (read_private(file).map_err(unusable)?, file.display());
        let mut tokens = BTreeMap::new();
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [url, token] = words[..] else {
                return Err(Failure::usage(format!("line {number} of `{shown}` is not a URL, a blank and a token")));
            };
            if !self.sink.iter().any(|sink| sink == url) {
                let failure = Failure::usage(format!("line {number} of `{shown}` is for a sink that is not named"));
                return Err(failure.help(format!("name it, `--sink {url}`, or take the line out")));
            }
            tokens.insert(url.to_owned(), token.to_owned());
        }
        Ok(tokens)
    }

    fn tokens(&self) -> Result<Tokens, Failure> {
        let mut tokens = Tokens::default();
        if let Some(file) = &self.token_file {
            tokens.add_file(file).map_err(unusable)?;
        }
        if let Some(token) = std::env::var(TOKEN).ok().filter(|token| !token.is_empty()) {
            tokens.add(TOKEN_NAME, &token).map_err(unusable)?;
        }
        Ok(tokens)
    }
}

fn program(file: &Path, global: &Global) -> Result<Served, Failure> {
    let (program, texts, sources) = compile::to_run(file, &global.terminal)?;
    let own = program.plans.iter().filter(|plan| plan.module == ModuleId(0));
    let left_out: BTreeMap<_, _> = own.filter_map(|plan| Some((plan.name.clone(), hosted(&program, plan)?))).collect();
    for (plan, why) in &left_out {
        global.terminal.note(format_args!("`{plan}` of {} is not served: {why}", texts.get(FileId(0)).name()));
    }
    let site = Site::new(&program, &sources);
    tell_of_unset(&site.unset(&site.secrets), &global.terminal);
    Ok(Served { file: file.to_owned(), program, sources, left_out })
}

/// What ended last is still to be told of, but nobody waits for ever.
async fn follow_to_its_end(follower: JoinHandle<()>, global: &Global) {
    if timeout(GRACE, follower).await.is_err() {
        global.terminal.note("not every trace was sent: `orch export RUN --format otlp` has them");
    }
}

/// Why a plan can't be started here, if only a program that embeds orch can do a part of it.
fn hosted(program: &Program, plan: &Plan) -> Option<String> {
    let parts: Vec<String> = machine::externs(program, &plan.name).iter().map(ToString::to_string).collect();
    let are = if parts.len() == 1 { "is" } else { "are" };
    (!parts.is_empty())
        .then(|| format!("{} {are} done by the program that embeds orch, and `orch serve` is none", parts.join(", ")))
}

fn unusable(why: Unusable) -> Failure {
    Failure::usage(why.to_string())
}

fn not_served(address: &str, error: &std::io::Error) -> Failure {
    Failure::usage(format!("can't listen at `{address}`: {error}"))
}
