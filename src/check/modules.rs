//! The files of a program: reading what is imported, and files that import each other.

use std::{collections::HashMap, sync::Arc};

use super::{
    additions::{self, Addition},
    paths,
    reading::Reading,
    standard,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::ModuleId,
    source::{FileId, Sources, Span},
    syntax::{
        ast::{File, Import, ImportSource, Item, ItemKind},
        parser,
    },
};

/// Gives the text of imported files. The checker itself reads nothing.
pub trait Loader {
    /// The text of the file at `path`, which is relative to the same folder as the root file's name.
    fn load(&self, path: &str) -> Result<String, LoadError>;

    /// The text of a module of the standard library, `std/graph`; as this version has it, unless a program was kept
    /// with another.
    fn standard(&self, name: &str) -> Option<String> {
        standard::text(name).map(str::to_owned)
    }
}

/// Why a file could not be read, as a message prints it: `no such file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(pub String);

impl<F: Fn(&str) -> Result<String, LoadError>> Loader for F {
    fn load(&self, path: &str) -> Result<String, LoadError> {
        self(path)
    }
}

/// A file of the program.
pub(super) struct Module {
    /// Its number in the sources.
    pub(super) file: FileId,
    /// Its path as the root's name has it: `examples/ops.orch`.
    pub(super) path: String,
    /// Its tree.
    pub(super) tree: File,
    /// What its imports by path lead to, by the number of the item.
    pub(super) imports: HashMap<usize, ModuleId>,
    /// A module of the standard library, whose grants are the root's.
    pub(super) standard: bool,
    /// Its `uses` clauses, by the number of the item.
    pub(super) uses: Vec<usize>,
    /// Some declaration could not be read, so that names may be missing.
    pub(super) unread: bool,
    /// What could not be read, so that names may be used there.
    pub(super) reading: Reading,
}

/// All files, root first.
pub(super) struct Loaded {
    pub(super) sources: Sources,
    pub(super) modules: Vec<Module>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the root file and, one after another, everything that is imported.
///
/// What the `additions` declare belongs to the root file.
pub(super) fn load(name: &str, text: Arc<str>, additions: &[Addition<'_>], loader: &dyn Loader) -> Loaded {
    let mut loading = Loading { loader, by_path: HashMap::new(), standard: HashMap::new(), loaded: Loaded::empty() };
    loading.add(paths::normal(name), name, text, false);
    additions.iter().for_each(|addition| loading.add_to_root(addition));
    let mut next = 0;
    while next < loading.loaded.modules.len() {
        loading.imports_of(ModuleId(next as u32));
        next += 1;
    }
    let mut loaded = loading.loaded;
    let cycles = cycles(&loaded);
    loaded.diagnostics.extend(cycles);
    loaded
}

impl Loaded {
    fn empty() -> Self {
        Self { sources: Sources::new(), modules: Vec::new(), diagnostics: Vec::new() }
    }
}

struct Loading<'l> {
    loader: &'l dyn Loader,
    /// `None` for a file that could not be read, which is reported once.
    by_path: HashMap<String, Option<ModuleId>>,
    /// The same for modules of the standard library.
    standard: HashMap<String, Option<ModuleId>>,
    loaded: Loaded,
}

impl Loading<'_> {
    fn add(&mut self, path: String, name: &str, text: Arc<str>, standard: bool) -> ModuleId {
        let id = ModuleId(self.loaded.modules.len() as u32);
        let file = self.loaded.sources.add(name, text);
        let parsed = parser::parse(file, self.loaded.sources.get(file).text());
        let unread = parsed.file.items.iter().any(|item| matches!(item.kind, ItemKind::Error));
        let uses = uses(&parsed.file.items);
        let reading = Reading::new(&parsed.diagnostics);
        self.loaded.diagnostics.extend(parsed.diagnostics);
        self.by_path.insert(path.clone(), Some(id));
        self.loaded.modules.push(Module {
            file,
            path,
            tree: parsed.file,
            imports: HashMap::new(),
            standard,
            uses,
            unread,
            reading,
        });
        id
    }

    fn add_to_root(&mut self, addition: &Addition<'_>) {
        let file = self.loaded.sources.add(addition.name, addition.text);
        let (items, diagnostics) = addition.items(file);
        self.loaded.diagnostics.extend(diagnostics);
        let root = &mut self.loaded.modules[0];
        additions::take_the_place(&mut root.tree.items, items);
        root.uses = uses(&root.tree.items);
    }

    fn imports_of(&mut self, module: ModuleId) {
        let written = written_imports(&self.loaded.modules[module.index()].tree);
        for (item, source, span) in written {
            let target = match source {
                Written::Path(path) => {
                    let path = paths::join(paths::folder(&self.loaded.modules[module.index()].path), &path);
                    match self.by_path.get(&path) {
                        Some(known) => *known,
                        None => self.read(path, span),
                    }
                }
                Written::Module(name) => match self.standard.get(&name) {
                    Some(known) => *known,
                    None => {
                        let items = &self.loaded.modules[module.index()].tree.items;
                        let before = item.checked_sub(1).and_then(|before| items.get(before));
                        let follows_unread = before.is_some_and(|before| matches!(before.kind, ItemKind::Error));
                        self.read_standard(name, span, follows_unread)
                    }
                },
            };
            if let Some(target) = target {
                self.loaded.modules[module.index()].imports.insert(item, target);
            }
        }
    }

    fn read(&mut self, path: String, span: Span) -> Option<ModuleId> {
        match self.loader.load(&path) {
            Ok(text) => Some(self.add(path.clone(), &path, text.into(), false)),
            Err(LoadError(reason)) => {
                let message = format!("`{path}` can't be read: {reason}");
                let said = Diagnostic::new(Code::E0204, span, message, "imported here");
                self.loaded.diagnostics.push(if standard::names().any(|known| known == path) {
                    said.help(format!("a module of the library stands without quotes: `import {path}`"))
                        .fix(span, path.clone())
                } else if !path.ends_with(".orch") {
                    said.help("a file is imported by its whole name: `\"./ops.orch\"`")
                } else {
                    said.help("an import is relative to the folder of the file it stands in")
                });
                self.by_path.insert(path, None);
                None
            }
        }
    }

    /// A module of the standard library; `follows_unread` says that what stands before it could not be read, and may
    /// have meant it otherwise: `from deploy import ..`.
    fn read_standard(&mut self, name: String, span: Span, follows_unread: bool) -> Option<ModuleId> {
        let found = self.loader.standard(&name).map(|text| self.add(name.clone(), &name, text.into(), true));
        if found.is_none() && !follows_unread {
            let known: Vec<String> = standard::names().collect();
            let names = || known.iter().map(String::as_str);
            let message = format!("there is no module `{name}`");
            let help = || {
                let known = super::names::listed(&known);
                let own = format!("a file of your own is imported by its path: `import \"./{name}.orch\"`");
                Some(format!("there is {known}; {own}"))
            };
            let said = Diagnostic::new(Code::E0204, span, message, "imported here");
            let whole = format!("std/{name}");
            self.loaded.diagnostics.push(if known.contains(&whole) {
                said.help(format!("write `{whole}`")).fix(span, whole)
            } else {
                said.suggest(&name, names()).or_help(help)
            });
        }
        self.standard.insert(name, found);
        found
    }
}

/// Where the `uses` clauses are among the items of a file.
fn uses(items: &[Item]) -> Vec<usize> {
    let clauses = items.iter().enumerate().filter(|(_, item)| matches!(item.kind, ItemKind::Uses(_)));
    clauses.map(|(at, _)| at).collect()
}

/// What an import names.
enum Written {
    /// `"./ops.orch"`
    Path(String),
    /// `std/graph`
    Module(String),
}

/// The imports: which item, what it names, and where that stands.
fn written_imports(tree: &File) -> Vec<(usize, Written, Span)> {
    let imports = tree.items.iter().enumerate().filter_map(|(at, item)| match &item.kind {
        ItemKind::Import(Import { source: ImportSource::Path(path), .. }) => {
            Some((at, Written::Path(path.plain()?.to_string()), path.span))
        }
        ItemKind::Import(Import { source: ImportSource::Module(names), .. }) => {
            let written: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
            Some((at, Written::Module(written.join("/")), names.first()?.span.to(names.last()?.span)))
        }
        _ => None,
    });
    imports.collect()
}

/// Reports each import that closes a circle, with the way around.
fn cycles(loaded: &Loaded) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut finished = vec![false; loaded.modules.len()];
    let mut trail: Vec<(ModuleId, Vec<(Span, ModuleId)>)> = Vec::new();
    if !loaded.modules.is_empty() {
        trail.push((ModuleId(0), edges(loaded, ModuleId(0))));
    }
    while let Some((module, left)) = trail.last_mut() {
        let module = *module;
        let Some((span, target)) = left.pop() else {
            finished[module.index()] = true;
            trail.pop();
            continue;
        };
        if let Some(start) = trail.iter().position(|(on_trail, _)| *on_trail == target) {
            let around = trail[start..].iter().map(|(module, _)| *module).chain([target]);
            found.push(cycle(loaded, around, span));
        } else if !finished[target.index()] {
            trail.push((target, edges(loaded, target)));
        }
    }
    found
}

/// The imports of a module, last first.
fn edges(loaded: &Loaded, module: ModuleId) -> Vec<(Span, ModuleId)> {
    let module = &loaded.modules[module.index()];
    let written = written_imports(&module.tree).into_iter().rev();
    written.filter_map(|(item, _, span)| module.imports.get(&item).map(|target| (span, *target))).collect()
}

fn cycle(loaded: &Loaded, around: impl Iterator<Item = ModuleId>, span: Span) -> Diagnostic {
    let names: Vec<String> = around.map(|module| format!("`{}`", loaded.modules[module.index()].path)).collect();
    let message = format!("files import each other: {}", names.join(" imports "));
    Diagnostic::new(Code::E0205, span, message, "this import closes the circle")
        .help("move what both need into a file of its own")
}
