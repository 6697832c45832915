//! What a session knows: the file that was loaded, and what was declared at the prompt.
//!
//! What is typed is checked with the file as if it stood in it, but stays a text of its own. So a declaration takes the
//! place of the one before it, what was built on that follows, and a mistake is shown where it was typed.

use std::sync::Arc;

use super::{drive::Wrapped, left_out::LeftOut, typed::Typed};
use crate::{
    check::{Addition, Checked, CheckedWith, Form, InScope, Loader, check_at, check_with},
    diagnostic::{Code, Diagnostic, Levels, Severity},
    evaluate::{Constants, Fault},
    ide::{Around, Declared, declared},
    ir::{ConstantId, ModuleId, Plan, Program, Type, Value},
    source::{FileId, Source, Sources},
    syntax::{ast::Item, parse},
};

/// What the root file is called where none is loaded.
const NO_FILE: &str = "session.orch";

/// A program file that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its path, as it was typed.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// How much lints matter in its project.
    pub levels: Levels,
}

/// Declarations that were typed.
#[derive(Clone, Debug)]
struct Kept {
    name: String,
    text: Arc<str>,
    form: Form,
    /// What it declares.
    declares: Vec<String>,
}

/// What is wrong with what was typed, and the texts that this speaks of.
#[derive(Debug)]
pub struct Mistakes {
    /// The texts.
    pub sources: Sources,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why an expression gave no value.
#[derive(Debug)]
pub enum NoValue {
    /// It can't be evaluated
    Mistakes(Mistakes),
    /// Evaluating it failed at a place
    Fault(Sources, Fault),
}

/// A value and its type.
#[derive(Clone, Debug)]
pub struct Valued {
    /// The value.
    pub value: Value,
    /// Its type.
    pub ty: Type,
}

/// A session.
pub struct Session {
    loader: Box<dyn Loader>,
    pub(super) file: Option<Loaded>,
    /// The text of the file without the declarations that have mistakes, if some have.
    pub(super) readable: Option<Arc<str>>,
    kept: Vec<Kept>,
    /// How many texts were typed.
    lines: usize,
    sources: Sources,
    program: Arc<Program>,
    names: Vec<InScope>,
    declared: Vec<Declared>,
}

impl Session {
    /// A session in which nothing is declared; imports come through `loader`.
    pub fn new(loader: Box<dyn Loader>) -> Session {
        Session {
            loader,
            file: None,
            readable: None,
            kept: Vec::new(),
            lines: 0,
            sources: Sources::new(),
            program: Arc::default(),
            names: Vec::new(),
            declared: Vec::new(),
        }
    }

    /// Something more was typed: it has a number of its own in messages.
    pub fn next_line(&mut self) {
        self.lines += 1;
    }

    /// The file that is loaded.
    pub fn file(&self) -> Option<&Loaded> {
        self.file.as_ref()
    }

    /// The program as it is now.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Its texts.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The plans of the file and of the session.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.program.plans.iter().filter(|plan| plan.module == ModuleId(0))
    }

    /// The names that were bound at the prompt, each with the text that binds it, in the order typed.
    pub fn bindings(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        let bindings = self.kept.iter().filter(|kept| kept.form == Form::Binding);
        bindings.filter_map(|kept| Some((kept.declares.first()?.as_str(), &*kept.text)))
    }

    /// Whether a name was declared at the prompt.
    pub fn declares(&self, name: &str) -> bool {
        self.kept.iter().any(|kept| kept.declares.iter().any(|declared| declared == name))
    }

    /// The program of a text that is to stand in place of the file, without what was declared at the prompt.
    ///
    /// # Errors
    /// What is wrong with it then.
    pub fn alone(&self, text: &str) -> Result<Program, Mistakes> {
        let path = self.file.as_ref().map_or(NO_FILE, |file| &file.path);
        let levels = self.file.as_ref().map(|file| file.levels.clone()).unwrap_or_default();
        accepted(check_at(path, text, self.loader.as_ref(), &levels)).map(|(_, program)| program)
    }

    /// The file was written: it has a test more, and everything else as it was.
    pub fn has_changed(&mut self, text: String) {
        if let Some(file) = &mut self.file {
            file.text = text.into();
        }
        self.readable = None;
        let checked = self.check(None);
        // It was checked before it was written.
        let _ = self.adopt(checked);
    }

    /// Whether declarations of the file were left out because they have mistakes.
    pub fn is_partial(&self) -> bool {
        self.readable.is_some()
    }

    /// Takes another file, without what was declared before; of one with mistakes what has none.
    ///
    /// # Errors
    /// What is wrong with it, if nothing of it can be taken; the session stays as it was.
    pub fn load(&mut self, file: Loaded) -> Result<Option<LeftOut>, Mistakes> {
        self.load_with(file, Vec::new())
    }

    /// Takes the same file as it is now, with what was declared.
    ///
    /// # Errors
    /// As for [`Session::load`].
    pub fn reload(&mut self, file: Loaded) -> Result<Option<LeftOut>, Mistakes> {
        self.load_with(file, self.kept.clone())
    }

    fn load_with(&mut self, file: Loaded, kept: Vec<Kept>) -> Result<Option<LeftOut>, Mistakes> {
        let before = (self.file.replace(file), std::mem::replace(&mut self.kept, kept), self.readable.take());
        let checked = self.check(None);
        let Err(mistakes) = self.adopt(checked) else { return Ok(None) };
        match self.adopt_without(&mistakes) {
            Some(heads) => Ok(Some(LeftOut { heads, mistakes })),
            None => {
                (self.file, self.kept, self.readable) = before;
                Err(mistakes)
            }
        }
    }

    /// Declares something, in place of what was called the same.
    ///
    /// # Errors
    /// What is wrong with it, or with what uses it; then it is not declared.
    pub fn declare(&mut self, text: &str, form: Form) -> Result<Vec<Declared>, Mistakes> {
        let kept = self.kept_as(text, form)?;
        let before = self.kept.clone();
        self.kept
            .retain(|old| !old.declares.iter().all(|name| kept.declares.contains(name)) || old.declares.is_empty());
        self.kept.push(kept);
        let checked = self.check(None);
        self.adopt(checked).inspect_err(|_| self.kept = before)?;
        let own = FileId(self.kept.len() as u32);
        Ok(self.declared.iter().filter(|declared| declared.span.file == own).cloned().collect())
    }

    fn kept_as(&self, text: &str, form: Form) -> Result<Kept, Mistakes> {
        let (sources, items) = self.read(text, form)?;
        let declares = declared(&items, &sources).into_iter();
        let declares = declares.map(|declared| text[declared.span.range()].to_owned()).collect();
        Ok(Kept { name: self.line(), text: text.into(), form, declares })
    }

    /// What was typed as a tree. What can't be read is told alone: the rest may not mean what it seems to.
    fn read(&self, text: &str, form: Form) -> Result<(Sources, Vec<Item>), Mistakes> {
        let mut sources = Sources::new();
        let file = sources.add(self.line(), text);
        let (items, mut diagnostics) = Addition { name: &self.line(), text, form }.items(file);
        diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
        if diagnostics.is_empty() { Ok((sources, items)) } else { Err(Mistakes { sources, diagnostics }) }
    }

    /// What the line is called in messages that was typed last.
    fn line(&self) -> String {
        format!("<line {}>", self.lines)
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// What is wrong with it, or why it can't be computed.
    pub fn evaluate(&self, text: &str) -> Result<Valued, NoValue> {
        self.read(text, Form::Expression).map_err(NoValue::Mistakes)?;
        let CheckedWith { checked, .. } = self.check(Some((text, Form::Expression)));
        let checked = accepted(checked).map_err(computes_only).map_err(NoValue::Mistakes)?;
        let Some(valued) = valued(&checked.1) else { return Ok(Valued { value: Value::None, ty: Type::Nothing }) };
        valued.map_err(|fault| NoValue::Fault(checked.0, fault))
    }

    /// The program with what a text declares that stands for what was typed; the session stays as it is.
    ///
    /// # Errors
    /// What is wrong with it, where it was typed.
    pub fn with(&self, wrapped: &Wrapped, typed: &str) -> Result<(Sources, Program), Mistakes> {
        let file = FileId(self.kept.len() as u32 + 1);
        let checked = self.check(Some((wrapped.text(), Form::Declarations))).checked;
        accepted(checked).map_err(|mistakes| wrapped.as_typed(mistakes, file, typed))
    }

    /// Checks all that is known with one more text.
    pub(super) fn check(&self, more: Option<(&str, Form)>) -> CheckedWith {
        let line = self.line();
        let kept = self.kept.iter().map(|kept| Addition { name: &kept.name, text: &kept.text, form: kept.form });
        let more = more.map(|(text, form)| Addition { name: &line, text, form });
        let additions: Vec<Addition<'_>> = kept.chain(more).collect();
        let none = Loaded { path: NO_FILE.to_owned(), text: "".into(), levels: Levels::default() };
        let Loaded { path, text, levels } = self.file.as_ref().unwrap_or(&none);
        let text = self.readable.as_ref().unwrap_or(text);
        check_with(path, Arc::clone(text), &additions, self.loader.as_ref(), levels)
    }

    /// Goes on with a program, if it has no mistakes.
    pub(super) fn adopt(&mut self, checked: CheckedWith) -> Result<(), Mistakes> {
        let CheckedWith { checked, names } = checked;
        let (sources, program) = accepted(checked)?;
        self.declared = self.declared_in(&sources);
        (self.sources, self.program, self.names) = (sources, Arc::new(program), names);
        Ok(())
    }

    fn declared_in(&self, sources: &Sources) -> Vec<Declared> {
        let read = |(id, source): (FileId, &Source)| {
            let kept = (id.0 as usize).checked_sub(1).and_then(|at| self.kept.get(at));
            let items = match kept {
                Some(kept) => Addition { name: &kept.name, text: &kept.text, form: kept.form }.items(id).0,
                None => parse(id, source.text()).file.items,
            };
            declared(&items, sources)
        };
        sources.iter().flat_map(read).collect()
    }
}

impl Around for Session {
    fn names(&self) -> &[InScope] {
        &self.names
    }

    fn declared(&self, name: &str) -> Option<&Declared> {
        let named = self.names.iter().find(|known| known.name == name)?;
        self.declared.iter().find(|declared| declared.span == named.span)
    }

    fn type_of(&self, expression: &str) -> Option<Type> {
        if !matches!(Typed::of(expression), Typed::Expression) {
            return None;
        }
        let (_, program) = accepted(self.check(Some((expression, Form::Expression))).checked).ok()?;
        let constant = program.constants.iter().find(|constant| constant.name.is_empty())?;
        Some(constant.value.ty.clone())
    }
}

/// The program of what was checked, if it has no errors.
fn accepted(checked: Checked) -> Result<(Sources, Program), Mistakes> {
    let Checked { sources, mut diagnostics, program } = checked;
    program.map(|program| (sources.clone(), program)).ok_or_else(|| {
        diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
        Mistakes { sources, diagnostics }
    })
}

/// The value of the expression that was checked with the program.
fn valued(program: &Program) -> Option<Result<Valued, Fault>> {
    let (constant, number) = program.constants.iter().zip(0..).find(|(constant, _)| constant.name.is_empty())?;
    let value = Constants::new(program).get(ConstantId(number)).map(|value| value.cloned().map_err(Clone::clone))?;
    Some(value.map(|value| Valued { value, ty: constant.value.ty.clone() }))
}

/// At the prompt nothing can be made a probe or bound before.
fn computes_only(mut mistakes: Mistakes) -> Mistakes {
    for diagnostic in &mut mistakes.diagnostics {
        if matches!(diagnostic.code, Code::E0501 | Code::E0502) {
            diagnostic.help = Some("the prompt only computes: `:simulate` tries plans in a virtual world".to_owned());
            diagnostic.fix = None;
        }
    }
    mistakes
}
