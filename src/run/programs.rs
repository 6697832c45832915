//! The programs of the runs that this process drives, each compiled once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use sha2::{Digest, Sha256};

use super::{effects::Site, store::KeptSource};
use crate::{ir::Program, machine::Machine};

/// A program as its runs share it.
#[derive(Clone)]
pub(super) struct Compiled {
    pub program: Arc<Program>,
    /// A run of it that has not begun.
    pub machine: Machine,
    pub site: Arc<Site>,
}

/// What was compiled, as long as somebody has it.
#[derive(Default)]
pub(super) struct Programs(Mutex<HashMap<[u8; 32], Weak<Compiled>>>);

impl Programs {
    /// The program of these files, which `compile` compiles if nobody has it.
    pub fn get<E>(
        &self,
        sources: &[KeptSource],
        compile: impl FnOnce() -> Result<Arc<Program>, E>,
    ) -> Result<Arc<Compiled>, E> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(sources);
        if let Some(compiled) = known.get(&key).and_then(Weak::upgrade) {
            return Ok(compiled);
        }
        known.retain(|_, compiled| compiled.strong_count() > 0);
        let program = compile()?;
        let site = Arc::new(Site::new(&program, sources));
        let machine = Machine::new(Arc::clone(&program));
        let compiled = Arc::new(Compiled { program, machine, site });
        known.insert(key, Arc::downgrade(&compiled));
        Ok(compiled)
    }
}

fn key(sources: &[KeptSource]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for KeptSource { name, folder, text } in sources {
        for part in [name.as_bytes(), folder.as_os_str().as_encoded_bytes(), text.as_bytes()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().into()
}
