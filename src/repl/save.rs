//! `:save`: the test is put into the file.

use std::sync::Arc;

use super::{
    Repl, State,
    complaint::{Complaint, Said},
    session::Session,
};
use crate::{
    format::format,
    ir::{ModuleId, Program, Value, text::Nested},
    simulate::test::Suite,
    source::FileId,
    syntax::lexer::lex,
};

impl Repl<'_> {
    /// Writes what was tried into the file as a test called so.
    pub(super) fn save(&mut self, rest: &str) -> Said {
        let State { session, drive } = &mut *self.state.borrow_mut();
        let Some(drive) = drive else {
            return Err(Complaint::of("no plan was tried: `:simulate PLAN(..)` begins one"));
        };
        let Some(file) = session.file().cloned() else {
            return Err(Complaint::of("there is no file to write into: `:load FILE` first"));
        };
        if session.is_partial() {
            return Err(Complaint::of("the file has mistakes: mend them, and `:reload`"));
        }
        let name = rest.trim_matches('"');
        if name.is_empty() {
            return Err(Complaint::of("`:save` needs what the test is called: `:save \"gives the money back\"`"));
        }
        if session.program().tests.iter().any(|test| test.name == name && test.module == ModuleId(0)) {
            return Err(Complaint::of(format!("there is a test called \"{name}\" already")));
        }
        let lines = drive.test().map_err(|unended| Complaint::of(unended.to_string()))?;
        let test = written(name, &with_bindings(session, lines));
        let after = format!("{}\n\n{test}", file.text.trim_end());
        let so = "nothing was written: the file alone does not have all that was tried";
        let alone = session.alone(&after).map_err(|mistakes| Complaint::NotUsed(mistakes, so.to_owned()))?;
        if !passes(alone, name) {
            let why = "nothing was written: this can't be said as a test, it would end otherwise";
            return Err(Complaint::of(format!("{why}\n{}", test.trim_end())));
        }
        self.around.write(&file.path, &file.text, &after)?;
        session.has_changed(after);
        Ok(format!("wrote a test into {}", file.path))
    }
}

/// Whether what was tried comes to the same as a test.
fn passes(program: Program, name: &str) -> bool {
    let suite = Suite::new(Arc::new(program));
    suite.tests().filter(|test| test.name == name).all(|test| suite.run(test).passed())
}

/// The test in its canonical form.
fn written(name: &str, lines: &[String]) -> String {
    let body: String =
        lines.iter().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect();
    let test = format!("test {} {{\n{body}}}\n", Nested(&Value::text(name)));
    // What the formatter can't show to say the same stays as it is.
    format(FileId::default(), &test).unwrap_or(test)
}

/// The bindings of the session that a test mentions go into it.
fn with_bindings(session: &Session, lines: Vec<String>) -> Vec<String> {
    let mut text = lines.join("\n");
    let mut needed = Vec::new();
    for (name, binding) in session.bindings().rev() {
        if mentions(&text, name) {
            text.push_str(binding);
            needed.insert(0, binding.trim().to_owned());
        }
    }
    needed.into_iter().chain(lines).collect()
}

fn mentions(text: &str, name: &str) -> bool {
    lex(FileId::default(), text).spans.iter().any(|span| &text[span.range()] == name)
}
