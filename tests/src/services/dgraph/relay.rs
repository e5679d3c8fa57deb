//! A relay between a client and a server, which can fall silent as a broken network does.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// A running relay. It ends with the process.
pub struct Relay {
    /// Its port, on loopback.
    pub port: u16,
    silent: watch::Sender<()>,
    connections: Arc<AtomicUsize>,
}

impl Relay {
    /// Starts one to a port of loopback.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let own = listener.local_addr().expect("an address").port();
        listener.set_nonblocking(true).expect("a setting of the system");
        let (silent, _) = watch::channel(());
        let connections = Arc::new(AtomicUsize::new(0));
        let (told, counted) = (silent.clone(), Arc::clone(&connections));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                loop {
                    let (client, _) = listener.accept().await.expect("a connection");
                    counted.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(relay(client, port, told.subscribe()));
                }
            });
        });
        Self { port: own, silent, connections }
    }

    /// From now on nothing passes over the connections that there are, and neither side is told. New ones work.
    pub fn fall_silent(&self) {
        self.silent.send(()).expect("the relay runs");
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn relay(mut client: TcpStream, port: u16, mut silent: watch::Receiver<()>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut server) => return,
        _ = silent.changed() => {}
    }
    // Both ends stay open.
    std::future::pending().await
}
