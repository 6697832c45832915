//! What the call takes that is being typed.

use super::{chain::Before, complete::Around};
use crate::{
    check::{builtin_effects, members_of},
    ir::{Member, Type},
};

/// What a call takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `reserve(order: Order) -> Hold`
    pub text: String,
    /// Which parameter is being typed, counted from 0.
    pub argument: usize,
}

/// The signature of the innermost call that is open at the end of a text.
pub fn signature(text: &str, around: &dyn Around) -> Option<Signature> {
    let call = Before::new(text).open_call()?;
    let text = around.declared(call.callee).and_then(|declared| declared.signature.clone());
    let text = text.or_else(|| free_function(call.callee)).or_else(|| builtin(call.callee));
    let text = text.or_else(|| method(call.callee, around))?;
    Some(Signature { text, argument: call.arguments })
}

fn free_function(name: &str) -> Option<String> {
    let mut rows = Member::ALL.iter().map(|member| member.row());
    rows.find(|row| row.receiver.is_none() && row.name == name).map(ToString::to_string)
}

/// What a built-in effect takes: `file.write(path, text)`.
pub fn builtin(name: &str) -> Option<String> {
    let (_, parameters) = builtin_effects().find(|(known, _)| *known == name)?;
    Some(format!("{name}({})", parameters.join(", ")))
}

fn method(callee: &str, around: &dyn Around) -> Option<String> {
    let (receiver, name) = callee.rsplit_once('.')?;
    let (receiver, optional) = receiver.strip_suffix('?').map_or((receiver, false), |receiver| (receiver, true));
    let ty = match (around.type_of(receiver)?, optional) {
        (Type::Optional(inner), true) => inner.as_ref().clone(),
        (ty, _) => ty,
    };
    members_of(&ty).find(|row| row.name == name).map(ToString::to_string)
}
