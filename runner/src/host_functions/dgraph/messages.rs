//! Messages of Dgraph's gRPC service `api.Dgraph`, as far as they are used. Numbers are those of its `api.proto`, version 24.

use std::collections::HashMap;

use bytes::Bytes;

/// What a transaction does: a query, mutations, or both.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Request {
    /// DQL.
    #[prost(string, tag = "4")]
    pub(crate) query: String,
    /// By names with their `$`.
    #[prost(map = "string, string", tag = "5")]
    pub(crate) vars: HashMap<String, String>,
    /// Nothing is written.
    #[prost(bool, tag = "6")]
    pub(crate) read_only: bool,
    /// In their order.
    #[prost(message, repeated, tag = "12")]
    pub(crate) mutations: Vec<Mutation>,
    /// The transaction is committed as a part of it.
    #[prost(bool, tag = "13")]
    pub(crate) commit_now: bool,
}

/// What is written.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Mutation {
    /// JSON to set.
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) set_json: Bytes,
    /// JSON to delete.
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) delete_json: Bytes,
    /// RDF N-Quads to set.
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) set_nquads: Bytes,
    /// RDF N-Quads to delete.
    #[prost(bytes = "bytes", tag = "4")]
    pub(crate) del_nquads: Bytes,
    /// `@if(…)`: on what it depends.
    #[prost(string, tag = "9")]
    pub(crate) cond: String,
}

/// What a transaction has done. The same message brings tokens, see [`Jwt`].
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Response {
    /// JSON with the results of the query.
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) json: Vec<u8>,
    /// The nodes that were made, by the names of their blank nodes.
    #[prost(map = "string, string", tag = "12")]
    pub(crate) uids: HashMap<String, String>,
}

/// A change of the schema, or of everything.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Operation {
    /// Predicates and types to add or change.
    #[prost(string, tag = "1")]
    pub(crate) schema: String,
    /// A predicate to drop, with its values.
    #[prost(string, tag = "2")]
    pub(crate) drop_attr: String,
    /// Drops all.
    #[prost(bool, tag = "3")]
    pub(crate) drop_all: bool,
}

/// The answer to an [`Operation`].
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Payload {}

/// Signs in, by password or by the token for that.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Login {
    /// User.
    #[prost(string, tag = "1")]
    pub(crate) userid: String,
    /// Password.
    #[prost(string, tag = "2")]
    pub(crate) password: String,
    /// In place of both.
    #[prost(string, tag = "3")]
    pub(crate) refresh_token: String,
    /// Which of the separate graphs of a server.
    #[prost(uint64, tag = "4")]
    pub(crate) namespace: u64,
}

/// Tokens; a [`Response`] has them in its `json`, in this encoding.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Jwt {
    /// Goes with each request.
    #[prost(string, tag = "1")]
    pub(crate) access_jwt: String,
    /// Gets new tokens.
    #[prost(string, tag = "2")]
    pub(crate) refresh_jwt: String,
}

/// Asks which version the server has.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Check {}

/// The answer to a [`Check`].
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Version {}
