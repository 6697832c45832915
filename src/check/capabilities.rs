//! Capabilities: what a file says it uses, and whether what it does is among it.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Checker, paths, symbols::Symbol};
use crate::{
    diagnostic::{Code, Diagnostic, Label, suggest::suggestion},
    ir::{Expr, ExprKind, Grant, Module, ModuleId, PathExpr, TextPart, host},
    source::{FileId, Span},
    syntax::ast::{Capability, ItemKind, Template},
};

/// What an effect needs, as far as one can see: a literal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Need {
    Exec,
    File,
    Shell,
    Http,
    Env,
}

impl Need {
    fn word(self) -> &'static str {
        match self {
            Need::Exec => "exec",
            Need::File => "file",
            Need::Shell => "shell",
            Need::Http => "http",
            Need::Env => "env",
        }
    }

    fn of_word(word: &str) -> Option<Need> {
        [Need::Exec, Need::File, Need::Shell, Need::Http, Need::Env].into_iter().find(|need| need.word() == word)
    }

    /// Whether a grant is one for what is needed, both as they are resolved.
    fn covers(self, granted: &str, needed: &str) -> bool {
        match self {
            Need::Exec | Need::Shell | Need::Env => granted == needed,
            Need::File => granted == needed || granted.ends_with('/') && needed.starts_with(granted),
            Need::Http => host::covers(granted, needed),
        }
    }

    /// What a file may not do without the grant, to what is `written`.
    fn refused(self, written: &str) -> String {
        match self {
            Need::Exec => format!("start `{written}`"),
            Need::File => format!("touch the file `{written}`"),
            Need::Shell => "use the shell".to_owned(),
            Need::Http => format!("reach `{written}`"),
            Need::Env => format!("read the variable `{written}`"),
        }
    }

    /// The grant as it is written.
    fn grant(self, spelled: &str) -> String {
        match self {
            Need::Shell => "shell".to_owned(),
            Need::Exec | Need::File | Need::Http | Need::Env => format!("{}(\"{spelled}\")", self.word()),
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
            if self.modules[module.index()].standard {
                grants = self.program.modules.first().map(|root| root.grants.clone()).unwrap_or_default();
            }
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
                let help = || Some("there are `exec`, `shell`, `http`, `env` and `file`".to_owned());
                let diagnostic = Diagnostic::new(Code::E0506, capability.name.span, message, "");
                self.report(diagnostic.suggest(other, known).or_help(help));
                None
            }
        }
    }

    fn granted_name(&mut self, argument: &Template) -> Option<SmolStr> {
        let plain = argument.plain();
        // What is no text was reported where it was read.
        if plain.is_none() && self.sources.text(argument.span).contains('"') {
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

    /// An effect runs a script.
    pub(super) fn needs_shell(&mut self, span: Span) {
        self.needs_granted(Need::Shell, String::new(), "", span);
    }

    /// An effect or a secret reads an environment variable.
    pub(super) fn needs_variable(&mut self, name: &Expr) {
        match self.literal_text(name).map(str::to_owned) {
            Some(written) => self.needs_granted(Need::Env, written.clone(), &written, name.span),
            None => self.is_needed(Need::Env, None),
        }
    }

    /// An effect reaches a host, if its URL says which.
    pub(super) fn needs_host(&mut self, url: &Expr) {
        let (known, whole) = match (self.literal_text(url), &url.kind) {
            (Some(text), _) => (text.to_owned(), true),
            (None, ExprKind::Text(parts)) => match parts.first() {
                Some(TextPart::Text(text)) => (text.to_string(), false),
                Some(TextPart::Value(_)) | None => return self.is_needed(Need::Http, None),
            },
            (None, _) => return self.is_needed(Need::Http, None),
        };
        if let Some(host) = host::host(&known, whole) {
            self.needs_granted(Need::Http, host.clone(), &host, url.span);
        } else if whole && !known.contains("://") {
            let message = format!("`{known}` says no host that could be granted");
            let meant = format!("\"https://{known}\"");
            let diagnostic =
                Diagnostic::new(Code::E0504, url.span, message, "a URL begins with `https://` or `http://`");
            let said = diagnostic.help(format!("write `{meant}`"));
            self.report(if matches!(url.kind, ExprKind::Literal(_)) { said.fix(url.span, meant) } else { said });
        } else {
            self.is_needed(Need::Http, None);
        }
    }

    fn needs(&mut self, need: Need, path: &PathExpr) {
        let Some(written) = self.literal_text(&path.value).map(str::to_owned) else {
            return self.is_needed(need, None);
        };
        let resolved = self.resolved(need, path.origin, &written);
        self.needs_granted(need, resolved, &written, path.value.span);
    }

    /// The grants of a module of the standard library are the root's alone.
    fn needs_granted(&mut self, need: Need, resolved: String, written: &str, span: Span) {
        self.is_needed(need, Some(resolved.clone()));
        let own = self.module;
        if !self.modules[own.index()].standard && !self.grants(own, need, &resolved) {
            self.not_granted(own, need, &resolved, written, span);
        }
        if own != ModuleId(0) {
            self.remember_need(need, resolved, span);
        }
    }

    /// Its own file needs something; what is computed (`None`) may be anything.
    fn is_needed(&mut self, need: Need, what: Option<String>) {
        self.symbols.needed.insert((self.module, need, what));
    }

    /// Warns of what a file grants itself and nothing needs.
    pub(super) fn unused_capabilities(&mut self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for module in self.all_modules().filter(|module| !self.modules[module.index()].standard) {
            self.module = module;
            for item in &self.modules[module.index()].tree.items {
                let ItemKind::Uses(capabilities) = &item.kind else { continue };
                found.extend(capabilities.iter().flat_map(|capability| self.unused_parts(capability)));
            }
        }
        found
    }

    /// The parts of a capability that nothing needs: those written out, or else the whole.
    fn unused_parts(&self, capability: &Capability) -> Vec<Diagnostic> {
        let Some(need) = Need::of_word(&capability.name.text) else { return Vec::new() };
        let unused = |span: Span, written: Option<&str>| {
            (!self.is_used(need, written)).then(|| {
                let message = format!("nothing here needs `{}`", self.sources.text(span).trim_matches('"'));
                let help = "grant only what is needed: drop it";
                Diagnostic::new(Code::W0502, span, message, "").help(help)
            })
        };
        if capability.arguments.is_empty() {
            return unused(capability.span, None).into_iter().collect();
        }
        let parts = capability.arguments.iter().filter_map(|argument| Some((argument.span, argument.plain()?)));
        parts.filter_map(|(span, written)| unused(span, Some(&written))).collect()
    }

    /// Whether what the current file grants itself is needed by it or by what it imports, for which it grants as well where
    /// it is the root; as far as one can see. `None` is everything of its kind.
    fn is_used(&self, need: Need, written: Option<&str>) -> bool {
        let granted = written.map(|written| self.resolved(need, self.module, written));
        let reached = self.reached_from(self.module);
        let mut needed = self.symbols.needed.iter().filter(|needed| reached.contains(&needed.0));
        needed.any(|(_, needed, what)| match (&granted, what) {
            // A variable that is granted is given to every process.
            _ if need == Need::Env && matches!(needed, Need::Exec | Need::Shell) => true,
            _ if *needed != need => false,
            (None, _) | (_, None) => true,
            (Some(granted), Some(what)) => need.covers(granted, what),
        })
    }

    /// What a literal means: a path without its folder's ways around, or the plain name of a program.
    fn resolved(&self, need: Need, origin: ModuleId, written: &str) -> String {
        match need {
            Need::Exec if !paths::is_path(written) => return written.to_owned(),
            Need::Shell | Need::Env => return written.to_owned(),
            Need::Http => return written.to_ascii_lowercase(),
            Need::Exec | Need::File => {}
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
                Grant::Http(names) => (Need::Http, names, &mut granted.http),
                Grant::Env(names) => (Need::Env, names, &mut granted.env),
                Grant::Shell => {
                    granted.shell = true;
                    continue;
                }
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
            Need::Shell => granted.shell,
            Need::Http => granted.http.holds_host(resolved),
            Need::Env => granted.env.holds(resolved),
        }
    }

    fn not_granted(&mut self, module: ModuleId, need: Need, resolved: &str, written: &str, span: Span) {
        let file = &self.modules[module.index()];
        let path = resolved.strip_prefix("./").filter(|_| matches!(need, Need::Exec | Need::File));
        let spelled = match path {
            Some(path) => paths::relative(paths::folder(&file.path), path),
            None => resolved.to_owned(),
        };
        let spelled = if need == Need::File && !written.starts_with('.') && module == self.module {
            written.to_owned()
        } else {
            spelled
        };
        let message = format!("`{}` may not {}", file.path, need.refused(written));
        let grant = format!("grant it at the top of `{}`: `uses {}`", file.path, need.grant(&spelled));
        let diagnostic = Diagnostic::new(Code::E0504, span, message, "not granted");
        let own = span.file == file.file;
        let (place, text) = self.where_to_grant(module, need, &spelled);
        self.report(if let Some(meant) = self.nearly_granted(module, need, written).filter(|_| own) {
            let help = format!("did you mean `{meant}`? else {grant}");
            diagnostic.help(help).fix(span, format!("\"{meant}\""))
        } else if let Some(help) = self.with_its_arguments(module, need, written) {
            diagnostic.help(help)
        } else {
            diagnostic.help(grant).fix(place, text)
        });
    }

    /// The program, file or variable that is granted and may be meant.
    fn nearly_granted(&self, module: ModuleId, need: Need, written: &str) -> Option<String> {
        if !matches!(need, Need::Exec | Need::File | Need::Env) {
            return None;
        }
        let grants = self.granted_of(module, need);
        let own = grants.iter().copied().find(|grant| *grant == format!("./{written}"));
        let near = || suggestion(written, grants.iter().copied()).filter(|found| found.is_certain);
        own.or_else(|| near().map(|found| found.name)).map(str::to_owned)
    }

    /// The names that a file grants itself of one kind, as written.
    fn granted_of(&self, module: ModuleId, need: Need) -> Vec<&str> {
        let grants = self.program.modules.get(module.index()).map_or(&[][..], |module| module.grants.as_slice());
        let names = grants.iter().filter_map(|grant| match (grant, need) {
            (Grant::Exec(names), Need::Exec) | (Grant::File(names), Need::File) | (Grant::Env(names), Need::Env) => {
                Some(names)
            }
            _ => None,
        });
        names.flatten().map(SmolStr::as_str).collect()
    }

    /// What is said of a program that is written with its arguments: `exec("./ops remove")`.
    fn with_its_arguments(&self, module: ModuleId, need: Need, written: &str) -> Option<String> {
        let (program, rest) = written.split_once(' ').filter(|_| need == Need::Exec)?;
        let arguments: Vec<String> = rest.split_whitespace().map(|word| format!("\"{word}\"")).collect();
        let call = format!("exec(\"{program}\", [{}])", arguments.join(", "));
        let granted = self.granted_of(module, need).contains(&program);
        granted.then(|| format!("a program stands alone, its arguments in a list: `{call}`"))
    }

    /// The change that grants something: in the clause of its kind, else behind the last, else in a line of its own.
    fn where_to_grant(&self, module: ModuleId, need: Need, spelled: &str) -> (Span, String) {
        let file = &self.modules[module.index()];
        let clauses = file.uses.iter().map(|at| &file.tree.items[*at]).filter_map(|item| match &item.kind {
            ItemKind::Uses(capabilities) => Some((item.span, capabilities)),
            _ => None,
        });
        let mut last = None;
        for (span, capabilities) in clauses {
            last = Some(span);
            let same = capabilities.iter().find(|capability| capability.name.text == need.word());
            if let Some(argument) = same.and_then(|capability| capability.arguments.last()) {
                return (argument.span.after(), format!(", \"{spelled}\""));
            }
        }
        if let Some(span) = last {
            return (span.after(), format!(", {}", need.grant(spelled)));
        }
        let own = file.tree.items.iter().find(|item| item.span.file == file.file);
        let first = own.map_or(0, |item| item.span.start);
        let at = before_comments(self.sources.get(file.file).text(), first);
        (Span::new(file.file, at, at), format!("uses {}\n\n", need.grant(spelled)))
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
        let mut told: FxHashSet<(Need, &str)> = FxHashSet::default();
        while let Some(symbol) = left.pop() {
            let Some(needs) = by_owner.get(&symbol) else { continue };
            left.extend(needs.callables.iter().filter(|callable| reached.insert(**callable)));
            for (need, resolved, span) in &needs.grants {
                if !self.grants(ModuleId(0), *need, resolved) && told.insert((*need, resolved)) {
                    let written = match need {
                        Need::Http | Need::Env | Need::Shell => resolved,
                        Need::Exec | Need::File => self.sources.text(*span).trim_matches('"'),
                    };
                    self.not_granted(ModuleId(0), *need, resolved, written, *span);
                    self.needed_by_import(*span);
                }
            }
        }
    }

    /// The last report is about the root file, which imports what needs it: it stands at the import.
    fn needed_by_import(&mut self, span: Span) {
        let root = &self.modules[0];
        let mut imports: Vec<(usize, ModuleId)> = root.imports.iter().map(|(item, target)| (*item, *target)).collect();
        imports.sort_unstable_by_key(|(item, _)| *item);
        let leads = imports.iter().find(|(_, target)| self.imports_file(*target, span.file));
        let place = leads.and_then(|(item, _)| root.tree.items.get(*item)).map(|item| item.span);
        if let (Some(place), Some(last)) = (place, self.diagnostics.last_mut()) {
            last.labels.insert(0, Label { span: place, text: "what is imported here needs it".to_owned() });
        }
    }

    /// Whether a file is another one, or imports it, perhaps by way of others.
    fn imports_file(&self, module: ModuleId, file: FileId) -> bool {
        self.reached_from(module).iter().any(|module| self.modules[module.index()].file == file)
    }

    /// A file and all that it imports, perhaps by way of others.
    fn reached_from(&self, module: ModuleId) -> Vec<ModuleId> {
        let mut reached = vec![module];
        let mut next = 0;
        while let Some(module) = reached.get(next).map(|module| &self.modules[module.index()]) {
            let new: Vec<ModuleId> =
                module.imports.values().filter(|target| !reached.contains(target)).copied().collect();
            reached.extend(new);
            next += 1;
        }
        reached
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
    http: GrantedNames,
    env: GrantedNames,
    shell: bool,
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

    fn holds_host(&self, wanted: &str) -> bool {
        self.holds(wanted) || self.names.iter().any(|granted| host::covers(granted, wanted))
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
