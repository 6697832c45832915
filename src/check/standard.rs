//! The modules of the standard library: written in the language, and part of the program that checks it.

/// The modules by their names, without `std/`.
const MODULES: [(&str, &str); 5] = [
    ("flags", include_str!("../../stdlib/flags.orch")),
    ("graph", include_str!("../../stdlib/graph.orch")),
    ("notify", include_str!("../../stdlib/notify.orch")),
    ("postgres", include_str!("../../stdlib/postgres.orch")),
    ("prometheus", include_str!("../../stdlib/prometheus.orch")),
];

/// What their names begin with.
const PREFIX: &str = "std/";

/// The text of the module that is imported as `name`: `std/graph`.
pub(super) fn text(name: &str) -> Option<&'static str> {
    let name = name.strip_prefix(PREFIX)?;
    MODULES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// All modules, as they are imported.
pub(super) fn names() -> impl Iterator<Item = String> {
    MODULES.iter().map(|(name, _)| format!("{PREFIX}{name}"))
}

/// Whether a file of that name is a module of the standard library.
pub fn is_standard(name: &str) -> bool {
    text(name).is_some()
}
