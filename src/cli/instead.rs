//! What can be said instead of a word that was refused, as one types it.

use super::terminal::text::word as quoted;
use crate::run::RunId;

/// How the machine tells which type a value must have.
const OF_TYPE: &str = " with a value of type ";

/// The commands for what the machine says is possible: `settle two --done | --not-done` are two.
pub fn commands(run: &RunId, instead: &[String]) -> Vec<String> {
    let mut commands = Vec::new();
    for said in instead {
        let mut about = String::new();
        for part in alternatives(said) {
            // What is another way to end the same word leaves it out.
            let whole = if part.starts_with("--") { format!("{about} {part}") } else { part };
            about = whole.split(" --").next().unwrap_or_default().to_owned();
            commands.push(command(run, &whole));
        }
    }
    commands
}

/// What is said in turn; a type is said with bars of its own.
fn alternatives(said: &str) -> Vec<String> {
    let mut alternatives: Vec<String> = Vec::new();
    for part in said.split(" | ") {
        match alternatives.last_mut() {
            Some(last) if (last.contains(OF_TYPE) || last.starts_with("emit ")) && !part.starts_with("--") => {
                last.extend([" | ", part])
            }
            Some(_) | None => alternatives.push(part.to_owned()),
        }
    }
    alternatives
}

fn command(run: &RunId, said: &str) -> String {
    let (word, rest) = said.split_once(' ').unwrap_or((said, ""));
    if word == "emit" {
        let (event, shape) = rest.split_once(" with ").unwrap_or((rest, ""));
        let shape = if shape.is_empty() { String::new() } else { format!("    (JSON is {shape})") };
        return format!("orch emit {event} JSON --run {run}{shape}");
    }
    let (rest, ty) = rest.split_once(OF_TYPE).map_or((rest, None), |(rest, ty)| (rest, Some(ty)));
    let (address, flags) = match rest.find("--") {
        Some(at) => (rest[..at].trim(), &rest[at..]),
        None => (rest, ""),
    };
    let (address, option) = match address.rsplit_once(' ').filter(|_| word == "choose") {
        Some((address, option)) => (address, option),
        None => (address, ""),
    };
    let because = if word == "refuse" && flags.is_empty() { "--because WHY" } else { "" };
    let value = if ty.is_some() { "VALUE" } else { "" };
    let address = if address.is_empty() { String::new() } else { quoted(address) };
    let parts = ["orch", word, run.as_str(), &address, option, flags, because, value];
    let typed = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    ty.map_or(typed.clone(), |ty| format!("{typed}    (VALUE is {ty})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_possible_can_be_typed() {
        let said = |instead: &str| commands(&RunId::new("k7"), &[instead.to_owned()]);
        assert_eq!(said("cancel"), ["orch cancel k7"]);
        assert_eq!(said("kill --because WHY"), ["orch kill k7 --because WHY"]);
        assert_eq!(said("refuse go"), ["orch refuse k7 go --because WHY"]);
        assert_eq!(said("approve a/go --digest 0123"), ["orch approve k7 a/go --digest 0123"]);
        assert_eq!(said("choose way left"), ["orch choose k7 way left"]);
        assert_eq!(said("done count with a value of type Int"), ["orch done k7 count VALUE    (VALUE is Int)"]);
        assert_eq!(said("promote x[10%]"), ["orch promote k7 'x[10%]'"]);
        assert_eq!(
            said("settle way --done with a value of type left | right(Int)"),
            ["orch settle k7 way --done VALUE    (VALUE is left | right(Int))"]
        );
        assert_eq!(
            said("settle two --done | --not-done"),
            ["orch settle k7 two --done", "orch settle k7 two --not-done"]
        );
        assert_eq!(
            said("retry a/undo | settle a/undo --done | waive a/undo --because WHY"),
            ["orch retry k7 a/undo", "orch settle k7 a/undo --done", "orch waive k7 a/undo --because WHY"]
        );
        assert_eq!(
            said("emit Paid with { amount: Int }"),
            ["orch emit Paid JSON --run k7    (JSON is { amount: Int })"]
        );
    }
}
