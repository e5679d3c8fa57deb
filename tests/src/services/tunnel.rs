//! A way to a server on which the network fails.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const OPEN: u8 = 0;
const SILENT: u8 = 1;
/// How often it is looked whether what is kept back may go on.
const LOOK: Duration = Duration::from_millis(5);

/// Passes connections on to a server. It ends with the process.
pub struct Tunnel {
    /// Its port of loopback.
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: u16,
    /// What becomes of new connections.
    state: AtomicU8,
    /// Milliseconds between the bytes of the server's answers.
    pace: AtomicU64,
    /// Whether everything is kept back, and what is, in pieces.
    held: AtomicBool,
    waiting: AtomicUsize,
    connections: Mutex<Vec<Connection>>,
}

#[derive(Clone)]
struct Connection {
    state: Arc<AtomicU8>,
    ends: [Arc<TcpStream>; 2],
}

impl Tunnel {
    /// To a port of loopback.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (state, pace) = (AtomicU8::new(OPEN), AtomicU64::new(0));
        let (held, waiting, connections) = (AtomicBool::new(false), AtomicUsize::new(0), Mutex::default());
        let shared = Arc::new(Shared { target, state, pace, held, waiting, connections });
        let this = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                this.accept(client);
            }
        });
        Self { port, shared }
    }

    /// What is sent on the connections that there are gets lost from now on, as behind a router that forgot them.
    pub fn lose(&self) {
        self.each(|connection| connection.state.store(SILENT, Ordering::SeqCst));
    }

    /// What is sent on new connections gets lost, or does no longer.
    pub fn lose_new(&self, lost: bool) {
        self.shared.state.store(if lost { SILENT } else { OPEN }, Ordering::SeqCst);
    }

    /// Resets the connections that there are.
    pub fn reset(&self) {
        self.each(|connection| {
            connection.state.store(SILENT, Ordering::SeqCst);
            for end in &connection.ends {
                // Nothing lingers: the other side gets a reset and no orderly end.
                let _ = rustix::net::sockopt::set_socket_linger(end, Some(Duration::ZERO));
                let _ = end.shutdown(std::net::Shutdown::Read);
            }
        });
        self.shared.connections.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Lets the server's answers through byte by byte, with so much time between them; zero for all at once.
    pub fn drip(&self, pause: Duration) {
        self.shared.pace.store(u64::try_from(pause.as_millis()).expect("milliseconds"), Ordering::SeqCst);
    }

    /// Keeps back what is sent on all connections, new ones included, or lets it go on.
    pub fn hold(&self, held: bool) {
        self.shared.held.store(held, Ordering::SeqCst);
    }

    /// Whether there is anything that is kept back.
    pub fn holds(&self) -> bool {
        self.shared.waiting.load(Ordering::SeqCst) > 0
    }

    /// Connections that were made.
    pub fn connections(&self) -> usize {
        self.shared.connections.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn each(&self, change: impl Fn(&Connection)) {
        self.shared.connections.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(change);
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.target)) else { return };
        let state = Arc::new(AtomicU8::new(self.state.load(Ordering::SeqCst)));
        let connection = Connection { state, ends: [Arc::new(client), Arc::new(server)] };
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).push(connection.clone());
        let [client, server] = connection.ends;
        for (from, to, slow) in [(Arc::clone(&client), Arc::clone(&server), false), (server, client, true)] {
            let (this, state) = (Arc::clone(self), Arc::clone(&connection.state));
            std::thread::spawn(move || this.pass(&from, &to, &state, slow));
        }
    }

    /// Waits while everything is kept back, unless it is lost anyhow.
    fn wait(&self, state: &AtomicU8) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        while self.held.load(Ordering::SeqCst) && state.load(Ordering::SeqCst) != SILENT {
            std::thread::sleep(LOOK);
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    fn pass(&self, mut from: &TcpStream, mut to: &TcpStream, state: &AtomicU8, slow: bool) {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            self.wait(state);
            if state.load(Ordering::SeqCst) == SILENT {
                continue;
            }
            let pause = Duration::from_millis(self.pace.load(Ordering::SeqCst));
            let sent = if slow && !pause.is_zero() {
                buffer[..read].iter().try_for_each(|byte| {
                    std::thread::sleep(pause);
                    to.write_all(&[*byte])
                })
            } else {
                to.write_all(&buffer[..read])
            };
            if sent.is_err() {
                break;
            }
        }
        if state.load(Ordering::SeqCst) != SILENT {
            let _ = to.shutdown(std::net::Shutdown::Write);
        }
    }
}
