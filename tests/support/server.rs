//! A server over HTTP on this machine that answers as a test says, and remembers what it was asked.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// `GET`
    pub method: String,
    /// With its query.
    pub path: String,
    /// By their names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// How a request is answered.
pub enum Reply {
    /// With these bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// With these bytes, then the connection is reset.
    Reset(Vec<u8>),
    /// With these bytes, and then nothing more comes.
    Hang(Vec<u8>),
}

/// A server; it goes on until the test process ends.
#[derive(Clone)]
pub struct Server {
    /// `127.0.0.1:PORT`
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts it.
    pub fn start(answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
        Server::start_behind(|stream| stream, answering)
    }

    /// Starts one that speaks through what is made of each connection.
    pub fn start_behind<S: Read + Write>(
        wrap: impl Fn(TcpStream) -> S + Send + Sync + 'static,
        answering: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server { address: listener.local_addr().unwrap().to_string(), asked: Arc::default() };
        let (asked, shared) = (Arc::clone(&server.asked), Arc::new((wrap, answering)));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, shared) = (Arc::clone(&asked), Arc::clone(&shared));
                thread::spawn(move || {
                    let (wrap, answering) = &*shared;
                    serve(wrap(stream.try_clone().unwrap()), &stream, &asked, answering);
                });
            }
        });
        server
    }

    /// The URL of a path of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The methods and paths of that.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }
}

fn serve(stream: impl Read + Write, raw: &TcpStream, asked: &Mutex<Vec<Asked>>, answering: &impl Fn(&Asked) -> Reply) {
    let mut stream = BufReader::new(stream);
    let Some(request) = read(&mut stream) else { return };
    asked.lock().unwrap().push(request.clone());
    let mut stream = stream.into_inner();
    // Who asked may have gone.
    let mut say = |bytes: &[u8]| drop(stream.write_all(bytes).and_then(|()| stream.flush()));
    match answering(&request) {
        Reply::Bytes(bytes) => say(&bytes),
        Reply::Reset(bytes) => {
            say(&bytes);
            reset(raw);
        }
        Reply::Hang(bytes) => {
            say(&bytes);
            // Until the other side goes.
            let _ = stream.read(&mut [0]);
        }
    }
}

/// The next end of the connection is a reset.
fn reset(stream: &TcpStream) {
    use std::os::fd::AsRawFd;
    let linger = libc::linger { l_onoff: 1, l_linger: 0 };
    // SAFETY: the descriptor is open, and the option has the type and the size that are named.
    #[expect(unsafe_code, reason = "the standard library can't reset a connection")]
    let set = unsafe {
        let size = size_of::<libc::linger>() as libc::socklen_t;
        libc::setsockopt(stream.as_raw_fd(), libc::SOL_SOCKET, libc::SO_LINGER, (&raw const linger).cast(), size)
    };
    assert_eq!(set, 0);
}

fn read(stream: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length: &String| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body: String::from_utf8(body).unwrap() })
}

/// An answer with a status, further headers and a body.
pub fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n{body}", body.len()).into()
}

/// `200 OK` with a body.
pub fn fine(body: &str) -> Reply {
    Reply::Bytes(answer("200 OK", "", body))
}

/// An answer that leads to another place.
pub fn leading(status: &str, location: &str) -> Reply {
    Reply::Bytes(answer(status, &format!("location: {location}\r\n"), ""))
}
