//! Drawings of the source with what is wrong in it, by ariadne.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use ariadne::{Cache, Color, Config, IndexType, Label as Arrow, Report, ReportKind};

use super::clean::clean;
use super::excerpt::Excerpt;
use super::short::{headline, kind, place};
use super::{counted, margin};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{FileId, Sources, Span};

/// A diagnostic further down a file than this is a line too: a drawing costs as much as its line number.
const LAST_LINE: u32 = 500_000;

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// With ANSI escapes; they carry no meaning alone.
    pub colour: bool,
    /// How many characters fit in a line, where lines may not be longer.
    pub width: Option<usize>,
    /// So many diagnostics are drawn; the rest is counted.
    pub most: usize,
    /// `orch check --fix` can be advised.
    pub mends: bool,
}

impl Manner {
    /// Without colours, for a reader of whom nothing is known.
    pub const PLAIN: Manner = Manner { colour: false, width: None, most: 50, mends: true };
}

/// The diagnostics as a person reads them, in the order given, with a last line that sums up and says how to go on.
/// Empty when there are none. Where not all are drawn, errors go before warnings.
pub fn human(sources: &Sources, diagnostics: &[Diagnostic], manner: Manner) -> String {
    let each: Vec<String> = chosen(diagnostics, manner.most).map(|each| drawn(sources, each, manner)).collect();
    let mut text = each.join("\n");
    if each.len() < diagnostics.len() {
        let _ = writeln!(text, "\nand {} more · orch check --all shows them", diagnostics.len() - each.len());
    }
    if !diagnostics.is_empty() {
        text.push_str(&summary(sources, diagnostics, manner));
    }
    text
}

/// At most so many, errors before warnings, in the order given.
fn chosen(diagnostics: &[Diagnostic], most: usize) -> impl Iterator<Item = &Diagnostic> {
    let errors = diagnostics.iter().filter(|each| each.severity == Severity::Error).count();
    let (mut errors, mut warnings) = (errors.min(most), most.saturating_sub(errors));
    diagnostics.iter().filter(move |each| {
        let room = match each.severity {
            Severity::Error => &mut errors,
            Severity::Warning => &mut warnings,
        };
        let fits = *room > 0;
        *room = room.saturating_sub(1);
        fits
    })
}

/// `1 error in migrate.orch · orch explain E0412 · orch check --fix can mend it`
fn summary(sources: &Sources, diagnostics: &[Diagnostic], manner: Manner) -> String {
    let files: BTreeSet<FileId> = diagnostics.iter().map(|diagnostic| diagnostic.span().file).collect();
    let place = match files.first() {
        Some(only) if files.len() == 1 => clean(sources.get(*only).name()).into_owned(),
        _ => counted(files.len(), "file"),
    };
    let codes: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    let code = codes.first().filter(|_| codes.len() == 1).copied().unwrap_or("CODE");
    let mending = if manner.mends { mending(diagnostics) } else { String::new() };
    format!("{} in {place} · orch explain {code}{mending}\n", counts(diagnostics))
}

/// `2 errors, 1 warning`
fn counts(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    [Severity::Error, Severity::Warning]
        .into_iter()
        .map(|severity| (severity, count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| counted(count, severity.word()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// ` · orch check --fix can mend it`
fn mending(diagnostics: &[Diagnostic]) -> String {
    let fixes = diagnostics.iter().filter(|diagnostic| diagnostic.fix.is_some()).count();
    let what = match (fixes, diagnostics.len()) {
        (0, _) => return String::new(),
        (1, 1) => "it".to_owned(),
        (some, all) if some == all => "them".to_owned(),
        (some, _) => format!("{some} of them"),
    };
    format!(" · orch check --fix can mend {what}")
}

/// One of them, without what sums up.
pub fn drawn(sources: &Sources, diagnostic: &Diagnostic, manner: Manner) -> String {
    let in_a_line = || headline(sources, diagnostic) + "\n";
    let last_line = |label: &Label| sources.get(label.span.file).position(label.span.end).line;
    if diagnostic.labels.iter().any(|label| last_line(label) > LAST_LINE) {
        return in_a_line();
    }
    let excerpts = Excerpts::new(sources, &diagnostic.labels, manner.width);
    let places: Vec<String> = excerpts.files.iter().map(|file| place(sources, file.place)).collect();
    let mut drawn = Vec::new();
    match report(diagnostic, &excerpts, manner.colour).write(&excerpts, &mut drawn) {
        Ok(()) => {
            let mut body = margin::lines(&String::from_utf8_lossy(&drawn), places);
            margin::add_help(&mut body, diagnostic.help.as_deref().unwrap_or_default(), manner);
            header(diagnostic, manner.colour)
                + &body.iter().flat_map(|line| [line.trim_end(), "\n"]).collect::<String>()
        }
        Err(_) => in_a_line(),
    }
}

/// `error[E0412]: message`. Ariadne's own header has another form, and no colour of one's own choice can be left out.
fn header(diagnostic: &Diagnostic, colour: bool) -> String {
    let (kind, message) = (kind(diagnostic), clean(&diagnostic.message));
    match (colour, diagnostic.severity) {
        (false, _) => format!("{kind}: {message}\n"),
        (true, Severity::Error) => format!("\u{1b}[1;31m{kind}\u{1b}[0m: {message}\n"),
        (true, Severity::Warning) => format!("\u{1b}[1;33m{kind}\u{1b}[0m: {message}\n"),
    }
}

fn report(diagnostic: &Diagnostic, excerpts: &Excerpts, colour: bool) -> Report<'static, Place> {
    let config = Config::new().with_index_type(IndexType::Byte).with_color(colour);
    let mut report = Report::build(ReportKind::Error, (diagnostic.span().file, 0..0)).with_config(config);
    for file in &excerpts.files {
        for (label, range) in &file.arrows {
            let main = *label == diagnostic.labels[0];
            let colour = if main { main_colour(diagnostic.severity) } else { Color::Cyan };
            let arrow = Arrow::new((file.id, range.clone())).with_message(clean(&label.text)).with_color(colour);
            report.add_label(arrow);
        }
    }
    report.finish()
}

fn main_colour(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    }
}

/// A range of bytes in the excerpt of a file.
type Place = (FileId, Range<usize>);

/// One file of a drawing. Its labels stand from top to bottom, because ariadne begins a file anew where they don't.
struct FileExcerpt {
    id: FileId,
    /// What is named above the excerpt.
    place: Span,
    arrows: Vec<(Label, Range<usize>)>,
    source: ariadne::Source<String>,
}

impl FileExcerpt {
    fn new(sources: &Sources, id: FileId, labels: &[Label], width: Option<usize>) -> Self {
        let labels: Vec<&Label> = labels.iter().filter(|label| label.span.file == id).collect();
        let excerpt = Excerpt::new(sources.get(id), labels.iter().map(|label| label.span.range()), width);
        let mut arrows: Vec<_> = labels.iter().map(|label| (*label).clone()).zip(excerpt.ranges).collect();
        arrows.sort_by_key(|(_, range)| (range.end, range.start));
        Self { id, place: labels[0].span, arrows, source: excerpt.text.into() }
    }
}

/// What ariadne is given to read: the excerpts of all files of one diagnostic, the one with the mistake first.
struct Excerpts {
    files: Vec<FileExcerpt>,
}

impl Excerpts {
    fn new(sources: &Sources, labels: &[Label], width: Option<usize>) -> Self {
        let mut files: Vec<FileExcerpt> = Vec::new();
        for label in labels {
            if !files.iter().any(|file| file.id == label.span.file) {
                files.push(FileExcerpt::new(sources, label.span.file, labels, width));
            }
        }
        Self { files }
    }
}

impl Cache<FileId> for &Excerpts {
    type Storage = String;

    fn fetch(&mut self, id: &FileId) -> Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        self.files.iter().find(|file| file.id == *id).map(|file| &file.source).ok_or("a file without a label")
    }

    fn display<'a>(&self, _: &'a FileId) -> Option<impl std::fmt::Display + 'a> {
        Some(margin::PLACE)
    }
}
