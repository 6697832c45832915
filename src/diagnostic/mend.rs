//! Fixes, applied to texts.

use std::collections::BTreeMap;

use super::{Diagnostic, Edit, Fix};
use crate::source::{FileId, Sources, Span};

/// The diagnostics whose fixes can be applied together: of fixes that touch each other, the first. A fix that changes
/// a file that may not be changed is left out.
pub fn together<'d>(
    diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
    may_change: impl Fn(FileId) -> bool,
) -> Vec<&'d Diagnostic> {
    let mut taken: Vec<Span> = Vec::new();
    let fits = |diagnostic: &&'d Diagnostic| {
        let Some(fix) = &diagnostic.fix else { return false };
        let spans: Vec<Span> = fix.edits.iter().map(|edit| edit.span).collect();
        let free = |span: &Span| may_change(span.file) && !taken.iter().any(|other| touch(*span, *other));
        let fits = spans.iter().all(free);
        if fits {
            taken.extend(spans);
        }
        fits
    };
    diagnostics.into_iter().filter(fits).collect()
}

/// Whether it matters in which order two edits are made. What ends where the next begins does not touch it, unless
/// one of them only inserts.
fn touch(a: Span, b: Span) -> bool {
    let inserts = a.start == a.end || b.start == b.end;
    let (ends, begins) = (a.end.min(b.end), a.start.max(b.start));
    a.file == b.file && if inserts { begins <= ends } else { begins < ends }
}

/// The texts of the files that the fixes change, as they are then. No two of the fixes touch each other.
pub fn apply<'f>(sources: &Sources, fixes: impl IntoIterator<Item = &'f Fix>) -> BTreeMap<FileId, String> {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.into_iter().flat_map(|fix| &fix.edits) {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    by_file.into_iter().map(|(file, edits)| (file, edited(sources.get(file).text(), edits))).collect()
}

fn edited(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    let mut mended = String::with_capacity(text.len());
    let mut done = 0;
    for Edit { span, replacement } in edits {
        mended.push_str(&text[done..span.range().start]);
        mended.push_str(replacement);
        done = span.range().end;
    }
    mended.push_str(&text[done..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    fn mistake(edits: &[(u32, u32, &str)]) -> Diagnostic {
        let edit = |&(start, end, text): &(u32, u32, &str)| Edit {
            span: Span::new(FileId(0), start, end),
            replacement: text.to_owned(),
        };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        let fix = Fix { title: "mend it".into(), edits };
        Diagnostic::new(Code::E0101, Span::new(FileId(0), 0, 1), "wrong", "").fix_with(fix)
    }

    /// The text after all fixes that go together, and how many those are.
    fn mended(diagnostics: &[Diagnostic]) -> (String, usize) {
        let mut sources = Sources::new();
        let file = sources.add("main.orch", "abcdef");
        let chosen = together(diagnostics, |_| true);
        let texts = apply(&sources, chosen.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()));
        (texts[&file].clone(), chosen.len())
    }

    #[test]
    fn fixes_that_do_not_touch_are_applied_in_any_order() {
        let diagnostics = [mistake(&[(4, 5, "E")]), mistake(&[(0, 1, "A"), (2, 2, "-")]), mistake(&[(5, 6, "")])];
        assert_eq!(mended(&diagnostics), ("Ab-cdE".to_owned(), 3));
    }

    #[test]
    fn of_fixes_that_touch_the_first_is_applied_whole() {
        let first = mistake(&[(1, 3, "X"), (5, 5, "!")]);
        for second in [[(0, 1, "A"), (2, 4, "Y")], [(0, 1, "A"), (5, 5, "?")], [(0, 1, "A"), (3, 3, "?")]] {
            assert_eq!(mended(&[first.clone(), mistake(&second)]), ("aXde!f".to_owned(), 1), "{second:?}");
        }
    }

    #[test]
    fn no_edit_is_made_where_one_is_in_a_file_that_may_not_be_changed() {
        let mut fixed = mistake(&[(0, 1, "A"), (2, 3, "C")]);
        fixed.fix.iter_mut().for_each(|fix| fix.edits[1].span.file = FileId(1));
        assert_eq!(together(&[fixed], |file| file == FileId(0)).len(), 0);
    }
}
