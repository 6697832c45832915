//! Drawings of the source with what is wrong in it, by ariadne.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use ariadne::{Cache, Color, Config, IndexType, Label as Arrow, Report, ReportKind};

use super::counted;
use super::excerpt::{Excerpt, shown};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{FileId, Sources, Span};

/// So many diagnostics are drawn; each further one is a line.
const DRAWN: usize = 100;
/// A diagnostic further down a file than this is a line too: a drawing costs as much as its line number.
const LAST_LINE: u32 = 500_000;
/// A message, label or help is shown up to so many characters.
const LONGEST_TEXT: usize = 1_000;
/// Stands for a place in what ariadne draws. No text that is shown contains it.
const PLACE: char = '\u{1}';

/// The diagnostics as a person reads them, in the order given, with a last line that sums up and says how to go on.
/// Empty when there are none. With `colour`, ANSI escapes; they carry no meaning alone.
pub fn human(sources: &Sources, diagnostics: &[Diagnostic], colour: bool) -> String {
    let (drawn, listed) = diagnostics.split_at(diagnostics.len().min(DRAWN));
    let mut text = String::new();
    for diagnostic in drawn {
        text.push_str(&draw(sources, diagnostic, colour));
        text.push('\n');
    }
    text.extend(listed.iter().map(|diagnostic| line(sources, diagnostic)));
    if !listed.is_empty() {
        text.push('\n');
    }
    if !diagnostics.is_empty() {
        text.push_str(&summary(sources, diagnostics));
    }
    text
}

/// `1 error in migrate.orch · orch explain E0412`
fn summary(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let counts = [Severity::Error, Severity::Warning]
        .into_iter()
        .map(|severity| (severity, count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| counted(count, severity.word()))
        .collect::<Vec<_>>()
        .join(", ");
    let files: BTreeSet<FileId> = diagnostics.iter().map(|diagnostic| diagnostic.span().file).collect();
    let place = match files.first() {
        Some(only) if files.len() == 1 => clean(sources.get(*only).name()).into_owned(),
        _ => counted(files.len(), "file"),
    };
    let codes: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    let code = codes.first().filter(|_| codes.len() == 1).copied().unwrap_or("CODE");
    format!("{counts} in {place} · orch explain {code}\n")
}

/// `error[E0412]`
fn kind(diagnostic: &Diagnostic) -> String {
    format!("{}[{}]", diagnostic.severity.word(), diagnostic.code.as_str())
}

/// A diagnostic in one line.
fn line(sources: &Sources, diagnostic: &Diagnostic) -> String {
    format!("{}: {}: {}\n", place(sources, diagnostic.span()), kind(diagnostic), clean(&diagnostic.message))
}

fn place(sources: &Sources, span: Span) -> String {
    clean(&sources.place(span)).into_owned()
}

fn draw(sources: &Sources, diagnostic: &Diagnostic, colour: bool) -> String {
    let last_line = |label: &Label| sources.get(label.span.file).position(label.span.end).line;
    if diagnostic.labels.iter().any(|label| last_line(label) > LAST_LINE) {
        return line(sources, diagnostic);
    }
    let excerpts = Excerpts::new(sources, &diagnostic.labels);
    let places: Vec<String> = excerpts.files.iter().map(|file| place(sources, file.place)).collect();
    let mut drawn = Vec::new();
    match report(diagnostic, &excerpts, colour).write(&excerpts, &mut drawn) {
        Ok(()) => header(diagnostic, colour) + &finish(&String::from_utf8_lossy(&drawn), places),
        Err(_) => line(sources, diagnostic),
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

/// What ariadne drew without its header, with the places where they belong (ariadne gives those in the excerpt) and
/// without blanks at the line ends.
fn finish(drawn: &str, places: Vec<String>) -> String {
    let body = drawn.split_once('\n').map_or("", |(_, body)| body);
    let mut parts = body.split(PLACE);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (place, part) in places.into_iter().zip(parts) {
        text.push_str(&place);
        text.push_str(part.trim_start_matches(|character: char| character == ':' || character.is_ascii_digit()));
    }
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
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
    if let Some(help) = &diagnostic.help {
        report.set_help(help.lines().map(clean).collect::<Vec<_>>().join("\n"));
    }
    report.finish()
}

fn main_colour(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    }
}

/// A text that can be shown in one line.
fn clean(text: &str) -> Cow<'_, str> {
    let long = text.chars().nth(LONGEST_TEXT).is_some();
    if !long && text.chars().all(|character| shown(character) == character && character != '\t') {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().take(LONGEST_TEXT).map(|character| if character == '\t' { ' ' } else { shown(character) });
    kept.chain(long.then_some('…')).collect()
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
    fn new(sources: &Sources, id: FileId, labels: &[Label]) -> Self {
        let labels: Vec<&Label> = labels.iter().filter(|label| label.span.file == id).collect();
        let excerpt = Excerpt::new(sources.get(id), labels.iter().map(|label| label.span.range()));
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
    fn new(sources: &Sources, labels: &[Label]) -> Self {
        let mut files: Vec<FileExcerpt> = Vec::new();
        for label in labels {
            if !files.iter().any(|file| file.id == label.span.file) {
                files.push(FileExcerpt::new(sources, label.span.file, labels));
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
        Some(PLACE)
    }
}
