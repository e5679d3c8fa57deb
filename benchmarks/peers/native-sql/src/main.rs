//! A peer of the benchmarks: `native-sql DATABASE PORT [CONNECTIONS]` answers every request with the name of person 7, which it
//! asks a PostgreSQL server for each time, by a prepared statement.
//!
//! Without CONNECTIONS all requests share one connection, on which tokio-postgres sends them one behind the other without
//! waiting for answers: about the least that such a server in Rust can do, and no way for code that may leave a connection
//! in another state. With it each request has a connection to itself, of a pool of so many. There is no GraphQL and no sandbox.

use std::convert::Infallible;
use std::sync::Arc;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_postgres::{Client, NoTls, Row, Statement};

const STATEMENT: &str = "select name from people where id = $1";
const ID: i32 = 7;

/// What went wrong; shown and nothing else.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

enum People {
    Shared { client: Client, statement: Statement },
    Pooled(Pool),
}

impl People {
    async fn connect(database: &str, connections: Option<usize>) -> Result<Self> {
        if let Some(connections) = connections {
            let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
            let manager = Manager::from_config(database.parse()?, NoTls, config);
            return Ok(Self::Pooled(Pool::builder(manager).max_size(connections).build()?));
        }
        let (client, connection) = tokio_postgres::connect(database, NoTls).await?;
        tokio::spawn(connection);
        let statement = client.prepare(STATEMENT).await?;
        Ok(Self::Shared { client, statement })
    }

    async fn row(&self) -> Result<Row> {
        match self {
            Self::Shared { client, statement } => Ok(client.query_one(statement, &[&ID]).await?),
            Self::Pooled(pool) => {
                let client = pool.get().await?;
                let statement = client.prepare_cached(STATEMENT).await?;
                Ok(client.query_one(&statement, &[&ID]).await?)
            }
        }
    }
}

async fn answer(people: &People, request: Request<Incoming>) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    // Read the body, as any server that looks at it must.
    let _ = request.into_body().collect().await;
    let row = people.row().await;
    let (status, body) = match row.and_then(|row| Ok(row.try_get::<_, String>(0)?)) {
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
    let (database, port, connections) = match arguments.as_slice() {
        [database, port] => (database, port, None),
        [database, port, connections] => (database, port, Some(connections.parse()?)),
        _ => return Err("usage: native-sql DATABASE PORT [CONNECTIONS]".into()),
    };
    let people = Arc::new(People::connect(database, connections).await?);
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
