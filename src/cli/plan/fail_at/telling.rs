//! What would be undone, as text and as data.

use serde_json::{Map, Value as Json, json};

use super::{Undone, Way};
use crate::{
    cli::{
        moment::duration,
        terminal::{
            Style,
            text::{one_line, width},
        },
    },
    ir::Address,
    machine::Ending,
};

impl Way {
    /// As text.
    pub fn text(&self, style: Style) -> String {
        let meant = if self.meant > 1 { format!(", the last of {} that are meant", self.meant) } else { String::new() };
        let mut lines = vec![format!("if {} fails{meant}", style.bold(&self.failed))];
        if !self.decided.is_empty() {
            let decided: Vec<String> =
                self.decided.iter().map(|(address, option)| format!("{address}: {option}")).collect();
            lines.extend(style.hanging(&style.dim(format!("  with {}", decided.join(", "))), 4));
        }
        for stage in &self.stepped_back {
            lines.push(format!("  ← {stage}  it goes back to the stage before, and tries again"));
        }
        let wide = self.undone.iter().chain(&self.beside).map(|one| width(&one.address.to_string())).max().unwrap_or(0);
        lines.extend(self.undone.iter().flat_map(|one| line(one, wide, "↩", style)));
        if !self.beside.is_empty() {
            lines.push("  and, in its place among these, what goes on beside it, if it was done by then:".to_owned());
            lines.extend(self.beside.iter().flat_map(|one| line(one, wide, "↩", style)));
        }
        for address in &self.stays {
            lines.push(format!("  {} {address}  stays done: it can't be undone", style.red("✂")));
        }
        lines.push(String::new());
        lines.extend(style.hanging(&format!("{}: {}", self.ended(), self.steps()), 2));
        lines.extend(self.time().into_iter().flat_map(|line| style.hanging(&line, 2)));
        if !self.assumed.is_empty() {
            let assumed = format!("made up, as it is not known yet: {}", self.assumed.join(", "));
            lines.extend(style.hanging(&style.dim(assumed), 2));
        }
        lines.join("\n")
    }

    fn ended(&self) -> String {
        match self.ending {
            Some(Ending::Completed) if self.otherwise => "completed: it goes another way".to_owned(),
            Some(Ending::Compensated) if self.otherwise => {
                "compensated: it goes another way, which fails, too".to_owned()
            }
            Some(Ending::Compensated) => "compensated".to_owned(),
            Some(Ending::Halted) => match self.commits.last() {
                Some(commit) => format!("halted at “{commit}”"),
                None => "halted".to_owned(),
            },
            Some(Ending::Completed) => "completed: the failure stops nothing".to_owned(),
            Some(Ending::Partial) => "partial".to_owned(),
            Some(Ending::Killed) => "killed".to_owned(),
            None => "the run waits for a person".to_owned(),
        }
    }

    /// How much is undone.
    fn steps(&self) -> String {
        let often = self.undone.iter().filter(|one| one.each.is_some()).count();
        let once = self.undone.len() - often;
        match (once, often) {
            (0, 0) => "nothing is to be undone".to_owned(),
            (once, 0) => format!("{} undone", counted(once)),
            (0, often) => format!("{} undone once for each item", counted(often)),
            (once, often) => format!("{} undone, and {often} more once for each item", counted(once)),
        }
    }

    /// How long undoing takes, as far as anything says so.
    fn time(&self) -> Vec<String> {
        if self.undone.is_empty() {
            return Vec::new();
        }
        let sum = |lengths: &mut dyn Iterator<Item = i64>| lengths.fold(0i64, i64::saturating_add);
        let limited = self.undone.iter().filter(|one| one.longest.is_some()).count();
        let open = self.undone.len() - limited;
        let longest = sum(&mut self.undone.iter().filter_map(|one| one.longest));
        let once = if self.undone.iter().any(|one| one.each.is_some()) { ", each counted once" } else { "" };
        let limit = match (limited, open) {
            (0, _) => "for as long as that takes: no timeout limits it".to_owned(),
            (_, 0) => format!("in {} at most, if every try takes all its time{once}", duration(longest)),
            (_, open) => format!(
                "{} of it at most for what has a timeout, if every try takes all its time{once}; no timeout limits the other {open}",
                duration(longest)
            ),
        };
        let takes = sum(&mut self.undone.iter().filter_map(|one| one.takes).map(crate::plan::Takes::mean));
        let said = (takes > 0).then(|| format!("its parts are said to take {}{once}", duration(takes)));
        said.into_iter().chain([limit]).collect()
    }

    /// As data.
    pub fn json(&self) -> Json {
        let address = |address: &Address| Json::String(address.as_str().to_owned());
        let mut limits = self.undone.iter().map(|one| one.longest.filter(|_| one.each.is_none()));
        let limit = limits.try_fold(0i64, |sum, one| Some(sum.saturating_add(one?)));
        json!({
            "version": 1,
            "failed": address(&self.failed),
            "assumed": self.assumed,
            "decided": self.decided.iter().map(|(at, option)| (at.as_str().to_owned(), Json::String(option.to_string()))).collect::<Map<_, _>>(),
            "stepped_back": self.stepped_back.iter().map(address).collect::<Vec<_>>(),
            "undone": self.undone.iter().map(row).collect::<Vec<_>>(),
            "beside": self.beside.iter().map(row).collect::<Vec<_>>(),
            "stays": self.stays.iter().map(address).collect::<Vec<_>>(),
            "ending": self.ending.map(|ending| serde_json::to_value(ending).unwrap_or_default()),
            "otherwise": self.otherwise,
            "limit_ns": limit,
        })
    }
}

fn row(one: &Undone) -> Json {
    json!({
        "address": one.address.as_str(),
        "call": one.call,
        "each": one.each,
        "perhaps": one.perhaps,
        "limit_ns": one.longest,
        "takes_ns": one.takes.map(crate::plan::Takes::mean),
    })
}

fn line(one: &Undone, wide: usize, sign: &str, style: Style) -> Vec<String> {
    let address = one.address.to_string();
    let blanks = wide.saturating_sub(width(&address));
    let call = one_line(one.call.as_deref().unwrap_or_default());
    let each = one.each.as_ref().map(|item| format!("once for each {item}"));
    let perhaps = (one.perhaps && one.each.is_none()).then(|| "if it was done by then".to_owned());
    let has_done = (one.perhaps && one.each.is_some()).then(|| "that has done it by then".to_owned());
    let notes: Vec<String> = each.into_iter().chain(has_done).chain(perhaps).collect();
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(" ")) };
    let text = format!("  {sign} {address}{:blanks$}  {}{notes}", "", style.dim(call));
    style.hanging(text.trim_end(), 6)
}

fn counted(steps: usize) -> String {
    if steps == 1 { "1 step is".to_owned() } else { format!("{steps} steps are") }
}
