//! The settings of a project, as its `orch.toml` says them.
//!
//! ```toml
//! [lints]
//! phase-verifies-nothing = "deny"
//! W0403 = "allow"
//! warnings = "deny"
//! ```
//!
//! An unknown setting is a mistake: one that is written wrongly must not be one that is not there.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::levels::{Level, Levels, Lint};
use crate::diagnostic::suggest::did_you_mean;

/// The name of the file, which stands at the top of a project.
pub const FILE: &str = "orch.toml";

/// The table of the lints.
const LINTS: &str = "lints";

/// What a project has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// How much lints matter.
    pub lints: Levels,
}

/// What is wrong with a file of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where, in bytes.
    pub range: Range<usize>,
    /// What: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Mistake {
    fn new(range: Range<usize>, message: impl Into<String>, help: Option<String>) -> Mistake {
        Mistake { range, message: message.into(), help }
    }
}

type Key<'t> = Spanned<DeString<'t>>;
type Entry<'e, 't> = (&'e Key<'t>, &'e Spanned<DeValue<'t>>);

/// Reads the text of a file of settings; the first mistake in it is told.
pub fn read(text: &str) -> Result<Settings, Mistake> {
    let whole = DeTable::parse(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        Mistake::new(error.span().unwrap_or_default(), message, None)
    })?;
    let mut settings = Settings::default();
    for (key, value) in in_order(whole.get_ref()) {
        if key.get_ref() != LINTS {
            let message = format!("there is no setting `{}`", key.get_ref());
            return Err(Mistake::new(key.span(), message, did_you_mean(key.get_ref(), [LINTS])));
        }
        let DeValue::Table(table) = value.get_ref() else {
            let message = format!("`{LINTS}` is a table");
            return Err(Mistake::new(value.span(), message, Some(format!("write `[{LINTS}]`, and a line for each"))));
        };
        settings.lints = lints(table)?;
    }
    Ok(settings)
}

/// The entries of a table in the order of the text.
fn in_order<'e, 't>(table: &'e DeTable<'t>) -> Vec<Entry<'e, 't>> {
    let mut entries: Vec<Entry> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn lints(table: &DeTable) -> Result<Levels, Mistake> {
    let mut levels = Levels::default();
    let mut written: BTreeMap<Lint, &str> = BTreeMap::new();
    for (key, value) in in_order(table) {
        let lint = lint(key)?;
        if let Some(before) = written.insert(lint, key.get_ref()) {
            let message = format!("`{before}` and `{}` are one lint", key.get_ref());
            return Err(Mistake::new(key.span(), message, Some("keep one of the two".to_owned())));
        }
        levels.set(lint, level(value)?);
    }
    Ok(levels)
}

fn lint(key: &Key) -> Result<Lint, Mistake> {
    Lint::parse(key.get_ref()).map_err(|unknown| Mistake::new(key.span(), unknown.message, unknown.help))
}

fn level(value: &Spanned<DeValue>) -> Result<Level, Mistake> {
    let words = Level::ALL.map(Level::word);
    let listed = || Some(format!("a lint is `{}`", words.join("`, `")));
    let DeValue::String(word) = value.get_ref() else {
        return Err(Mistake::new(value.span(), "a level is a text", listed()));
    };
    Level::parse(word).ok_or_else(|| {
        let help = did_you_mean(word, words).or_else(listed);
        Mistake::new(value.span(), format!("there is no level `{word}`"), help)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn lints_are_called_by_code_or_name() {
        let text = "# ours\n[lints]\nW0402 = \"allow\"\nrollout-without-gate = 'deny'\n";
        let levels = read(text).map(|settings| settings.lints).unwrap();
        let of = |code| levels.of(code).map(Level::word);
        let expected = [Some("allow"), Some("deny"), Some("warn"), None];
        assert_eq!([Code::W0402, Code::W0403, Code::W0404, Code::E0101].map(of), expected);
    }

    #[test]
    fn what_would_be_a_warning_can_be_set_at_once() {
        let levels = read("lints = { warnings = \"deny\", W0402 = \"allow\" }").map(|settings| settings.lints).unwrap();
        assert_eq!([Code::W0402, Code::W0403].map(|code| levels.of(code)), [Some(Level::Allow), Some(Level::Deny)]);
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(read(""), Ok(Settings::default()));
    }

    #[test]
    fn each_mistake_is_told_where_it_is() {
        let check = |text: &str, place: &str, message: &str, help: &str| {
            let mistake = read(text).unwrap_err();
            let help = Some(help).filter(|help| !help.is_empty());
            let found = (&text[mistake.range], mistake.message.as_str(), mistake.help.as_deref());
            assert_eq!(found, (place, message, help), "{text}");
        };
        check("[lint]", "lint", "there is no setting `lint`", "did you mean `lints`?");
        check("name = 1", "name", "there is no setting `name`", "");
        check("lints = 1", "1", "`lints` is a table", "write `[lints]`, and a line for each");
        check("[lints]\nW0442 = 'warn'", "W0442", "there is no lint `W0442`", "did you mean `W0402`?");
        check("[lints]\nE0412 = 'warn'", "E0412", "`E0412` is an error, not a lint: it has no level", "");
        check("[lints]\nW0402 = 'warm'", "'warm'", "there is no level `warm`", "did you mean `warn`?");
        check("[lints]\nW0402 = 'off'", "'off'", "there is no level `off`", "a lint is `allow`, `warn`, `deny`");
        check("[lints]\nW0402 = 2", "2", "a level is a text", "a lint is `allow`, `warn`, `deny`");
        let twice = "[lints]\nw0402 = 'warn'\nphase-verifies-nothing = 'warn'";
        let message = "`w0402` and `phase-verifies-nothing` are one lint";
        check(twice, "phase-verifies-nothing", message, "keep one of the two");
    }

    #[test]
    fn what_is_no_toml_is_told() {
        let mistake = read("[lints\n").unwrap_err();
        assert!(!mistake.message.is_empty() && !mistake.message.contains('\n'), "{mistake:?}");
    }
}
