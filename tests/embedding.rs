//! Programs that embed Orch: what they provide for plans, what they are asked, and how their answers are understood.
#![expect(clippy::disallowed_methods, reason = "these tests are about the real world")]

#[path = "../examples/embedding/main.rs"]
#[expect(dead_code, reason = "the example is a program of its own")]
mod example;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use orch::{
    check::{LoadError, check},
    ir::{Address, Program},
    machine::{Ending, Settlement, Timestamp, Word},
    run::{
        Control, Error, Fault, Folder, Host, Left, Runner, Start,
        store::{KeptSource, Said},
    },
};
use serde_json::{Map, Value as Json, json};

/// A program of one file, and the file.
fn program(text: &str) -> (Arc<Program>, Vec<KeptSource>) {
    let checked = check("plan.orch", text, &|_: &str| Err(LoadError("none".to_owned())));
    let program = checked.program.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    let source = KeptSource { name: "plan.orch".into(), folder: ".".into(), text: text.into() };
    (Arc::new(program), vec![source])
}

fn compile(sources: &[KeptSource]) -> Result<Arc<Program>, String> {
    Ok(program(&sources[0].text).0)
}

fn inputs(json: Json) -> Map<String, Json> {
    let Json::Object(inputs) = json else { panic!("inputs are an object") };
    inputs
}

/// Runs the plan `p` of a text.
async fn run(folder: &Path, text: &str, given: Json, host: Host) -> Result<Left, Error> {
    let (program, sources) = program(text);
    let runner = Runner::open(Folder::at(folder))?.with_host(host);
    let run = runner.create(Start {
        program,
        sources,
        plan: "p".into(),
        inputs: inputs(given),
        deepest: 32,
        key: None,
        behind: None,
    })?;
    run.go(Control::none()).await
}

async fn ended(text: &str, host: Host) -> Left {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), text, json!({}), host).await.unwrap()
}

#[tokio::test]
async fn the_example_sells_wholly_or_not_at_all() {
    let shop = example::Shop { stock: BTreeMap::from([("mug".into(), 1)]), ..example::Shop::default() };
    let shop = Arc::new(Mutex::new(shop));
    let folder = tempfile::tempdir().unwrap();
    let sale = |customer: &str| inputs(json!({ "sku": "mug", "customer": customer, "amount": 24.50 }));

    let failed = example::sell(&shop, folder.path(), sale("nobody")).await.unwrap();
    assert!(matches!(failed, Left::Ended(Ending::Compensated, _)), "{failed:?}");
    assert_eq!(shop.lock().unwrap().stock["mug"], 1, "it was released");

    let sold = example::sell(&shop, folder.path(), sale("ann")).await.unwrap();
    let Left::Ended(Ending::Completed, Json::String(receipt)) = sold else { panic!("{sold:?}") };
    assert!(receipt.ends_with("paid by ann"), "{receipt}");
    assert_eq!(shop.lock().unwrap().stock["mug"], 0);

    let too_late = example::sell(&shop, folder.path(), sale("bob")).await.unwrap();
    assert!(matches!(too_late, Left::Ended(Ending::Compensated, _)), "{too_late:?}");
    assert_eq!(shop.lock().unwrap().payments.len(), 1);
}

#[tokio::test]
async fn a_plan_is_not_begun_for_which_something_is_missing() {
    let text = "
        extern probe ready(n: Int) -> Bool
        extern action act() idempotent compensate undo()
        extern action undo() idempotent
        extern action unused() idempotent
        plan p() { require ready(1) step act() }
    ";
    let folder = tempfile::tempdir().unwrap();
    let done = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&done);
    let host = Host::new().action("ready", async |_| Ok(Json::Null)).action("act", move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Ok(Json::Null) }
    });
    let error = run(folder.path(), text, json!({}), host).await.unwrap_err();
    let expected = "`p` needs a program around it that provides `probe ready`, `action undo`";
    assert_eq!(error.to_string(), expected);
    assert_eq!(done.load(Ordering::SeqCst), 0);
    assert!(Runner::open(Folder::at(folder.path())).unwrap().runs().unwrap().is_empty());
}

#[tokio::test]
async fn a_provider_is_given_the_arguments_the_place_and_a_key() {
    let text = r#"
        type Order = { id: String, size: Size, tags: List<String> }
        extern action reserve(order: Order, within: Duration) -> String compensate nothing
        extern probe known(id: String) -> Bool
        plan p() -> String {
          require known("o-1")
          step hold = reserve({ id: "o-1", size: 2TB, tags: ["a"] }, 90s)
          return hold
        }
    "#;
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = |seen: &Arc<Mutex<Vec<String>>>| {
        let seen = Arc::clone(seen);
        move |call: &orch::run::Call| {
            let key = call.key().map(|key| key.split('/').next_back().unwrap_or_default().to_owned());
            let line = format!("{} {key:?} {}", call.address(), Json::Object(call.arguments().clone()));
            seen.lock().unwrap().push(line);
        }
    };
    let (note_probe, note_action) = (note(&seen), note(&seen));
    let host = Host::new()
        .probe("known", move |call| {
            note_probe(&call);
            async { Ok(json!(true)) }
        })
        .action("reserve", move |call| {
            note_action(&call);
            async { Ok(json!("h-1")) }
        });
    assert_eq!(ended(text, host).await, Left::Ended(Ending::Completed, json!("h-1")));
    let expected = [
        r#"require known("o-1") None {"id":"o-1"}"#,
        r#"hold Some("hold") {"order":{"id":"o-1","size":"2TB","tags":["a"]},"within":"1m30s"}"#,
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

const ACT: &str = "
    extern action act() -> Int CLAUSES compensate nothing
    plan p() -> Int { step one = act() TRIES return one }
";

/// How a plan ends whose action is done by this, and how often that was asked.
async fn acted(
    clauses: &str,
    tries: &str,
    answer: impl Fn(u32) -> Result<Json, Fault> + Send + Sync + 'static,
) -> (Left, u32) {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let host = Host::new().action("act", move |_| {
        let answer = answer(count.fetch_add(1, Ordering::SeqCst));
        async { answer }
    });
    let left = ended(&ACT.replace("CLAUSES", clauses).replace("TRIES", tries), host).await;
    (left, asked.load(Ordering::SeqCst))
}

#[tokio::test]
async fn what_was_not_done_is_tried_again_if_the_plan_says_so() {
    let answer = |asked| if asked == 0 { Err(Fault::not_done("busy")) } else { Ok(json!(7)) };
    assert_eq!(acted("", "retry 1 backoff 1ms", answer).await, (Left::Ended(Ending::Completed, json!(7)), 2));
    let (left, asked) = acted("", "", |_| Err(Fault::not_done("busy"))).await;
    assert!(matches!(left, Left::Ended(Ending::Compensated, _)) && asked == 1, "{left:?}");
}

#[tokio::test]
async fn what_nobody_knows_is_repeated_only_if_that_does_no_harm() {
    let answer = |asked| if asked == 0 { Err(Fault::unknown("lost")) } else { Ok(json!(7)) };
    let (left, asked) = acted("", "", answer).await;
    assert!(matches!(&left, Left::Stuck(waits) if waits.len() == 1) && asked == 1, "{left:?}");
    let again = acted("idempotent", "retry 1 backoff 1ms", answer).await;
    assert_eq!(again, (Left::Ended(Ending::Completed, json!(7)), 2));
}

#[tokio::test]
async fn an_answer_that_does_not_fit_leaves_an_action_in_doubt() {
    for answer in [json!("seven"), json!(7.5), Json::Null, json!({ "n": 7 })] {
        let (left, asked) = acted("", "", move |_| Ok(answer.clone())).await;
        let Left::Stuck(waits) = left else { panic!("{left:?}") };
        assert!(format!("{waits:?}").contains("it was done, but what it gave is not known"), "{waits:?}");
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn a_provider_that_panics_leaves_an_action_in_doubt() {
    let host = Host::new().action("act", |_| async { panic!("oh no") });
    let Left::Stuck(waits) = ended(&ACT.replace("CLAUSES", "").replace("TRIES", ""), host).await else { panic!() };
    assert!(format!("{waits:?}").contains("what provides `act` panicked"), "{waits:?}");
}

#[tokio::test]
async fn a_probe_without_an_answer_is_unknown_whatever_the_reason() {
    let text = "
        extern probe n() -> Int
        plan p() -> Int { probe x = n() return x }
    ";
    for answer in [Err(Fault::unknown("lost")), Err(Fault::not_done("no")), Ok(json!("x"))] {
        let host = Host::new().probe("n", move |_| {
            let answer = answer.clone();
            async { answer }
        });
        let left = ended(text, host).await;
        assert!(matches!(left, Left::Ended(Ending::Compensated, _)), "{left:?}");
    }
}

#[tokio::test]
async fn a_provider_hears_that_it_is_to_end() {
    let text = "
        extern action act() compensate nothing
        plan p() { step act() timeout 20ms }
    ";
    let host = Host::new().action("act", async |call| {
        call.stopped().await;
        Err(Fault::not_done("given up in time"))
    });
    let left = ended(text, host).await;
    assert!(matches!(left, Left::Ended(Ending::Compensated, _)), "it was surely not done: {left:?}");
}

#[tokio::test]
async fn a_host_has_secrets_when_it_asks_and_the_journal_never() {
    let text = r#"
        uses file("token")
        type Login = { user: String }
        extern action login(login: Login, token: Secret) -> String compensate nothing
        plan p() -> String { step done = login({ user: "ann" }, secret file("token")) return done }
    "#;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "correct-horse\n").unwrap();
    let (program, mut sources) = program(text);
    sources[0].folder = folder.path().to_owned();
    let host = Host::new().action("login", async |call| {
        let token = call.secret("token")?;
        assert_eq!(token.as_str(), "correct-horse");
        assert!(call.secret("login").is_err());
        Ok(json!(format!("in with {}", token.as_str())))
    });
    let store = folder.path().join("store");
    let runner = Runner::open(Folder::at(&store)).unwrap().with_host(host);
    let run = runner
        .create(Start { program, sources, plan: "p".into(), inputs: Map::new(), deepest: 32, key: None, behind: None })
        .unwrap();
    let left = run.go(Control::none()).await.unwrap();
    assert_eq!(left, Left::Ended(Ending::Completed, json!("in with [secret token]")));
    drop(runner);
    for file in std::fs::read_dir(&store).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(13).any(|window| window == b"correct-horse"), "{}", file.display());
    }
}

/// A run that another program began is taken up by one that provides what it needs, and by no other.
#[tokio::test]
async fn a_run_is_taken_up_by_a_program_that_provides_what_it_needs() {
    let text = "
        extern action act() -> Int compensate nothing
        plan p() -> Int { step one = act() retry 1 backoff 1ms return one }
    ";
    let folder = tempfile::tempdir().unwrap();
    let lost = Host::new().action("act", async |_| Err(Fault::unknown("lost")));
    let left = run(folder.path(), text, json!({}), lost).await.unwrap();
    assert!(matches!(left, Left::Stuck(_)), "{left:?}");

    let alone = Runner::open(Folder::at(folder.path())).unwrap();
    let info = alone.runs().unwrap().remove(0);
    let refused = alone.take_up(&info, &compile).err().map(|error| error.to_string());
    assert_eq!(refused.as_deref(), Some("`p` needs a program around it that provides `action act`"));
    let word = Word::Settle { address: Address::typed("one"), verdict: Settlement::NotDone };
    alone.say(&info.id, &Said { word, who: "ann".into(), why: None, at: Timestamp(0) }).unwrap();
    drop(alone);

    let host = Host::new().action("act", async |_| Ok(json!(7)));
    let runner = Runner::open(Folder::at(folder.path())).unwrap().with_host(host);
    let left = runner.take_up(&info, &compile).unwrap().go(Control::none()).await.unwrap();
    assert_eq!(left, Left::Ended(Ending::Completed, json!(7)), "the word was kept for it");
}
