//! A shop that runs its sales as plans: it provides what they ask for, and Orch sees to it that a sale is done wholly or
//! not at all, also if the shop is killed on the way.
//!
//! ```sh
//! cargo run --example embedding -- mug ann 24.50
//! ```

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use orch::{
    check::{LoadError, check},
    ir::Program,
    machine::USUAL_DEPTH,
    run::{Control, Error, Fault, Folder, Host, Left, Runner, Start, store::KeptSource},
};
use serde_json::{Map, Value as Json, json};

/// What the shop has. It remembers what it did by the key with which it was asked, so being asked twice is no harm.
#[derive(Default)]
pub struct Shop {
    /// How many there are of each thing.
    pub stock: BTreeMap<String, u32>,
    /// What is held, by its key.
    pub holds: BTreeMap<String, String>,
    /// Who has paid what, by its key.
    pub payments: BTreeMap<String, (String, String)>,
}

impl Shop {
    fn reserve(&mut self, key: &str, sku: &str) -> Result<Json, Fault> {
        if !self.holds.contains_key(key) {
            let left = self.stock.get_mut(sku).filter(|left| **left > 0);
            *left.ok_or_else(|| Fault::not_done(format!("there is no {sku} left")))? -= 1;
            self.holds.insert(key.to_owned(), sku.to_owned());
        }
        Ok(json!({ "id": key }))
    }

    fn release(&mut self, hold: &str) -> Json {
        if let Some(sku) = self.holds.remove(hold) {
            *self.stock.entry(sku).or_default() += 1;
        }
        Json::Null
    }

    fn charge(&mut self, key: &str, customer: &str, amount: &Json) -> Result<Json, Fault> {
        if customer == "nobody" {
            return Err(Fault::not_done("nobody has no money"));
        }
        self.payments.insert(key.to_owned(), (customer.to_owned(), amount.to_string()));
        Ok(json!(customer))
    }
}

/// What a shop provides for its plans.
pub fn host(shop: &Arc<Mutex<Shop>>) -> Host {
    let with = |shop: &Arc<Mutex<Shop>>| Arc::clone(shop);
    let (looked_at, reserving, releasing, charging) = (with(shop), with(shop), with(shop), with(shop));
    Host::new()
        .probe("in_stock", move |call| {
            let left = call.argument("sku").map(|sku: String| locked(&looked_at).stock.get(&sku).copied());
            async move { Ok(json!(left?.unwrap_or(0) > 0)) }
        })
        .action("reserve", move |call| {
            let key = call.key().unwrap_or_default();
            let hold = call.argument("sku").and_then(|sku: String| locked(&reserving).reserve(key, &sku));
            async move { hold }
        })
        .action("release", move |call| {
            let released = call.argument("hold").map(|hold: String| locked(&releasing).release(&hold));
            async move { released }
        })
        .action("charge", move |call| {
            let key = call.key().unwrap_or_default();
            let amount = &call.arguments()["amount"];
            let charged =
                call.argument("customer").and_then(|customer: String| locked(&charging).charge(key, &customer, amount));
            async move { charged }
        })
}

fn locked(shop: &Mutex<Shop>) -> std::sync::MutexGuard<'_, Shop> {
    shop.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The plan, and its text as a run keeps it.
///
/// # Errors
/// What is wrong with it.
pub fn plan() -> Result<(Arc<Program>, Vec<KeptSource>), String> {
    let text = include_str!("sell.orch");
    let imports = |_: &str| Err(LoadError("this plan imports nothing".to_owned()));
    let checked = check("sell.orch", text, &imports);
    let program = checked.program.ok_or_else(|| format!("{:?}", checked.diagnostics))?;
    let source = KeptSource { name: "sell.orch".to_owned(), folder: Path::new(".").to_owned(), text: text.to_owned() };
    Ok((Arc::new(program), vec![source]))
}

/// Sells something to a customer; the runs are kept in `folder`.
///
/// # Errors
/// The sale could not be begun, or its journal could not be written. A sale that fails is no error: it is undone.
pub async fn sell(shop: &Arc<Mutex<Shop>>, folder: &Path, inputs: Map<String, Json>) -> Result<Left, Error> {
    let (program, sources) = plan().map_err(Error::Bug)?;
    let runner = Runner::open(Folder::at(folder))?.with_host(host(shop));
    let run = runner.create(Start {
        program,
        sources,
        plan: "sell".into(),
        inputs,
        deepest: USUAL_DEPTH,
        key: None,
        behind: None,
    })?;
    run.observe(|record, _| record.then.iter().for_each(|entry| eprintln!("{entry:?}"))).go(Control::none()).await
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "a program reads its words")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [sku, customer, amount] = words.as_slice() else { return Err("give a thing, a customer, an amount".into()) };
    let shop = Shop { stock: BTreeMap::from([("mug".to_owned(), 5)]), ..Shop::default() };
    let shop = Arc::new(Mutex::new(shop));
    let amount: Json = serde_json::from_str(amount)?;
    let inputs = Map::from_iter([
        ("sku".to_owned(), json!(sku)),
        ("customer".to_owned(), json!(customer)),
        ("amount".to_owned(), amount),
    ]);
    let left = sell(&shop, Path::new(".orch"), inputs).await?;
    println!("{left:?}\n{:?}", locked(&shop).stock);
    Ok(())
}
