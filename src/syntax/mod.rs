//! Text to tokens to tree.

pub mod ast;
pub mod lexer;
pub mod normal;
mod odd;
pub(crate) use odd::snake_case;
pub mod parser;
mod string;
pub mod token;
pub mod visit;

pub use parser::{Parsed, parse, parse_expression, parse_statements};
