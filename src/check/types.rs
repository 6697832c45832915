//! Written types: what they stand for, and types that contain themselves.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::{
    Checker,
    dependencies::{self, Circle},
    symbols::{Declared, EventSlot, Symbol, TypeSlot, TypeSource, TypeSymbol},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{EnumType, Event, EventId, ModuleId, RecordType, Type, VariantType},
    source::Span,
    syntax::ast::{self, EventName, FieldType, Name, TypeBody, TypeKind},
};

const BUILT_IN: [&str; 12] =
    ["Bool", "Int", "Decimal", "String", "Percent", "Duration", "Size", "Risk", "Json", "Secret", "List", "Map"];

/// How many types may contain one another.
const MAX_NESTING: u32 = 100;

impl Checker<'_> {
    /// Whether a name is taken by the language.
    pub(super) fn built_in_type(name: &str) -> bool {
        BUILT_IN.contains(&name)
    }

    /// What every declared type stands for, those first that others mention.
    pub(super) fn resolve_types(&mut self) {
        let slots = self.symbols.types.len();
        let mentioned: Vec<Vec<(usize, Span)>> = (0..slots).map(|slot| self.mentioned_types(slot)).collect();
        let order = dependencies::order(&mentioned);
        for (at, circle) in order.circles.iter().enumerate() {
            if order.circles[..at].iter().all(|other| other.nodes != circle.nodes) {
                self.recursive_type(circle);
            }
        }
        let mut nesting = vec![0; slots];
        for slot in order.sequence {
            let deepest = mentioned[slot].iter().map(|(inner, _)| nesting[*inner]).max();
            nesting[slot] = deepest.map_or(0, |inner| inner + 1);
            self.symbols.types[slot].ty = self.resolved_slot(slot, nesting[slot]);
        }
        let payload = |event: &EventSlot| self.symbols.types[event.slot].ty.clone();
        let event = |event: &EventSlot| Event { name: event.name.clone(), payload: payload(event) };
        self.program.events = self.symbols.events.iter().map(event).collect();
    }

    fn resolved_slot(&mut self, slot: usize, nesting: u32) -> Type {
        let TypeSlot { name, body, .. } = self.symbols.types[slot];
        self.module = self.symbols.types[slot].module;
        if nesting == MAX_NESTING {
            let message = format!("`{}` is nested too deep", name.text);
            let limit = format!("types may contain one another {MAX_NESTING} deep");
            self.report(Diagnostic::new(Code::E0209, name.span, message, limit));
        }
        if nesting >= MAX_NESTING {
            return Type::Error;
        }
        match body {
            TypeSource::Type(TypeBody::Alias(ty)) => self.named_record(name, ty),
            TypeSource::Event(payload) => {
                let ty = self.named_record(name, payload);
                self.no_secret_in(&ty, payload.span, "what an event carries");
                ty
            }
            TypeSource::Type(TypeBody::Variants(variants)) => self.enum_type(name, variants),
        }
    }

    fn named_record(&mut self, name: &Name, ty: &ast::Type) -> Type {
        match self.declared_type(ty) {
            Type::Record(record) if record.name.is_none() => {
                Type::Record(Arc::new(RecordType { name: Some(name.text.clone()), fields: record.fields.clone() }))
            }
            other => other,
        }
    }

    fn enum_type(&mut self, name: &Name, variants: &[ast::Variant]) -> Type {
        let mut seen: IndexMap<SmolStr, Span> = IndexMap::new();
        let mut kept = Vec::new();
        for variant in variants {
            let fields = self.fields(&variant.fields);
            if let Some(first) = seen.get(&variant.name.text) {
                let first = *first;
                self.taken(&variant.name, first);
            } else {
                seen.insert(variant.name.text.clone(), variant.name.span);
                kept.push(VariantType { name: variant.name.text.clone(), fields });
            }
        }
        Type::Enum(Arc::new(EnumType { name: name.text.clone(), module: self.module.0, variants: kept }))
    }

    /// What a written type stands for.
    pub(super) fn declared_type(&mut self, ty: &ast::Type) -> Type {
        match &ty.kind {
            TypeKind::Error => Type::Error,
            TypeKind::Optional(inner) => optional(self.declared_type(inner)),
            TypeKind::Record(fields) => Type::Record(Arc::new(RecordType { name: None, fields: self.fields(fields) })),
            TypeKind::Named { module, name, arguments } => self.named_type(ty.span, module.as_deref(), name, arguments),
        }
    }

    fn fields(&mut self, fields: &[FieldType]) -> IndexMap<SmolStr, Type> {
        let mut seen: IndexMap<SmolStr, Type> = IndexMap::new();
        for (at, field) in fields.iter().enumerate() {
            let ty = self.declared_type(&field.ty);
            if seen.insert(field.name.text.clone(), ty).is_some() {
                let first = fields[..at].iter().find(|other| other.name.text == field.name.text);
                self.taken(&field.name, first.map_or(field.name.span, |first| first.name.span));
            }
        }
        seen
    }

    fn named_type(&mut self, span: Span, module: Option<&Name>, name: &Name, arguments: &[ast::Type]) -> Type {
        let arguments: Vec<Type> = arguments.iter().map(|argument| self.declared_type(argument)).collect();
        if module.is_none() && Self::built_in_type(&name.text) && !self.own_type_named(&name.text) {
            return self.type_of_the_language(span, name, arguments);
        }
        let found = self.type_symbol(module, name);
        if !arguments.is_empty() && found.is_some() {
            self.parameters(span, name, 0, arguments.len());
        }
        match found {
            Some(TypeSymbol::Declared(slot)) => self.symbols.types[slot].ty.clone(),
            Some(TypeSymbol::Event(event)) => self.payload(event).clone(),
            Some(TypeSymbol::Broken) | None => Type::Error,
        }
    }

    /// What an event carries.
    pub(super) fn payload(&self, event: EventId) -> &Type {
        &self.symbols.types[self.symbols.events[event.index()].slot].ty
    }

    /// The event of that name; one that is unknown is reported.
    pub(super) fn event(&mut self, event: &EventName) -> Option<EventId> {
        let EventName { module, name } = event;
        match self.type_symbol_for(module.as_ref(), name, "event")? {
            TypeSymbol::Event(event) => Some(event),
            TypeSymbol::Declared(slot) => {
                let declared = self.symbols.types[slot].name.span;
                let message = format!("`{}` is a type, not an event", name.text);
                self.report(
                    Diagnostic::new(Code::E0202, name.span, message, "an event is due here")
                        .label(declared, "declared here")
                        .help(format!("declare it as one: `event {} = ..`", name.text)),
                );
                None
            }
            TypeSymbol::Broken => None,
        }
    }

    fn own_type_named(&self, name: &str) -> bool {
        self.symbols.names[self.module.index()].types.contains_key(name)
    }

    fn type_of_the_language(&mut self, span: Span, name: &Name, mut arguments: Vec<Type>) -> Type {
        let takes = usize::from(matches!(name.text.as_str(), "List" | "Map"));
        if arguments.len() != takes {
            self.parameters(span, name, takes, arguments.len());
            return Type::Error;
        }
        match name.text.as_str() {
            "Bool" => Type::Bool,
            "Int" => Type::Int,
            "Decimal" => Type::Decimal,
            "String" => Type::String,
            "Percent" => Type::Percent,
            "Duration" => Type::Duration,
            "Size" => Type::Size,
            "Risk" => Type::Risk,
            "Json" => Type::Json,
            "List" => arguments.pop().map_or(Type::Error, |item| Type::List(Arc::new(item))),
            "Map" => arguments.pop().map_or(Type::Error, |item| Type::Map(Arc::new(item))),
            "Secret" => Type::Secret,
            _ => Type::Error,
        }
    }

    fn parameters(&mut self, span: Span, name: &Name, takes: usize, given: usize) {
        let message = format!("`{}` takes {}, {given} given", name.text, count(takes, "type"));
        let help = match (name.text.as_str(), given) {
            ("Map", 2) => Some("the keys of a map are always texts: write what it holds alone, `Map<Int>`".to_owned()),
            _ => (takes == 1).then(|| format!("write `{}<String>`, or what it holds", name.text)),
        };
        let mut diagnostic = Diagnostic::new(Code::E0312, span, message, "");
        diagnostic.help = help;
        self.report(diagnostic);
    }

    /// What the name of a type means; an unknown one is reported.
    fn type_symbol(&mut self, module: Option<&Name>, name: &Name) -> Option<TypeSymbol> {
        self.type_symbol_for(module, name, "type")
    }

    /// The same, where a `type` or an `event` is due.
    fn type_symbol_for(&mut self, module: Option<&Name>, name: &Name, due: &str) -> Option<TypeSymbol> {
        let Some(module_name) = module else {
            let found = self.symbols.names[self.module.index()].types.get(&name.text).copied();
            match found {
                Some(found) => self.symbols.used(found),
                None => self.unknown_type(name, due),
            }
            return found.map(|found| found.symbol);
        };
        let target = match self.used_name(&module_name.text) {
            Some(Declared { symbol: Symbol::Module(target), .. }) => target,
            Some(Declared { symbol: Symbol::Broken, .. }) => return None,
            Some(_) | None => {
                self.unknown_name(module_name);
                return None;
            }
        };
        let found = self.exported_type(target, &name.text);
        if found.is_none() {
            self.not_declared_there(target, name);
        }
        found
    }

    fn exported_type(&self, module: ModuleId, name: &str) -> Option<TypeSymbol> {
        let declared = self.symbols.names[module.index()].types.get(name)?;
        declared.own.then_some(declared.symbol)
    }

    fn unknown_type(&mut self, name: &Name, due: &str) {
        if self.has_unread_parts() {
            return;
        }
        let event_due = due == "event";
        let own = self.symbols.names[self.module.index()].types.iter();
        let own = own.filter(|(_, found)| !event_due || matches!(found.symbol, TypeSymbol::Event(_)));
        let built_in: &[&str] = if event_due { &[] } else { &BUILT_IN };
        let names = built_in.iter().copied().chain(own.map(|(name, _)| name.as_str()));
        let message = format!("there is no {due} `{}`", name.text);
        let diagnostic = Diagnostic::new(Code::E0202, name.span, message, "");
        if let Some(meant) = habit(&name.text).filter(|_| !event_due) {
            self.report(diagnostic.help(format!("it is called `{meant}`")).fix(name.span, meant));
            return;
        }
        if matches!(name.text.as_str(), "Option" | "Optional" | "Maybe" | "Nullable") && !event_due {
            self.report(diagnostic.help("what may be missing has a `?` behind its type: `String?`"));
            return;
        }
        if let Some(path) = self.type_in_import(&name.text) {
            self.report(diagnostic.help(format!("write `{path}`")).fix(name.span, path));
            return;
        }
        let names: Vec<&str> = names.collect();
        let help = || {
            let declare = format!("declare it: `{due} {} = {{ .. }}`", name.text);
            let few = event_due && (1..=6).contains(&names.len());
            Some(if few { format!("there is {}; or {declare}", super::names::listed(&names)) } else { declare })
        };
        self.report(diagnostic.suggest(&name.text, names.iter().copied()).or_help(help));
    }

    /// The path of a type that one imported file declares.
    fn type_in_import(&self, name: &str) -> Option<String> {
        let values = self.symbols.names[self.module.index()].values.iter();
        let mut paths = values.filter_map(|(file, declared)| match declared.symbol {
            Symbol::Module(module) => self.exported_type(module, name).map(|_| format!("{file}.{name}")),
            _ => None,
        });
        let path = paths.next()?;
        paths.next().is_none().then_some(path)
    }

    /// The declared types that a declared type mentions.
    fn mentioned_types(&self, slot: usize) -> Vec<(usize, Span)> {
        let TypeSlot { body, module, .. } = self.symbols.types[slot];
        let mut found = Vec::new();
        match body {
            TypeSource::Type(TypeBody::Alias(ty)) | TypeSource::Event(ty) => self.mentioned_in(module, ty, &mut found),
            TypeSource::Type(TypeBody::Variants(variants)) => {
                let fields = variants.iter().flat_map(|variant| &variant.fields);
                fields.for_each(|field| self.mentioned_in(module, &field.ty, &mut found));
            }
        }
        found
    }

    fn mentioned_in(&self, module: ModuleId, ty: &ast::Type, found: &mut Vec<(usize, Span)>) {
        match &ty.kind {
            TypeKind::Error => {}
            TypeKind::Optional(inner) => self.mentioned_in(module, inner, found),
            TypeKind::Record(fields) => {
                fields.iter().for_each(|field| self.mentioned_in(module, &field.ty, found));
            }
            TypeKind::Named { module: prefix, name, arguments } => {
                arguments.iter().for_each(|argument| self.mentioned_in(module, argument, found));
                match self.known_type(module, prefix.as_deref(), name) {
                    Some(TypeSymbol::Declared(slot)) => found.push((slot, name.span)),
                    Some(TypeSymbol::Event(event)) => found.push((self.symbols.events[event.index()].slot, name.span)),
                    Some(TypeSymbol::Broken) | None => {}
                }
            }
        }
    }

    fn known_type(&self, module: ModuleId, prefix: Option<&Name>, name: &Name) -> Option<TypeSymbol> {
        let names = &self.symbols.names[module.index()];
        match prefix {
            None => names.types.get(&name.text).map(|declared| declared.symbol),
            Some(prefix) => match names.values.get(&prefix.text)?.symbol {
                Symbol::Module(target) => self.exported_type(target, &name.text),
                _ => None,
            },
        }
    }

    fn recursive_type(&mut self, circle: &Circle) {
        let names: Vec<String> =
            circle.nodes.iter().map(|slot| format!("`{}`", self.symbols.types[*slot].name.text)).collect();
        let first = names[0].clone();
        let message = match names.len() {
            1 => format!("{first} contains itself"),
            _ => format!("{first} contains itself: {}, {first}", names.join(", ")),
        };
        let declared = self.symbols.types[circle.nodes[0]].name.span;
        let mut diagnostic = Diagnostic::new(Code::E0209, circle.closing, message, "contained here");
        if declared != circle.closing {
            diagnostic = diagnostic.label(declared, "declared here");
        }
        self.report(diagnostic.help("keep a name or key of the inner value instead of the value itself"));
    }
}

/// `T?`; an optional of an optional is the same optional.
pub(super) fn optional(inner: Type) -> Type {
    match inner {
        Type::Optional(_) | Type::Error => inner,
        inner => Type::Optional(Arc::new(inner)),
    }
}

/// What other languages call a type of this one.
fn habit(name: &str) -> Option<&'static str> {
    Some(match name {
        "Boolean" => "Bool",
        "Integer" | "Long" | "Int32" | "Int64" | "I32" | "I64" | "U32" | "U64" => "Int",
        "Float" | "Double" | "Number" | "F32" | "F64" => "Decimal",
        "Str" | "Text" => "String",
        "Percentage" => "Percent",
        "Time" | "TimeSpan" | "Timeout" => "Duration",
        "Bytes" | "ByteSize" => "Size",
        "Array" | "Vec" | "Set" => "List",
        "Dict" | "HashMap" | "Object" | "Dictionary" => "Map",
        "Any" | "JSON" => "Json",
        _ => return None,
    })
}

/// `1 type`, `2 types`, `no type`.
pub(super) fn count(number: usize, word: &str) -> String {
    match number {
        0 => format!("no {word}"),
        1 => format!("1 {word}"),
        number => format!("{number} {word}s"),
    }
}
