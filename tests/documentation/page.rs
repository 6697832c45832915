//! The pages, and the blocks in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A page of the documentation.
pub struct Page {
    pub path: PathBuf,
    pub text: String,
}

/// A fenced block: what is said behind the fence, its lines, and where in the page they begin.
pub struct Block {
    info: String,
    pub text: String,
    pub line: usize,
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `README.md` and all pages of `docs/`, in the order of their paths.
pub fn pages() -> Vec<Page> {
    let mut paths = vec![root().join("README.md")];
    collect(&root().join("docs"), &mut paths);
    paths.sort();
    assert!(paths.len() > 10, "the pages were not found");
    let read = |path: PathBuf| Page { text: fs::read_to_string(&path).unwrap(), path };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
}

impl Page {
    /// Its blocks.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines().zip(1..);
        while let Some((line, number)) = lines.next() {
            let Some(info) = line.strip_prefix("```") else { continue };
            let text: Vec<&str> = lines.by_ref().map(|(line, _)| line).take_while(|line| *line != "```").collect();
            let text = text.iter().map(|line| format!("{line}\n")).collect();
            blocks.push(Block { info: info.to_owned(), text, line: number + 1 });
        }
        blocks
    }

    /// The text without its blocks, with empty lines in their places.
    pub fn prose(&self) -> Vec<&str> {
        let mut inside = false;
        let outside = |line| {
            let fence = str::starts_with(line, "```");
            inside ^= fence;
            if inside || fence { "" } else { line }
        };
        self.text.lines().map(outside).collect()
    }

    /// The folder with what the commands of the page work on, if there is one.
    pub fn companion(&self) -> Option<PathBuf> {
        let beside = self.path.with_extension("");
        let folder = if beside == root().join("README") { root().join("examples/order_saga") } else { beside };
        folder.is_dir().then_some(folder)
    }

    /// Where a block stands, for a person.
    pub fn place(&self, block: &Block) -> String {
        format!("{}:{}", self.path.strip_prefix(root()).unwrap().display(), block.line)
    }
}

impl Block {
    /// Whether its language is this.
    pub fn is(&self, language: &str) -> bool {
        self.info.split(' ').next() == Some(language)
    }

    /// Whether this word stands behind its language.
    pub fn has(&self, word: &str) -> bool {
        self.info.split(' ').skip(1).any(|other| other == word)
    }

    /// The name of the file that it is.
    pub fn file(&self) -> Option<&str> {
        self.info.split(' ').find_map(|word| word.strip_prefix("file="))
    }
}
