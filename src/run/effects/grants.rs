//! Whether an effect may happen: asked once more, right before it does.
//!
//! The checker has seen what can be seen in the text; a computed path is seen only here. An effect needs the grant
//! of the module it stands in and of the root file.

use std::path::Path;

use super::{
    http::Target,
    site::{ModuleSite, Site, canonical},
};
use crate::ir::{Grant, PathRef, Request, SecretPlace, SecretRef};

/// Nothing if the request is granted, else why it is refused.
pub fn refusal(site: &Site, request: &Request) -> Option<String> {
    let (module, origin, wanted) = match request {
        Request::Exec(process) | Request::Succeeds(process) => {
            (process.module, process.origin, Wanted::Program(&process.program))
        }
        Request::FileRead { path, module } | Request::FileWrite { path, module, .. } => {
            (*module, path.origin, Wanted::File(&path.path))
        }
        Request::Shell(script) => (script.module, 0, Wanted::Shell),
        Request::Http(request) => match Target::new(&request.url) {
            Ok(target) => return target_refusal(site, &target, request.module),
            Err(unable) => return Some(unable.to_string()),
        },
        Request::Env { name, module, .. } => (*module, 0, Wanted::Variable(name)),
        // What a host program does, it grants itself.
        Request::Timeline | Request::Extern { .. } => return None,
    };
    wanted.refusal(site, module, origin)
}

/// Nothing if a request may go there, else why not.
pub fn target_refusal(site: &Site, target: &Target, module: u32) -> Option<String> {
    Wanted::Host(target).refusal(site, module, 0)
}

/// Nothing if a secret may be read, else why it may not.
pub fn secret_refusal(site: &Site, secret: &SecretRef) -> Option<String> {
    let (wanted, origin) = match &secret.source {
        SecretPlace::Env(name) => (Wanted::Variable(name), 0),
        SecretPlace::File(path) => (Wanted::File(&path.path), path.origin),
    };
    wanted.refusal(site, secret.module, origin)
}

enum Wanted<'a> {
    Program(&'a str),
    File(&'a str),
    Shell,
    Host(&'a Target),
    Variable(&'a str),
}

impl Wanted<'_> {
    /// The root file has to grant it, and the file that wants it.
    fn refusal(&self, site: &Site, module: u32, origin: u32) -> Option<String> {
        [0, module].into_iter().find_map(|number| {
            let module = site.modules.get(number as usize)?;
            let granted = module.grants.iter().any(|grant| self.is_in(grant, module, site.folder(origin)));
            (!granted).then(|| self.refused(module))
        })
    }

    fn is_in(&self, grant: &Grant, module: &ModuleSite, origin: &Path) -> bool {
        match (self, grant) {
            (Wanted::Program(program), Grant::Exec(programs)) => {
                programs.iter().any(|granted| same_program(&origin.join(program), program, &module.folder, granted))
            }
            (Wanted::File(path), Grant::File(files)) => {
                let path = canonical(&origin.join(path));
                files.iter().any(|granted| covers(&module.folder, granted, &path))
            }
            (Wanted::Shell, Grant::Shell) => true,
            (Wanted::Host(host), Grant::Http(hosts)) => hosts.iter().any(|granted| host.is_covered(granted)),
            (Wanted::Variable(name), Grant::Env(names)) => names.iter().any(|granted| granted == name),
            _ => false,
        }
    }

    fn refused(&self, module: &ModuleSite) -> String {
        let (kind, what) = match self {
            Wanted::Program(program) => ("exec", program.to_string()),
            Wanted::File(path) => ("file", path.to_string()),
            Wanted::Host(target) => ("http", target.host()),
            Wanted::Variable(name) => ("env", name.to_string()),
            Wanted::Shell => return format!("`shell` is not granted: add `uses shell` to {}", module.name),
        };
        format!("{kind} of `{what}` is not granted: add `uses {kind}({what:?})` to {}", module.name)
    }
}

/// A name is granted by that name only, since the PATH decides what it means; a path by any way to the same file.
fn same_program(resolved: &Path, program: &str, folder: &Path, granted: &str) -> bool {
    match (program.contains('/'), granted.contains('/')) {
        (false, false) => program == granted,
        (true, true) => canonical(resolved) == canonical(&folder.join(granted)),
        _ => false,
    }
}

/// A grant that ends in `/` is a folder with all that is in it.
fn covers(folder: &Path, granted: &str, path: &Path) -> bool {
    let allowed = canonical(&folder.join(granted));
    if granted.ends_with('/') { path.starts_with(allowed) } else { path == allowed }
}

/// Where a program is looked for: beside its module if it has a `/`, else on the PATH.
pub fn program_path(site: &Site, program: &str, origin: u32) -> std::path::PathBuf {
    if program.contains('/') { site.resolve(&PathRef { path: program.to_owned(), origin }) } else { program.into() }
}
