//! Which parts are called something, and which only have an address.

use crate::ir::StatementKind;

/// Whether the part of the address that a statement adds is a name or a label. What has none is addressed by its keyword
/// and its text.
pub(super) fn is_called(kind: &StatementKind, segment: &str) -> bool {
    let keyword = match kind {
        StatementKind::Probe { .. }
        | StatementKind::Step(_)
        | StatementKind::BlockStep { .. }
        | StatementKind::Task(_)
        | StatementKind::Decide(_)
        | StatementKind::Rollout(_)
        | StatementKind::Run(_)
        | StatementKind::For(_)
        | StatementKind::Attempt(_) => return true,
        StatementKind::Approve { .. } => "approve",
        StatementKind::Require(_) => "require",
        StatementKind::Verify { .. } => "verify",
        StatementKind::Guard(_) => "guard",
        StatementKind::Wait(_) | StatementKind::WaitUntil { .. } | StatementKind::WaitFor { .. } => "wait",
        StatementKind::Let { .. }
        | StatementKind::Phases(_)
        | StatementKind::When { .. }
        | StatementKind::Match { .. }
        | StatementKind::Parallel { .. }
        | StatementKind::On { .. }
        | StatementKind::Emit { .. }
        | StatementKind::Commit(_)
        | StatementKind::AfterEach { .. }
        | StatementKind::Fail(_)
        | StatementKind::Return(_)
        | StatementKind::Unwind => return false,
    };
    !segment.is_empty() && segment != keyword && !segment.contains(' ')
}
