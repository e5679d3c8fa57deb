//! Where redirects lead, told by who is connected to.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hyper::Method;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use url::Url;

use super::connector::ProxySettings;
use super::lookup::Lookups;
use super::{ClientError, Clients, HttpClient, Request, Response};
use crate::egress::Hop;
use crate::environment::{Environment, Variables};

/// A server that redirects requests for `/to` to where it is told, and answers others.
struct Server {
    port: u16,
    location: Arc<Mutex<String>>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (location, requests) = (Arc::<Mutex<String>>::default(), Arc::<AtomicUsize>::default());
        let (target, count) = (Arc::clone(&location), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (target, count) = (Arc::clone(&target), Arc::clone(&count));
                std::thread::spawn(move || serve(stream, &target, &count));
            }
        });
        Self { port, location, requests }
    }

    fn redirect_to(&self, location: String) {
        *self.location.lock().unwrap() = location;
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream, location: &Mutex<String>, requests: &AtomicUsize) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            requests.fetch_add(1, Ordering::SeqCst);
            let answer = if head.starts_with(b"GET /to ") {
                format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", location.lock().unwrap())
            } else {
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlanded".to_owned()
            };
            let _ = stream.write_all(answer.as_bytes());
            head.clear();
        }
    }
}

/// A port of all addresses of this machine.
struct Watched(TcpListener);

impl Watched {
    fn start() -> Self {
        let listener = TcpListener::bind("[::]:0").or_else(|_| TcpListener::bind("0.0.0.0:0")).expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().expect("an address").port()
    }

    #[track_caller]
    fn untouched(&self, context: &str) {
        assert!(self.0.accept().is_err(), "{context}: a connection was made");
    }
}

/// A client with these names.
fn client(names: &'static [(&'static str, &'static [&'static str])]) -> HttpClient {
    with_names(move |name| {
        let found = names.iter().find(|(known, _)| known.trim_end_matches('.') == name.trim_end_matches('.'));
        found.map(|(_, addresses)| addresses.iter().map(|address| address.parse().expect("an address")).collect())
    })
}

fn with_names(find: impl Fn(&str) -> Option<Vec<IpAddr>> + Send + Sync + 'static) -> HttpClient {
    let look_up = move |name: &str| {
        let found = find(name).ok_or_else(|| std::io::Error::other("no such name"))?;
        Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
    };
    let lookups = Arc::new(Lookups::new(Box::new(look_up), 4));
    HttpClient::new(ProxySettings::of(&Variables::new()), lookups, Arc::default())
}

/// Gets a URL; the manifest names what has one of the ports.
async fn get(client: &HttpClient, url: &str, named: &[u16]) -> Result<Response, ClientError> {
    let request = Request {
        method: Method::GET,
        url: url.parse().expect("a URL"),
        headers: HeaderMap::new(),
        confidential: Vec::new(),
        body: Bytes::new(),
    };
    let judge = |url: &Url| if url.port().is_some_and(|port| named.contains(&port)) { Hop::Named } else { Hop::Found };
    client.send(request, 1 << 20, judge).await
}

/// Spellings of this machine, with `PORT` for the port that is watched.
const LOOPBACK: [&str; 42] = [
    "http://127.0.0.1:PORT/",
    "HTTP://127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "http:///127.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT\\x",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.255.255.254:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0x7F.1:PORT/",
    "http://0x7f.0x0.0x0.0x1:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://017700000001:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    // Digits and stops as they are written in Japanese.
    "http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1:PORT/",
    "http://127%E3%80%820%E3%80%820%E3%80%821:PORT/",
    "http://0.0.0.0:PORT/",
    "http://0:PORT/",
    "http://0x0:PORT/",
    "http://00000:PORT/",
    "http://public.test@127.0.0.1:PORT/",
    "http://public.test:80@127.0.0.1:PORT/",
    "http://public.test%2F@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT#@public.test/",
    "http://127.0.0.1:PORT?@public.test/",
    "http://127.0.0.1:PORT\\@public.test/",
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:FFFF:127.0.0.1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://localhost:PORT/",
    "http://LOCALHOST.:PORT/",
    "http://a.b.localhost:PORT/",
    "http://localhost.localdomain:PORT/",
    "http://%6c%6f%63alhost:PORT/",
    "https://127.0.0.1:PORT/",
];

/// Spellings of other addresses and names; nothing leaves this machine, for all but a few are never dialled by anybody.
const ELSEWHERE: [&str; 40] = [
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://0300.0250.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.254.0.1/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://100.64.0.1/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://printer/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://loop.test:PORT/",
    "http://mapped.test:PORT/",
    "http://mixed.test:PORT/",
    "http://nat64.test/",
    "https://private.test./",
];

const NAMES: &[(&str, &[&str])] = &[
    ("public.test", &["127.0.0.1"]),
    ("loop.test", &["127.0.0.1"]),
    ("mapped.test", &["::ffff:127.0.0.1"]),
    ("mixed.test", &["8.8.8.8", "127.0.0.1"]),
    ("nat64.test", &["64:ff9b::7f00:1"]),
    ("private.test", &["10.0.0.1"]),
    // A name that is asked for although its URL says enough would be found.
    ("localhost", &["127.0.0.1"]),
    ("a.b.localhost", &["127.0.0.1"]),
];

#[tokio::test]
async fn redirects_to_what_is_not_public_are_refused() {
    let (server, watched, client) = (Server::start(), Watched::start(), client(NAMES));
    for location in LOOPBACK.iter().chain(&ELSEWHERE) {
        let location = location.replace("PORT", &watched.port().to_string());
        server.redirect_to(location.clone());
        let result = get(&client, &format!("http://127.0.0.1:{}/to", server.port), &[server.port]).await;
        assert!(matches!(result, Err(ClientError::Egress { .. })), "{location}: {result:?}");
        watched.untouched(&location);
    }
    // No URLs at all.
    for location in
        ["http://[fe80::1%25lo]:PORT/", "http://[::1%25lo]:PORT/", "http://127.0.0.1\t:PORT/", "http://1.2.3.4.5/"]
    {
        let location = location.replace("PORT", &watched.port().to_string());
        server.redirect_to(location.clone());
        let result = get(&client, &format!("http://127.0.0.1:{}/to", server.port), &[server.port]).await;
        assert!(matches!(result, Err(ClientError::Location { .. })), "{location}: {result:?}");
        watched.untouched(&location);
    }
}

#[tokio::test]
async fn each_hop_of_a_chain_is_judged() {
    let (first, second, watched, client) = (Server::start(), Server::start(), Watched::start(), client(NAMES));
    let named = [first.port, second.port];
    let start = format!("http://public.test:{}/to", first.port);

    first.redirect_to(format!("http://127.0.0.1:{}/landed", second.port));
    let landed = get(&client, &start, &named).await.expect("an answer");
    assert_eq!((landed.status.as_u16(), &*landed.body), (200, b"landed".as_slice()));

    first.redirect_to(format!("http://127.0.0.1:{}/to", second.port));
    second.redirect_to(format!("http://localhost:{}/", watched.port()));
    let error = get(&client, &start, &named).await.expect_err("refused").to_string();
    let place = format!("http://localhost:{}/", watched.port());
    let expected = format!("redirected to [{place}], but localhost is a name of this machine or of its own network");
    assert!(error.starts_with(&expected), "{error}");

    first.redirect_to(format!("http://user:hidden@127.0.0.1:{}/x?key=hidden", watched.port()));
    let error = get(&client, &start, &named).await.expect_err("refused").to_string();
    let place = format!("http://127.0.0.1:{}/x", watched.port());
    assert!(error.starts_with(&format!("redirected to [{place}], but 127.0.0.1 is a loopback address")), "{error}");
    watched.untouched("chains");
    assert_eq!((first.requests(), second.requests()), (3, 2));
}

#[tokio::test]
async fn a_connection_that_was_allowed_is_not_used_for_what_is_not() {
    let server = Server::start();
    let lookups = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lookups);
    let client = with_names(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        Some(vec![IpAddr::from([127, 0, 0, 1])])
    });
    // The first server's connection stays open, and it is the same server that it redirects to.
    server.redirect_to("/landed".to_owned());
    let url = format!("http://server.test:{}/to", server.port);
    let result = get(&client, &url, &[]).await;
    assert!(matches!(result, Err(ClientError::Egress { .. })), "{result:?}");
    assert_eq!((server.requests(), lookups.load(Ordering::SeqCst)), (1, 2));
    // Named, it is followed, over the connection that is there.
    let landed = get(&client, &url, &[server.port]).await.expect("an answer");
    assert_eq!((landed.status.as_u16(), server.requests()), (200, 3));
    assert_eq!(lookups.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn through_a_proxy_what_can_be_seen_is_refused() {
    let (server, proxy) = (Server::start(), Server::start());
    let variables = [("HTTP_PROXY", format!("http://127.0.0.1:{}", proxy.port))];
    let variables: Variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
    let lookups = Arc::new(Lookups::new(Box::new(|_: &str| Err(std::io::Error::other("nobody asks"))), 1));
    let client = HttpClient::new(ProxySettings::of(&variables), lookups, Arc::default());
    let url = format!("http://127.0.0.1:{}/to", server.port);
    for location in ["http://169.254.169.254/", "http://10.0.0.1/", "http://metadata.google.internal/", "http://db/"] {
        server.redirect_to(location.to_owned());
        let result = get(&client, &url, &[server.port]).await;
        assert!(matches!(result, Err(ClientError::Egress { .. })), "{location}: {result:?}");
    }
    assert_eq!(proxy.requests(), 0);
    // A public name is the proxy's to look up.
    server.redirect_to("http://public.test/x".to_owned());
    let landed = get(&client, &url, &[server.port]).await.expect("an answer");
    assert_eq!((landed.status.as_u16(), proxy.requests()), (200, 1));
}

#[test]
fn an_apps_client_outlives_it_while_the_proxies_stay() {
    let with = |proxy: &str| Environment::new([("HTTP_PROXY".to_owned(), proxy.to_owned())].into(), None);
    let (clients, none) = (Clients::default(), Environment::new(Variables::new(), None));
    let first = clients.shared(&none);
    assert!(Arc::ptr_eq(&first, &clients.clone().shared(&none)));
    let proxied = clients.shared(&with("http://proxy:1"));
    assert!(!Arc::ptr_eq(&first, &proxied) && Arc::ptr_eq(&proxied, &clients.shared(&with("http://proxy:1"))));
    assert!(!Arc::ptr_eq(&proxied, &clients.shared(&with("http://proxy:2"))));
}
