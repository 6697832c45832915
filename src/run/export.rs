//! A run in one file, to be sent to somebody who is to look at it.
//!
//! It holds what the store holds: the sources the run goes on under, every record of its journal, what is known of
//! it without reading these, and a digest of all that. Secrets are in neither: a program only refers to them, and what
//! an effect gave or printed is journaled without their bytes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::{
    error::Error,
    look::records,
    store::{KeptSource, MemoryStore, RunId, RunInfo, Standing, Store},
};
use crate::machine::{Record, Timestamp};

/// The version of the file that this release writes, and the latest it reads.
const VERSION: u32 = 1;

/// A run with all that is kept of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// The version of this document.
    version: u32,
    /// What it is, for whoever finds it.
    kind: Kind,
    #[serde(flatten)]
    content: Content,
    /// SHA-256 of the content, as compact JSON.
    sha256: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    #[serde(rename = "orch run")]
    Run,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Content {
    run: KeptRun,
    sources: Vec<KeptFile>,
    records: Vec<Record>,
}

/// What a store knows of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptRun {
    id: String,
    plan: String,
    file: String,
    folder: PathBuf,
    started: Timestamp,
    standing: Standing,
    since: Timestamp,
    due: Option<Timestamp>,
    /// What there may be one run of in a store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<SmolStr>,
    /// The versions of orch, of the language, and of the records.
    orch: String,
    language: u32,
    format: u32,
    /// Which program it runs under, and the number of the record from which on.
    program: u32,
    migrated: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptFile {
    name: String,
    folder: PathBuf,
    text: String,
}

/// Why a file can't be read as a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is something else.
    #[error("it is not an exported run: {0}")]
    Other(String),
    /// A later release wrote it.
    #[error("it was written by a newer orch, in version {0} of the format")]
    Newer(u32),
    /// It is not what was written.
    #[error("its digest does not fit: it was changed, or is not whole")]
    Damaged,
}

impl Export {
    /// Of a run that `store` keeps.
    pub fn of(store: &dyn Store, info: &RunInfo) -> Result<Export, Error> {
        let mut journal = Vec::new();
        records(store, &info.id, 1, |_, record| {
            journal.push(record.clone());
            Ok::<(), Error>(())
        })?;
        let sources = store.sources(&info.id)?.into_iter().map(KeptFile::from).collect();
        let content = Content { run: KeptRun::from(info), sources, records: journal };
        let sha256 = content.digest();
        Ok(Export { version: VERSION, kind: Kind::Run, content, sha256 })
    }

    /// As text: JSON, with a line for each file and each record.
    pub fn to_text(&self) -> String {
        let Export { version, kind, content, sha256 } = self;
        let Content { run, sources, records } = content;
        format!(
            "{{\"version\":{version},\"kind\":{},\"run\":{},\n\"sources\":[{}\n],\n\"records\":[{}\n],\n\"sha256\":\"{sha256}\"}}",
            compact(kind),
            compact(run),
            lines(sources),
            lines(records)
        )
    }

    /// What [`Export::to_text`] gave.
    ///
    /// # Errors
    /// It is something else, or no longer what was written.
    pub fn read(text: &str) -> Result<Export, Unreadable> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let other = |error: serde_json::Error| Unreadable::Other(error.to_string());
        let Head { version } = serde_json::from_str(text).map_err(other)?;
        if version > VERSION {
            return Err(Unreadable::Newer(version));
        }
        let export: Export = serde_json::from_str(text).map_err(other)?;
        if export.content.digest() == export.sha256 { Ok(export) } else { Err(Unreadable::Damaged) }
    }

    /// A store that keeps only this run, and what it knows of it.
    pub fn into_store(self) -> (MemoryStore, RunInfo) {
        let Content { run, sources, records } = self.content;
        let info = RunInfo { entries: records.len() as u64, ..RunInfo::from(run) };
        let sources = sources.into_iter().map(KeptSource::from).collect();
        (MemoryStore::holding(info.clone(), sources, records), info)
    }
}

impl Content {
    fn digest(&self) -> String {
        Sha256::digest(compact(self).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn lines<T: Serialize>(items: &[T]) -> String {
    items.iter().map(|item| format!("\n{}", compact(item))).collect::<Vec<_>>().join(",")
}

/// Plain data with text keys always has a JSON form.
fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl From<KeptSource> for KeptFile {
    fn from(KeptSource { name, folder, text }: KeptSource) -> KeptFile {
        KeptFile { name, folder, text }
    }
}

impl From<KeptFile> for KeptSource {
    fn from(KeptFile { name, folder, text }: KeptFile) -> KeptSource {
        KeptSource { name, folder, text }
    }
}

impl From<&RunInfo> for KeptRun {
    fn from(info: &RunInfo) -> KeptRun {
        KeptRun {
            id: info.id.to_string(),
            plan: info.plan.to_string(),
            file: info.file.clone(),
            folder: info.folder.clone(),
            started: info.started,
            standing: info.standing,
            since: info.since,
            due: info.due,
            key: info.key.clone(),
            orch: info.orch.clone(),
            language: info.language,
            format: info.format,
            program: info.version,
            migrated: info.migrated,
        }
    }
}

impl From<KeptRun> for RunInfo {
    fn from(run: KeptRun) -> RunInfo {
        RunInfo {
            id: RunId::new(run.id),
            plan: run.plan.into(),
            file: run.file,
            folder: run.folder,
            started: run.started,
            standing: run.standing,
            since: run.since,
            due: run.due,
            key: run.key,
            entries: 0,
            orch: run.orch,
            language: run.language,
            format: run.format,
            version: run.program,
            migrated: run.migrated,
        }
    }
}
