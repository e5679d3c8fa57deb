//! The manifest (`modus.json`): its text read into data, with everything that is wrong with it (`manifest` sections 1 to 5).
//!
//! Maps are sorted by name.

mod check;
mod connections;
mod entries;
mod finding;
pub mod members;
mod parse;
#[cfg(test)]
mod rules;
mod secrets;
pub mod template;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use finding::{Finding, FindingKind, Severity};
pub use parse::{parse, to_json};
pub use secrets::secret_prefix;
pub use text::{NotText, text};

/// The one provider of models hosted by Hypermode.
const HUGGING_FACE: &str = "hugging-face";

/// The connection that stands for models hosted by Hypermode.
pub const HYPERMODE: &str = "hypermode";

/// The variable with the file that says what stands in for the models that Hypermode hosted.
pub const HOSTED_MODELS: &str = "MODUS_HOSTED_MODELS";

/// The variable with the URL of what serves the models that Hypermode hosted.
pub const HYPERMODE_URL: &str = "MODUS_HYPERMODE_URL";

/// Name of the manifest in the folder of its app.
pub const FILE_NAME: &str = "modus.json";

/// A checked manifest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// GraphQL endpoints by name.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// Names of the endpoints in the order of the text.
    pub endpoint_order: Vec<String>,
    /// Models by name.
    pub models: BTreeMap<String, Model>,
    /// Connections by name.
    pub connections: BTreeMap<String, Connection>,
    /// Collections of texts by name.
    pub collections: BTreeMap<String, Collection>,
    /// Names of embedder functions of old `collections` manifests, sorted; kept out of the schema.
    pub embedders: Vec<String>,
}

/// A collection of texts (`collections` section 1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// How its texts are searched, by name.
    pub search_methods: BTreeMap<String, SearchMethod>,
}

/// A way to search a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchMethod {
    /// Name of the app's function that makes vectors of texts; may be empty.
    pub embedder: String,
    /// Type of the index, as it is written; empty where none is.
    pub index: String,
}

/// A GraphQL endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Path, begins with `/`.
    pub path: String,
    /// Who may call.
    pub auth: Auth,
}

/// Authentication of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Auth {
    /// Everybody.
    None,
    /// Bearer tokens.
    BearerToken,
}

/// A model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The provider's id of the model.
    pub source_model: String,
    /// Provider; only informative.
    pub provider: String,
    /// `hypermode` or the name of an HTTP connection.
    pub connection: String,
    /// Appended to the connection's base URL.
    pub path: String,
}

/// A connection. Texts may hold `{{NAME}}` templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Connection {
    /// HTTP server.
    Http(HttpConnection),
    /// PostgreSQL database.
    Postgresql {
        /// Connection URI.
        conn_string: String,
    },
    /// MySQL database.
    Mysql {
        /// Connection URI.
        conn_string: String,
    },
    /// Dgraph database.
    Dgraph {
        /// Connection URI; empty in the target form.
        conn_string: String,
        /// `host:port`; empty in the URI form.
        grpc_target: String,
        /// API key.
        key: String,
    },
    /// Neo4j database.
    Neo4j {
        /// URI.
        db_uri: String,
        /// User.
        username: String,
        /// Password.
        password: String,
    },
}

/// An HTTP connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpConnection {
    /// Prefix of the URLs reached through it; may be empty.
    pub base_url: String,
    /// The one URL reached through it; may be empty.
    pub endpoint: String,
    /// Headers added to each request.
    pub headers: BTreeMap<String, String>,
    /// Query parameters added to each request.
    pub query_parameters: BTreeMap<String, String>,
}
