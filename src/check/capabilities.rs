//! Capabilities: what a file says it uses, and whether what it does is among it.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Checker, paths, symbols::Symbol};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Grant, Module, ModuleId, PathExpr},
    source::Span,
    syntax::ast::{Capability, ItemKind, Template},
};

/// What an effect needs, as far as one can see: a literal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Exec,
    File,
}

impl Need {
    fn word(self) -> &'static str {
        match self {
            Need::Exec => "exec",
            Need::File => "file",
        }
    }
}

impl Checker<'_> {
    /// What each file grants itself.
    pub(super) fn capabilities(&mut self) {
        let root = paths::folder(&self.modules[0].path).to_owned();
        for module in self.all_modules() {
            self.module = module;
            let tree = &self.modules[module.index()].tree;
            let mut grants = Vec::new();
            for item in &tree.items {
                if let ItemKind::Uses(capabilities) = &item.kind {
                    grants.extend(capabilities.iter().filter_map(|capability| self.grant(capability)));
                }
            }
            let granted = self.granted(&grants);
            self.symbols.granted.push(granted);
            let path = paths::relative(&root, &self.modules[module.index()].path);
            let path = path.strip_prefix("./").unwrap_or(&path).to_owned();
            self.program.modules.push(Module { path, grants });
        }
    }

    fn grant(&mut self, capability: &Capability) -> Option<Grant> {
        let names: Vec<SmolStr> =
            capability.arguments.iter().filter_map(|argument| self.granted_name(argument)).collect();
        match capability.name.text.as_str() {
            "exec" => Some(Grant::Exec(names)),
            "shell" => Some(Grant::Shell),
            "http" => Some(Grant::Http(names)),
            "env" => Some(Grant::Env(names)),
            "file" => Some(Grant::File(names)),
            other => {
                let known = ["exec", "shell", "http", "env", "file"];
                let message = format!("there is no capability `{other}`");
                let mut diagnostic = Diagnostic::new(Code::E0506, capability.name.span, message, "");
                diagnostic.help = crate::diagnostic::suggest::did_you_mean(other, known)
                    .or_else(|| Some("there are `exec`, `shell`, `http`, `env` and `file`".to_owned()));
                self.report(diagnostic);
                None
            }
        }
    }

    fn granted_name(&mut self, argument: &Template) -> Option<SmolStr> {
        let plain = argument.plain();
        if plain.is_none() {
            let message = "a capability is written out, without `{..}`";
            self.error(Code::E0506, argument.span, message);
        }
        plain
    }

    /// An effect starts a program.
    pub(super) fn needs_program(&mut self, program: &PathExpr) {
        self.needs(Need::Exec, program);
    }

    /// An effect reads or writes a file.
    pub(super) fn needs_file(&mut self, path: &PathExpr) {
        self.needs(Need::File, path);
    }

    fn needs(&mut self, need: Need, path: &PathExpr) {
        let Some(written) = self.literal_text(&path.value).map(str::to_owned) else { return };
        let span = path.value.span;
        let resolved = self.resolved(need, path.origin, &written);
        let own = self.module;
        if !self.grants(own, need, &resolved) {
            self.not_granted(own, need, &resolved, &written, span);
        }
        if own != ModuleId(0) {
            self.remember_need(need, resolved, span);
        }
    }

    /// What a literal means: a path without its folder's ways around, or the plain name of a program.
    fn resolved(&self, need: Need, origin: ModuleId, written: &str) -> String {
        if need == Need::Exec && !paths::is_path(written) {
            return written.to_owned();
        }
        let joined = paths::join(paths::folder(&self.modules[origin.index()].path), written);
        let folder = if written.ends_with('/') { "/" } else { "" };
        format!("./{joined}{folder}")
    }

    /// What grants of the current file mean.
    fn granted(&self, grants: &[Grant]) -> Granted {
        let mut granted = Granted::default();
        for grant in grants {
            let (need, names, all) = match grant {
                Grant::Exec(names) => (Need::Exec, names, &mut granted.exec),
                Grant::File(names) => (Need::File, names, &mut granted.file),
                Grant::Shell | Grant::Http(_) | Grant::Env(_) => continue,
            };
            all.everything |= names.is_empty();
            all.names.extend(names.iter().map(|name| self.resolved(need, self.module, name)));
        }
        granted
    }

    fn grants(&self, module: ModuleId, need: Need, resolved: &str) -> bool {
        let granted = &self.symbols.granted[module.index()];
        match need {
            Need::Exec => granted.exec.holds(resolved),
            Need::File => granted.file.holds(resolved) || granted.file.holds_folder_of(resolved),
        }
    }

    fn not_granted(&mut self, module: ModuleId, need: Need, resolved: &str, written: &str, span: Span) {
        let word = need.word();
        let file = &self.modules[module.index()];
        let spelled = match resolved.strip_prefix("./") {
            Some(path) => paths::relative(paths::folder(&file.path), path),
            None => resolved.to_owned(),
        };
        let spelled = if need == Need::File && !written.starts_with('.') && module == self.module {
            written.to_owned()
        } else {
            spelled
        };
        let message = match need {
            Need::Exec => format!("`{}` may not start `{written}`", file.path),
            Need::File => format!("`{}` may not touch the file `{written}`", file.path),
        };
        let diagnostic = Diagnostic::new(Code::E0504, span, message, "not granted")
            .help(format!("grant it at the top of `{}`: `uses {word}(\"{spelled}\")`", file.path));
        let (place, text) = self.where_to_grant(module, word, &spelled);
        self.report(diagnostic.fix(place, text));
    }

    /// The change that grants something: in the clause of its kind, else behind the last, else in a line of its own.
    fn where_to_grant(&self, module: ModuleId, word: &str, spelled: &str) -> (Span, String) {
        let file = &self.modules[module.index()];
        let clauses = file.uses.iter().map(|at| &file.tree.items[*at]).filter_map(|item| match &item.kind {
            ItemKind::Uses(capabilities) => Some((item.span, capabilities)),
            _ => None,
        });
        let mut last = None;
        for (span, capabilities) in clauses {
            last = Some(span);
            let same = capabilities.iter().find(|capability| capability.name.text == word);
            if let Some(argument) = same.and_then(|capability| capability.arguments.last()) {
                return (argument.span.after(), format!(", \"{spelled}\""));
            }
        }
        if let Some(span) = last {
            return (span.after(), format!(", {word}(\"{spelled}\")"));
        }
        let first = file.tree.items.first().map_or(0, |item| item.span.start);
        let at = before_comments(self.sources.get(file.file).text(), first);
        (Span::new(file.file, at, at), format!("uses {word}(\"{spelled}\")\n\n"))
    }

    /// From here on, what is needed is needed by this declaration.
    pub(super) fn owner(&mut self, symbol: Symbol) {
        self.symbols.needs.push(Needs {
            owner: symbol,
            module: self.module,
            callables: Vec::new(),
            grants: Vec::new(),
        });
    }

    /// The declaration calls another one.
    pub(super) fn needs_callable(&mut self, symbol: Symbol) {
        if let Some(needs) = self.symbols.needs.last_mut() {
            needs.callables.push(symbol);
        }
    }

    /// What the plans of the root file reach in other files must be granted by the root file, too.
    pub(super) fn root_grants(&mut self) {
        let needs = std::mem::take(&mut self.symbols.needs);
        let by_owner: FxHashMap<Symbol, &Needs> = needs.iter().map(|needs| (needs.owner, needs)).collect();
        let mut left: Vec<Symbol> =
            needs.iter().filter(|needs| needs.is_root_plan()).map(|needs| needs.owner).collect();
        let mut reached: FxHashSet<Symbol> = left.iter().copied().collect();
        let mut told: FxHashSet<&str> = FxHashSet::default();
        while let Some(symbol) = left.pop() {
            let Some(needs) = by_owner.get(&symbol) else { continue };
            left.extend(needs.callables.iter().filter(|callable| reached.insert(**callable)));
            for (need, resolved, span) in &needs.grants {
                if !self.grants(ModuleId(0), *need, resolved) && told.insert(resolved) {
                    self.not_granted(ModuleId(0), *need, resolved, self.sources.text(*span).trim_matches('"'), *span);
                }
            }
        }
    }

    fn remember_need(&mut self, need: Need, resolved: String, span: Span) {
        if let Some(needs) = self.symbols.needs.last_mut() {
            needs.grants.push((need, resolved, span));
        }
    }
}

/// What a file grants itself, as it is looked for.
#[derive(Default)]
pub(super) struct Granted {
    exec: GrantedNames,
    file: GrantedNames,
}

/// What is granted of one kind.
#[derive(Default)]
struct GrantedNames {
    /// Granted without names.
    everything: bool,
    /// What the names mean; a folder ends in `/`.
    names: FxHashSet<String>,
}

impl GrantedNames {
    fn holds(&self, resolved: &str) -> bool {
        self.everything || self.names.contains(resolved)
    }

    fn holds_folder_of(&self, resolved: &str) -> bool {
        resolved.match_indices('/').any(|(slash, _)| self.names.contains(&resolved[..=slash]))
    }
}

/// What a declaration needs, as far as one can see.
pub(super) struct Needs {
    owner: Symbol,
    module: ModuleId,
    /// The probes and actions it calls.
    callables: Vec<Symbol>,
    /// What it starts and touches in a file that is not the root's.
    grants: Vec<(Need, String, Span)>,
}

impl Needs {
    fn is_root_plan(&self) -> bool {
        self.module == ModuleId(0) && matches!(self.owner, Symbol::Plan(_))
    }
}

/// The start of the comment lines that stand right before a byte.
fn before_comments(text: &str, byte: u32) -> u32 {
    let mut at = text[..byte as usize].rfind('\n').map_or(0, |end| end + 1);
    while at > 0 {
        let line = text[..at - 1].rfind('\n').map_or(0, |end| end + 1);
        if !text[line..at].trim_start().starts_with("///") {
            break;
        }
        at = line;
    }
    at as u32
}
