//! Paths as text: pure, with `/` between the parts, never looked up.

/// The folder of a file; empty for a file without one.
pub(super) fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| if slash == 0 { "/" } else { &path[..slash] })
}

/// A path without `.` and, where possible, without `..`.
pub(super) fn normal(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

/// What `path` means in a file that lies in `folder`.
pub(super) fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') || folder.is_empty() { normal(path) } else { normal(&format!("{folder}/{path}")) }
}

/// How a file in `folder` writes `path`: with `./` or `../` in front.
pub(super) fn relative(folder: &str, path: &str) -> String {
    if path.starts_with('/') && !folder.starts_with('/') {
        return path.to_owned();
    }
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let ups = "../".repeat(from.len() - shared);
    let start = if ups.is_empty() { "./" } else { &ups };
    format!("{start}{}", to[shared..].join("/"))
}

/// Whether a program is named by its path, not looked for on PATH.
pub(super) fn is_path(program: &str) -> bool {
    program.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_written_back() {
        let check = |folder: &str, written: &str, joined: &str, relative_path: &str| {
            assert_eq!(join(folder, written), joined);
            assert_eq!(relative(folder, joined), relative_path);
        };
        check("", "./ops.orch", "ops.orch", "./ops.orch");
        check("a/b", "../ops", "a/ops", "../ops");
        check("a", "../../x", "../x", "../../x");
        check("/a", "b/../../../c", "/c", "../c");
        assert_eq!(folder("/x"), "/");
        assert_eq!(folder("a/b/c"), "a/b");
    }
}
