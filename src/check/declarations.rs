//! Gathering what the files declare, and the signatures of what can be called.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    Checker, paths,
    symbols::{Callable, ConstantSlot, Declared, EventSlot, Names, Symbol, TypeSlot, TypeSource, TypeSymbol},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{ActionId, EventId, FunctionId, ModuleId, Param, PlanId, ProbeId, Type},
    source::Span,
    syntax::ast::{self, Import, ImportSource, Item, ItemKind, Name},
};

impl<'a> Checker<'a> {
    /// The names of every file; imported ones last, when all are known.
    pub(super) fn gather(&mut self) {
        self.symbols.names = self.modules.iter().map(|_| Names::default()).collect();
        for module in self.all_modules() {
            self.module = module;
            for item in &self.modules[module.index()].tree.items {
                self.gather_item(item);
            }
        }
        for module in self.all_modules() {
            self.module = module;
            for (at, item) in self.modules[module.index()].tree.items.iter().enumerate() {
                if let ItemKind::Import(import) = &item.kind {
                    self.gather_import(at, import);
                }
            }
        }
    }

    pub(super) fn all_modules(&self) -> impl Iterator<Item = ModuleId> + use<> {
        (0..self.modules.len() as u32).map(ModuleId)
    }

    fn gather_item(&mut self, item: &'a Item) {
        let module = self.module;
        match &item.kind {
            ItemKind::Uses(_) | ItemKind::Import(_) | ItemKind::Error => {}
            ItemKind::Type(tree) => {
                let slot = self.symbols.types.len();
                self.symbols.types.push(TypeSlot {
                    name: &tree.name,
                    body: TypeSource::Type(&tree.body),
                    module,
                    ty: Type::Error,
                });
                self.declare_type(&tree.name, TypeSymbol::Declared(slot), true);
            }
            ItemKind::Const(tree) => {
                let slot = self.symbols.constants.len();
                self.symbols.constants.push(ConstantSlot { tree, module, checked: None });
                self.declare(&tree.name, Symbol::Constant(slot), true);
            }
            ItemKind::Event(event) => {
                let slot = self.symbols.types.len();
                let body = TypeSource::Event(&event.payload);
                self.symbols.types.push(TypeSlot { name: &event.name, body, module, ty: Type::Error });
                let id = EventId(self.symbols.events.len() as u32);
                let name = self.name_in_messages(&event.name);
                self.symbols.events.push(EventSlot { name, slot });
                self.declare_type(&event.name, TypeSymbol::Event(id), true);
            }
            ItemKind::Function(tree) => {
                let id = FunctionId(self.symbols.functions.len() as u32);
                let callable = self.callable(tree, &tree.name);
                self.symbols.functions.push(callable);
                self.declare(&tree.name, Symbol::Function(id), true);
            }
            ItemKind::Probe(tree) => {
                let id = ProbeId(self.symbols.probes.len() as u32);
                let callable = self.callable(tree, &tree.name);
                self.symbols.probes.push(callable);
                self.declare(&tree.name, Symbol::Probe(id), true);
            }
            ItemKind::Action(tree) => {
                let id = ActionId(self.symbols.actions.len() as u32);
                let callable = self.callable(tree, &tree.name);
                self.symbols.actions.push(callable);
                self.declare(&tree.name, Symbol::Action(id), true);
            }
            ItemKind::Plan(tree) => {
                let id = PlanId(self.symbols.plans.len() as u32);
                let callable = self.callable(tree, &tree.name);
                self.symbols.plans.push(callable);
                self.declare(&tree.name, Symbol::Plan(id), true);
            }
            ItemKind::Test(test) => self.symbols.tests.push((module, test)),
        }
    }

    fn callable<T>(&self, tree: T, name: &Name) -> Callable<T> {
        let (module, name_in_messages) = (self.module, self.name_in_messages(name));
        Callable { tree, module, name: name_in_messages, span: name.span, params: Arc::default(), result: Type::Error }
    }

    /// A name of the current file as messages print it.
    fn name_in_messages(&self, name: &Name) -> SmolStr {
        match self.prefix(self.module) {
            Some(prefix) => SmolStr::from(format!("{prefix}.{}", name.text)),
            None => name.text.clone(),
        }
    }

    /// What stands before a name of another file in messages.
    fn prefix(&self, module: ModuleId) -> Option<&'a str> {
        (module != ModuleId(0)).then(|| stem(&self.modules[module.index()].path))
    }

    fn declare(&mut self, name: &Name, symbol: Symbol, own: bool) {
        let declared = Declared { symbol, span: name.span, own };
        let names = &mut self.symbols.names[self.module.index()].values;
        if let Some(first) = names.get(&name.text) {
            let first = first.span;
            self.taken(name, first);
        } else {
            names.insert(name.text.clone(), declared);
        }
    }

    fn declare_type(&mut self, name: &Name, symbol: TypeSymbol, own: bool) {
        let declared = Declared { symbol, span: name.span, own };
        let names = &mut self.symbols.names[self.module.index()].types;
        if let Some(first) = names.get(&name.text) {
            let first = first.span;
            self.taken(name, first);
        } else {
            names.insert(name.text.clone(), declared);
            if Self::built_in_type(&name.text) {
                let message = format!("`{}` is a type of the language", name.text);
                self.report(Diagnostic::new(Code::E0203, name.span, message, "").help("give it another name"));
            }
        }
    }

    /// A name that is given twice.
    pub(super) fn taken(&mut self, name: &Name, first: crate::source::Span) {
        let message = format!("`{}` is already taken", name.text);
        self.report(
            Diagnostic::new(Code::E0203, name.span, message, "here again")
                .label(first, "first here")
                .help("give one of them another name"),
        );
    }

    fn gather_import(&mut self, item: usize, import: &Import) {
        let target = self.modules[self.module.index()].imports.get(&item).copied();
        let symbol = target.map_or(Symbol::Broken, Symbol::Module);
        match (&import.alias, &import.source) {
            (Some(alias), _) => self.declare(alias, symbol, false),
            (None, ImportSource::Module(path)) if import.names.is_empty() => {
                path.last().into_iter().for_each(|name| self.declare(name, symbol, false));
            }
            (None, ImportSource::Path(path)) if import.names.is_empty() => {
                let text = path.plain().map(|path| SmolStr::new(stem(&path)));
                text.into_iter().for_each(|text| self.declare(&Name { text, span: path.span }, symbol, false));
            }
            (None, _) => {}
        }
        for name in &import.names {
            self.gather_imported_name(target, name);
        }
    }

    fn gather_imported_name(&mut self, target: Option<ModuleId>, name: &Name) {
        let is_type = name.text.starts_with(|first: char| first.is_ascii_uppercase());
        let Some(target) = target else {
            return if is_type {
                self.declare_type(name, TypeSymbol::Broken, false);
            } else {
                self.declare(name, Symbol::Broken, false);
            };
        };
        let names = &self.symbols.names[target.index()];
        if is_type {
            let found = names.types.get(&name.text).filter(|declared| declared.own).map(|declared| declared.symbol);
            if found.is_none() {
                self.not_declared_there(target, name);
            }
            self.declare_type(name, found.unwrap_or(TypeSymbol::Broken), false);
        } else {
            let found = names.values.get(&name.text).filter(|declared| declared.own).map(|declared| declared.symbol);
            if found.is_none() {
                self.not_declared_there(target, name);
            }
            self.declare(name, found.unwrap_or(Symbol::Broken), false);
        }
    }

    /// `name` is looked for in another file and is not there.
    pub(super) fn not_declared_there(&mut self, module: ModuleId, name: &Name) {
        if self.modules[module.index()].unread {
            return;
        }
        let names = &self.symbols.names[module.index()];
        let values = names.values.iter().filter(|(_, declared)| declared.own).map(|(name, _)| name.as_str());
        let types = names.types.iter().filter(|(_, declared)| declared.own).map(|(name, _)| name.as_str());
        let message = format!("`{}` does not declare `{}`", self.modules[module.index()].path, name.text);
        let known: Vec<&str> = values.chain(types).collect();
        let help = || (1..=8).contains(&known.len()).then(|| format!("it declares {}", super::names::listed(&known)));
        let diagnostic = Diagnostic::new(Code::E0201, name.span, message, "");
        self.report(diagnostic.suggest(&name.text, known.iter().copied()).or_help(help));
    }

    /// The types of all parameters and results.
    pub(super) fn signatures(&mut self) {
        for at in 0..self.symbols.functions.len() {
            let (tree, module) = (self.symbols.functions[at].tree, self.symbols.functions[at].module);
            let (params, result) = self.signature(module, &tree.params, Some(&tree.result));
            (self.symbols.functions[at].params, self.symbols.functions[at].result) = (params, result);
        }
        for at in 0..self.symbols.probes.len() {
            let (tree, module) = (self.symbols.probes[at].tree, self.symbols.probes[at].module);
            let (params, result) = self.signature(module, &tree.params, Some(&tree.result));
            self.no_secret_in(&result, tree.result.span, "what a probe gives");
            (self.symbols.probes[at].params, self.symbols.probes[at].result) = (params, result);
        }
        for at in 0..self.symbols.actions.len() {
            let (tree, module) = (self.symbols.actions[at].tree, self.symbols.actions[at].module);
            let (params, result) = self.signature(module, &tree.params, tree.result.as_ref());
            self.no_secret_in(&result, place(tree.result.as_ref()), "what an action gives");
            (self.symbols.actions[at].params, self.symbols.actions[at].result) = (params, result);
        }
        for at in 0..self.symbols.plans.len() {
            let (tree, module) = (self.symbols.plans[at].tree, self.symbols.plans[at].module);
            let (params, result) = self.signature(module, &tree.params, tree.result.as_ref());
            self.no_secret_in(&result, place(tree.result.as_ref()), "what a plan gives");
            (self.symbols.plans[at].params, self.symbols.plans[at].result) = (params, result);
        }
    }

    fn signature(
        &mut self,
        module: ModuleId,
        params: &[ast::Param],
        result: Option<&ast::Type>,
    ) -> (Arc<Vec<Param>>, Type) {
        self.module = module;
        let params = params.iter().map(|param| Param {
            name: param.called().text.clone(),
            ty: self.declared_type(&param.ty),
            default: None,
            span: param.name.span,
        });
        let params = Arc::new(params.collect());
        (params, result.map_or(Type::Nothing, |result| self.declared_type(result)))
    }
}

/// Where a result is written.
fn place(result: Option<&ast::Type>) -> Span {
    result.map(|result| result.span).unwrap_or_default()
}

/// The name of a file without folder and ending: what it is called when it is imported without `as`.
pub(super) fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    let file = file.strip_suffix(".orch").unwrap_or(file);
    debug_assert!(!paths::is_path(file));
    file
}
