//! Types.

use super::brackets::CURLY;
use super::writer::{Gap, Writer};
use crate::syntax::ast::{EventName, FieldType, Type, TypeKind};
use crate::syntax::token::Token;

impl Writer<'_> {
    /// `List<{ name: String }?>`
    pub fn ty(&mut self, Type { kind, span }: &Type) {
        match kind {
            TypeKind::Named { module, name, arguments } => {
                if let Some(module) = module {
                    self.name(module);
                    self.sign(Token::Dot);
                }
                self.name(name);
                if !arguments.is_empty() {
                    self.sign(Token::Less);
                    self.enumerated(arguments, Self::ty);
                    self.sign(Token::Greater);
                }
            }
            TypeKind::Record(fields) => self.listed(CURLY, fields, Self::field_type),
            TypeKind::Optional(inner) => {
                self.ty(inner);
                self.sign(Token::Question);
            }
            TypeKind::Error => self.glued(*span),
        }
    }

    /// `name: String`
    pub fn field_type(&mut self, FieldType { name, ty }: &FieldType) {
        self.name(name);
        self.annotation(ty);
    }

    /// `: String`
    pub fn annotation(&mut self, ty: &Type) {
        self.sign(Token::Colon);
        self.gap(Gap::SPACE);
        self.ty(ty);
    }

    /// ` -> String`
    pub fn result(&mut self, ty: &Type) {
        self.spaced(Token::Arrow);
        self.gap(Gap::SPACE);
        self.ty(ty);
    }

    /// ` ops.Paid`
    pub fn event(&mut self, EventName { module, name }: &EventName) {
        self.gap(Gap::SPACE);
        if let Some(module) = module {
            self.name(module);
            self.sign(Token::Dot);
        }
        self.name(name);
    }
}
