//! Declarations.

use super::brackets::{CURLY, ROUND};
use super::layout::{Kind, Piece, When};
use super::value::Giver;
use super::writer::{Gap, Writer};
use crate::syntax::ast::{
    Action, Capability, Const, Event, File, Function, Import, ImportSource, Item, ItemKind, Name, Param, Plan, Probe,
    Test, Type, TypeBody, TypeDeclaration, Variant,
};
use crate::syntax::token::Token;

impl Writer<'_> {
    /// A whole file. What is said about it and its declarations comes with the comments.
    pub fn file(&mut self, File { docs: _, items }: &File) {
        for item in items {
            self.gap(Gap::LINE.keeping_blank_lines());
            self.item(item);
        }
        self.finish();
    }

    fn item(&mut self, Item { docs: _, kind, span }: &Item) {
        match kind {
            ItemKind::Uses(capabilities) => self.uses(capabilities),
            ItemKind::Import(import) => self.import(import),
            ItemKind::Type(declaration) => self.type_declaration(declaration),
            ItemKind::Const(declaration) => self.constant(declaration),
            ItemKind::Event(Event { name, payload }) => {
                self.with_name(Token::Event, name);
                self.spaced(Token::Assign);
                self.gap(Gap::SPACE);
                self.ty(payload);
            }
            ItemKind::Function(Function { name, params, result, body }) => {
                self.head(Token::Fn, name, params, Some(result));
                self.body(body);
            }
            ItemKind::Probe(probe) => self.probe(probe),
            ItemKind::Action(action) => self.action(action),
            ItemKind::Plan(plan) => self.plan(plan),
            ItemKind::Test(Test { name, statements }) => {
                self.with_text(Token::Test, name);
                self.test_body(statements);
            }
            ItemKind::Error => self.glued(*span),
        }
    }

    /// `uses exec("psql"), shell`, a capability a line if any was written on a line of its own
    fn uses(&mut self, capabilities: &[Capability]) {
        self.sign(Token::Uses);
        self.gap(Gap::SPACE);
        let group = self.open(Kind::Plain);
        self.indent(When::Broken(group));
        for (index, Capability { name, arguments, span: _ }) in capabilities.iter().enumerate() {
            if index > 0 {
                self.comma();
                self.may_begin_line(group);
            }
            self.name(name);
            if !arguments.is_empty() {
                self.listed(ROUND, arguments, Self::text);
            }
        }
        self.dedent(When::Broken(group));
        self.close();
    }

    fn import(&mut self, Import { source, alias, names }: &Import) {
        self.sign(Token::Import);
        self.gap(Gap::SPACE);
        match source {
            ImportSource::Path(path) => self.text(path),
            ImportSource::Module(path) => self.module(path),
        }
        self.alias(alias.as_ref());
        if !names.is_empty() {
            self.gap(Gap::SPACE);
            self.listed(CURLY, names, Self::name);
        }
    }

    /// `std/graph`
    fn module(&mut self, path: &[Name]) {
        for (index, name) in path.iter().enumerate() {
            if index > 0 {
                self.sign(Token::Slash);
            }
            self.name(name);
        }
    }

    fn type_declaration(&mut self, TypeDeclaration { name, body }: &TypeDeclaration) {
        self.with_name(Token::Type, name);
        self.spaced(Token::Assign);
        match body {
            TypeBody::Alias(alias) => {
                self.gap(Gap::SPACE);
                self.ty(alias);
            }
            TypeBody::Variants(variants) => self.variants(variants),
        }
    }

    /// ` jwt | session`, or each on a line behind `|` if any was written on a line of its own
    fn variants(&mut self, variants: &[Variant]) {
        let group = self.open(Kind::Plain);
        self.indent(When::Broken(group));
        for (index, Variant { name, fields }) in variants.iter().enumerate() {
            if index == 0 {
                self.before_first_variant();
            }
            self.may_begin_line(group);
            match index {
                0 => self.layout.push(Piece::IfBroken(group, "| ")),
                _ => {
                    self.sign(Token::Pipe);
                    self.gap(Gap::SPACE);
                }
            }
            self.name(name);
            if !fields.is_empty() {
                self.listed(ROUND, fields, Self::field_type);
            }
        }
        self.dedent(When::Broken(group));
        self.close();
    }

    fn before_first_variant(&mut self) {
        if self.begins_line() {
            self.layout.force();
        }
        self.skip_if(Token::Pipe);
    }

    fn constant(&mut self, Const { name, ty, value }: &Const) {
        self.with_name(Token::Const, name);
        ty.iter().for_each(|ty| self.annotation(ty));
        self.value(value, Giver::Declaration);
    }

    /// `fn name(params) -> T`
    fn head(&mut self, word: Token, name: &Name, params: &[Param], result: Option<&Type>) {
        self.with_name(word, name);
        self.parameters(params, result, Self::param);
    }

    fn param(&mut self, Param { word, name, ty, default }: &Param) {
        if let Some(word) = word {
            self.name(word);
            self.gap(Gap::SPACE);
        }
        self.name(name);
        self.annotation(ty);
        if let Some(default) = default {
            self.spaced(Token::Assign);
            self.spaced_expr(default);
        }
    }

    fn extern_word(&mut self, external: bool) {
        if external {
            self.sign(Token::Extern);
            self.gap(Gap::SPACE);
        }
    }

    fn probe(&mut self, Probe { name, params, result, body, modifiers }: &Probe) {
        self.extern_word(body.is_none());
        self.head(Token::Probe, name, params, Some(result));
        body.iter().for_each(|body| self.body(body));
        self.clauses(modifiers, None);
    }

    fn action(&mut self, Action { name, params, result, body, modifiers, compensation }: &Action) {
        self.extern_word(body.is_none());
        self.head(Token::Action, name, params, result.as_ref());
        body.iter().for_each(|body| self.body(body));
        self.clauses(modifiers, compensation.as_deref());
    }

    fn plan(&mut self, Plan { name, params, result, modifiers, body }: &Plan) {
        self.head(Token::Plan, name, params, result.as_ref());
        self.clauses(modifiers, None);
        self.block(body);
    }
}
