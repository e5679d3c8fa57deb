//! A peer of the benchmarks: `native-sql DATABASE PORT` answers every request with the name of person 7, which it asks a
//! PostgreSQL server for each time, by a prepared statement.
//!
//! All requests share one connection, on which tokio-postgres sends them one behind the other without waiting for answers:
//! about the least that such a server in Rust can do. There is no GraphQL and no sandbox.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_postgres::{Client, NoTls, Statement};

const STATEMENT: &str = "select name from people where id = $1";
const ID: i32 = 7;

/// What went wrong; shown and nothing else.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

struct People {
    client: Client,
    statement: Statement,
}

async fn answer(people: &People, request: Request<Incoming>) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    // Read the body, as any server that looks at it must.
    let _ = request.into_body().collect().await;
    let row = people.client.query_one(&people.statement, &[&ID]).await;
    let (status, body) = match row.and_then(|row| row.try_get::<_, String>(0)) {
        Ok(name) => (StatusCode::OK, json!({ "data": { "personName": name } })),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, json!({ "errors": [{ "message": error.to_string() }] })),
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    Ok(response)
}

#[tokio::main(flavor = "multi_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, port] = arguments.as_slice() else { return Err("usage: native-sql DATABASE PORT".into()) };
    let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
    tokio::spawn(connection);
    let statement = client.prepare(STATEMENT).await?;
    let people = Arc::new(People { client, statement });
    let listener = TcpListener::bind(("127.0.0.1", port.parse::<u16>()?)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let people = Arc::clone(&people);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&people, request));
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
