//! Where is listened: a port or a socket file. What is slow, large or too much at once is cut off here.

use std::{
    fs, io,
    net::{SocketAddr, ToSocketAddrs},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener, UnixStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::timeout,
};

use tokio_io_timeout::TimeoutStream;

use super::unusable::Unusable;
use crate::run::{Control, Wish};

/// How long the head of a request may take; a connection without a request is closed then, too.
const HEAD: Duration = Duration::from_secs(10);

/// How large the head of a request may be, in bytes.
const HEAD_SIZE: usize = 16 * 1024;

/// How many headers a request may have.
const HEADERS: usize = 64;

/// How many connections there may be at once; others wait until one is closed.
const CONNECTIONS: usize = 512;

/// How long who is answered may read nothing of it.
const READS_NOTHING: Duration = Duration::from_secs(30);

/// How long requests may take that are being answered when the process leaves.
const LAST: Duration = Duration::from_secs(5);

/// How long one waits when no connection can be accepted, as when all files are in use.
const PAUSE: Duration = Duration::from_millis(100);

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `127.0.0.1:7717`
    Port(SocketAddr),
    /// `unix:PATH`
    Socket(PathBuf),
}

impl Address {
    /// The address that is written so.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Address, Unusable> {
        if let Some(path) = text.strip_prefix("unix:") {
            return Ok(Address::Socket(path.into()));
        }
        let found = text.to_socket_addrs().ok().and_then(|mut all| all.next());
        found.map(Address::Port).ok_or_else(|| Unusable::Address(text.to_owned()))
    }

    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Address::Port(address) => address.ip().is_loopback(),
            Address::Socket(_) => true,
        }
    }
}

/// Something that is listened at.
#[derive(Debug)]
pub enum Listener {
    /// A port
    Port(TcpListener),
    /// A socket file, which is removed in the end
    Socket(UnixListener, PathBuf),
}

impl Listener {
    /// Begins to listen.
    ///
    /// # Errors
    /// The address is in use, or can't be had.
    pub async fn bind(address: &Address) -> io::Result<Listener> {
        match address {
            Address::Port(address) => Ok(Listener::Port(TcpListener::bind(address).await?)),
            Address::Socket(path) => Ok(Listener::Socket(private_socket(path).await?, path.clone())),
        }
    }

    /// Where it really listens: which port was free.
    pub fn name(&self) -> String {
        match self {
            Listener::Port(listener) => match listener.local_addr() {
                Ok(address) => format!("http://{address}"),
                Err(error) => error.to_string(),
            },
            Listener::Socket(_, path) => format!("unix:{}", path.display()),
        }
    }

    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Listener::Port(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Listener::Socket(listener, _) => listener.accept().await.map(|(stream, _)| Box::new(stream) as Stream),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Listener::Socket(_, path) = self {
            // What can't be removed is replaced by the next.
            let _ = fs::remove_file(path);
        }
    }
}

/// A connection.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

type Stream = Box<dyn Connection>;

/// A socket that only its owner can open, from its first moment on; one that nobody listens at any more is replaced.
async fn private_socket(path: &Path) -> io::Result<UnixListener> {
    if UnixStream::connect(path).await.is_ok() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there"));
    }
    if fs::symlink_metadata(path).is_ok_and(|about| !is_socket(&about)) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file that is no socket"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    fs::DirBuilder::new().mode(0o700).create(&beside)?;
    let made = make_socket(&beside.join("s"), path);
    fs::remove_dir_all(&beside)?;
    made
}

fn make_socket(hidden: &Path, path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(hidden)?;
    fs::set_permissions(hidden, fs::Permissions::from_mode(0o600))?;
    fs::rename(hidden, path)?;
    Ok(listener)
}

fn is_socket(about: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_socket(&about.file_type())
}

/// Answers requests until the process is wished to leave; then each connection may end what it has begun.
pub async fn serve(listener: Listener, router: Router, mut control: Control) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            _ = control.beyond(Wish::GoOn) => break,
            Some(_) = connections.join_next() => continue,
        };
        if let Some((stream, permit)) = accepted {
            let (router, control) = (router.clone(), control.clone());
            connections.spawn(async move {
                connection(stream, READS_NOTHING, router, control).await;
                drop(permit);
            });
        }
    }
    drop(listener);
    // Who reads slowly by then has read enough.
    let all_ended = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(LAST, all_ended).await;
}

async fn accept(listener: &Listener, room: &Arc<Semaphore>) -> Option<(Stream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok(stream) => Some((stream, permit)),
        Err(_) => {
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

/// Answers what comes over a connection, which ends when nothing of an answer is read for so long.
async fn connection(stream: Stream, reads_nothing: Duration, router: Router, mut control: Control) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(reads_nothing));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_headers(HEADERS)
        .max_buf_size(HEAD_SIZE)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router));
    let mut connection = std::pin::pin!(connection);
    // How a connection ended that was cut off is known to who cut it off.
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = control.beyond(Wish::GoOn) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_ports_or_sockets() {
        assert!(Address::parse("127.0.0.1:7717").unwrap().is_local());
        assert!(Address::parse("[::1]:0").unwrap().is_local());
        assert!(Address::parse("unix:/run/orch").unwrap().is_local());
        assert!(!Address::parse("0.0.0.0:7717").unwrap().is_local());
        assert!(Address::parse("7717").is_err());
    }

    #[tokio::test]
    async fn a_socket_is_its_owners_and_one_that_is_in_use_is_not_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("api");
        let address = Address::Socket(path.clone());
        let first = Listener::bind(&address).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Listener::bind(&address).await.unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop(first);
        assert!(!path.exists());
        // What a process leaves that was killed is replaced.
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        drop(Listener::bind(&address).await.unwrap());
        fs::write(&path, "a file").unwrap();
        assert_eq!(Listener::bind(&address).await.unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    /// Who asks for much and reads none of it does not keep its connection.
    #[tokio::test]
    async fn who_reads_nothing_is_cut_off() {
        use tokio::io::AsyncWriteExt;

        let router = Router::new().route("/", axum::routing::get(async || "x".repeat(1 << 20)));
        let (mut client, server) = tokio::io::duplex(1024);
        client.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").await.unwrap();
        // The connection ends, though the client stays and nobody wants the process to leave.
        connection(Box::new(server), Duration::from_millis(10), router, Control::none()).await;
        drop(client);
    }
}
