//! A text that can't grow without end.

use std::fmt::{self, Write};

use super::FaultKind;

/// A text that grows to [`FaultKind::MAX_TEXT`] bytes and no further.
#[derive(Default)]
pub(super) struct BoundedText(String);

impl BoundedText {
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl Write for BoundedText {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.0.len() + part.len() > FaultKind::MAX_TEXT {
            return Err(fmt::Error);
        }
        self.0.push_str(part);
        Ok(())
    }
}
