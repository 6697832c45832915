//! A layer below SQLite (a VFS) in which writes and syncs can be made to fail.
//!
//! It is the usual one but for the table of the functions of a file: two of them count, and fail where they are told to.
//! Only the files of one store are looked at, so that tests may run beside each other.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError};

use rusqlite::ffi;

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A write: the disk reports an error.
    Write,
    /// A write: there is no room.
    Full,
    /// A sync.
    Sync,
}

struct Plan {
    path: PathBuf,
    operation: Operation,
    at: usize,
    forever: bool,
    count: usize,
    failed: bool,
}

static PLANS: Mutex<Vec<Plan>> = Mutex::new(Vec::new());

fn plans() -> MutexGuard<'static, Vec<Plan>> {
    PLANS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it lives, the files of one store fail.
pub struct Failing(PathBuf);

impl Failing {
    /// The operation of this number fails, from 0; and those after it if `forever`.
    pub fn at(path: &Path, operation: Operation, at: usize, forever: bool) -> Failing {
        install();
        plans().push(Plan { path: path.to_owned(), operation, at, forever, count: 0, failed: false });
        Failing(path.to_owned())
    }

    /// Whether anything has failed.
    pub fn has_failed(&self) -> bool {
        plans().iter().any(|plan| plan.path == self.0 && plan.failed)
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        plans().retain(|plan| plan.path != self.0);
    }
}

/// With which code an operation on a file fails, if it does.
fn fails(file: &Path, is_sync: bool) -> Option<c_int> {
    let mut plans = plans();
    let of_store =
        |plan: &&mut Plan| file.as_os_str().as_encoded_bytes().starts_with(plan.path.as_os_str().as_encoded_bytes());
    let plan = plans.iter_mut().find(of_store)?;
    if is_sync != (plan.operation == Operation::Sync) {
        return None;
    }
    let number = plan.count;
    plan.count += 1;
    let fails = number == plan.at || plan.forever && number > plan.at;
    plan.failed |= fails;
    let code = match plan.operation {
        Operation::Write => ffi::SQLITE_IOERR_WRITE,
        Operation::Full => ffi::SQLITE_FULL,
        Operation::Sync => ffi::SQLITE_IOERR_FSYNC,
    };
    fails.then_some(code)
}

/// The functions of a file.
type Functions = &'static ffi::sqlite3_io_methods;

/// Where the content of a file lies as it was when it was synced last: what a power cut leaves at least.
pub fn synced(file: &Path) -> PathBuf {
    file.with_added_extension("synced")
}

/// Keeps what a power cut would leave.
fn remember(file: &Path) -> c_int {
    std::fs::copy(file, synced(file)).map_or(ffi::SQLITE_IOERR_FSYNC, |_| ffi::SQLITE_OK)
}

/// A file that is open.
#[derive(Clone)]
struct Opened {
    /// Its place in memory.
    place: usize,
    path: PathBuf,
    /// The functions it had before.
    usual: Functions,
}

static OPENED: Mutex<Vec<Opened>> = Mutex::new(Vec::new());

fn opened() -> MutexGuard<'static, Vec<Opened>> {
    OPENED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn find(file: *mut ffi::sqlite3_file) -> Opened {
    opened().iter().find(|opened| opened.place == file as usize).expect("it was opened").clone()
}

type Open = unsafe extern "C" fn(
    *mut ffi::sqlite3_vfs,
    ffi::sqlite3_filename,
    *mut ffi::sqlite3_file,
    c_int,
    *mut c_int,
) -> c_int;

/// How files were opened before.
static OPEN_BEFORE: OnceLock<Open> = OnceLock::new();

/// Makes it the usual one of this process.
fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: the usual VFS lives as long as the process, and the copy of it, which is leaked, does as well. It
        // shares everything with it but the function that opens a file.
        unsafe {
            ffi::sqlite3_initialize();
            let usual = ffi::sqlite3_vfs_find(std::ptr::null());
            let mut own = *usual;
            OPEN_BEFORE.get_or_init(|| own.xOpen.expect("it opens files"));
            own.xOpen = Some(open);
            own.zName = c"faulty".as_ptr();
            own.pNext = std::ptr::null_mut();
            assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(own)), 1), ffi::SQLITE_OK);
        }
    });
}

/// Opens a file, and puts other functions in the place of three of its own.
unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let before = OPEN_BEFORE.get().expect("installed");
    // SAFETY: what SQLite gave is handed on as it is. A file that was opened has a table of functions, which lives as
    // long as the process; the name is a text that ends in 0.
    unsafe {
        let code = before(vfs, name, file, flags, out);
        if code == ffi::SQLITE_OK && !name.is_null() && !(*file).pMethods.is_null() {
            let usual: Functions = &*(*file).pMethods;
            let own = ffi::sqlite3_io_methods { xWrite: Some(write), xSync: Some(sync), xClose: Some(close), ..*usual };
            (*file).pMethods = Box::leak(Box::new(own));
            let path = PathBuf::from(CStr::from_ptr(name).to_string_lossy().into_owned());
            opened().push(Opened { place: file as usize, path, usual });
        }
        code
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, count: c_int, at: i64) -> c_int {
    let Opened { path, usual, .. } = find(file);
    match (fails(&path, false), usual.xWrite) {
        (Some(code), _) => code,
        // SAFETY: what SQLite gave is handed on as it is.
        (None, Some(write)) => unsafe { write(file, bytes, count, at) },
        (None, None) => ffi::SQLITE_IOERR_WRITE,
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let Opened { path, usual, .. } = find(file);
    match (fails(&path, true), usual.xSync) {
        (Some(code), _) => code,
        // SAFETY: what SQLite gave is handed on as it is.
        (None, Some(sync)) => match unsafe { sync(file, flags) } {
            ffi::SQLITE_OK => remember(&path),
            code => code,
        },
        (None, None) => ffi::SQLITE_IOERR_FSYNC,
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let usual = find(file).usual;
    opened().retain(|opened| opened.place != file as usize);
    // SAFETY: what SQLite gave is handed on as it is.
    usual.xClose.map_or(ffi::SQLITE_OK, |close| unsafe { close(file) })
}
