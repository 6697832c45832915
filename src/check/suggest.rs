//! "Did you mean": the known name nearest to what was written.

/// The nearest of the candidates, if one is near enough to be meant. Of equally near ones the first wins.
pub(super) fn nearest<'n>(written: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (written.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let far = best.map_or(limit + 1, |(distance, _)| distance);
        if candidate.len().abs_diff(written.len()) >= far + limit {
            continue;
        }
        let distance = distance(written, candidate);
        if distance < far {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// The edits (a character added, dropped, changed, or two swapped) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// `did you mean `x`?`, for a help.
pub(super) fn did_you_mean<'n>(written: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
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
}
