//! The places that `highlights.orch` marks: a line of carets names the kind of what stands above them.

/// What must be shown as one kind.
pub struct Mark {
    /// The bytes.
    pub range: std::ops::Range<usize>,
    /// `statement`, `string`
    pub kind: String,
}

/// The program, and its marks.
pub fn marked() -> (String, Vec<Mark>) {
    let text = super::read(&super::root().join("tests/editors/highlights.orch"));
    let mut marks = Vec::new();
    let (mut above, mut start) = (0, 0);
    for line in text.split_inclusive('\n') {
        match mark(line.trim_end()) {
            Some((column, length, kind)) => {
                marks.push(Mark { range: above + column..above + column + length, kind: kind.to_owned() });
            }
            None => above = start,
        }
        start += line.len();
    }
    assert!(marks.len() > 100, "only {} marks", marks.len());
    (text, marks)
}

/// Column, length and kind of `//   ^^^ kind` and `// <- kind`.
fn mark(line: &str) -> Option<(usize, usize, &str)> {
    let (place, kind) = line.trim_start().strip_prefix("//")?.rsplit_once(' ')?;
    let column = line.len() - line.trim_start().len();
    match place.trim() {
        "<-" => Some((column, 1, kind)),
        carets if !carets.is_empty() && carets.bytes().all(|byte| byte == b'^') => {
            Some((line.find('^')?, carets.len(), kind))
        }
        _ => None,
    }
}
