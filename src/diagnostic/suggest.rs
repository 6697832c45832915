//! "Did you mean": the known name nearest to what was written.

/// The nearest of the candidates, if one is near enough to be meant. Of equally near ones the first wins.
pub fn nearest<'n>(written: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    nearest_within(written, (written.chars().count() / 3).max(1), candidates)
}

/// The same, where a candidate that is at most so many edits away can be meant.
pub fn nearest_within<'n>(
    written: &str,
    edits: usize,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    suggestion_within(written, edits, candidates).map(|found| found.name)
}

/// A known name that may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion<'n> {
    /// The first of the nearest names.
    pub name: &'n str,
    /// No other name is as near, and what was written is long enough to be near to nothing else.
    pub is_certain: bool,
}

/// The nearest of the candidates, if one is near enough to be meant.
pub fn suggestion<'n>(written: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<Suggestion<'n>> {
    suggestion_within(written, (written.chars().count() / 3).max(1), candidates)
}

fn suggestion_within<'n>(
    written: &str,
    edits: usize,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Option<Suggestion<'n>> {
    let letters: Vec<char> = written.chars().collect();
    let mut far = edits;
    let mut rows = Rows::default();
    let mut best: Option<Suggestion<'n>> = None;
    // Nobody means a name that is empty.
    for candidate in candidates.into_iter().filter(|candidate| !candidate.is_empty()) {
        let Some(distance) = rows.distance(&letters, candidate, far + 1) else { continue };
        match &mut best {
            Some(best) if distance == far => best.is_certain &= best.name == candidate,
            _ => {
                far = distance;
                let is_certain = letters.len() > 2 && (distance <= 1 || distance * 4 <= letters.len());
                best = Some(Suggestion { name: candidate, is_certain });
            }
        }
    }
    best
}

/// Three rows of the table of edits, used for one word after another.
#[derive(Default)]
struct Rows {
    other: Vec<char>,
    before: Vec<usize>,
    last: Vec<usize>,
    row: Vec<usize>,
}

impl Rows {
    /// The edits (a character added, dropped, changed, or two swapped) between two words, if they are less than
    /// `far`. Most words are told apart by their lengths or their beginnings.
    fn distance(&mut self, a: &[char], other: &str, far: usize) -> Option<usize> {
        let Self { other: b, before, last, row } = self;
        b.clear();
        b.extend(other.chars());
        if a.len().abs_diff(b.len()) >= far {
            return None;
        }
        last.clear();
        last.extend(0..=b.len());
        before.clear();
        before.extend_from_slice(last);
        for i in 1..=a.len() {
            row.clear();
            row.push(i);
            for j in 1..=b.len() {
                let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(before[j - 2] + 1);
                }
                row.push(least);
            }
            // No row further down can be less than the least of two rows that follow each other.
            if row.iter().chain(last.iter()).all(|edits| *edits >= far) {
                return None;
            }
            std::mem::swap(before, last);
            std::mem::swap(last, row);
        }
        last.last().copied().filter(|distance| *distance < far)
    }
}

/// `did you mean `x`?`, for a help.
pub fn did_you_mean<'n>(written: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(written, candidates).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let check = |written, expected| assert_eq!(nearest(written, ["payment", "hold", "x"]), expected);
        check("paymnet", Some("payment"));
        check("holds", Some("hold"));
        check("y", Some("x"));
        check("total", None);
    }

    #[test]
    fn a_suggestion_is_certain_where_no_other_name_is_as_near() {
        let check = |written, name, is_certain| {
            let found = suggestion(written, ["web_one", "web_two", "web_two", "web_ona", "id"]);
            assert_eq!(found, Some(Suggestion { name, is_certain }));
        };
        check("web_oen", "web_one", true);
        check("web_twp", "web_two", true);
        check("web_onx", "web_one", false);
        check("it", "id", false);
    }

    #[test]
    fn letters_are_put_in_left_out_changed_or_swapped() {
        let check = |written, edits, expected| assert_eq!(nearest_within(written, edits, ["sitting"]), expected);
        check("kitten", 2, None);
        check("kitten", 3, Some("sitting"));
        check("isttnig", 2, Some("sitting"));
    }
}
