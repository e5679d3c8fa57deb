//! The tables, as the reference's migrations leave them, and the statements for them.

use tokio_postgres::{Client, Error};

use crate::host_functions::metadata::make;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS collection_texts (
        id bigserial PRIMARY KEY, collection text NOT NULL, key text NOT NULL, text text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now());
    ALTER TABLE collection_texts
        ADD COLUMN IF NOT EXISTS labels text[], ADD COLUMN IF NOT EXISTS namespace text NOT NULL DEFAULT '';
    CREATE INDEX IF NOT EXISTS collection_texts_collection_key_idx ON collection_texts (collection, key);
    CREATE TABLE IF NOT EXISTS collection_vectors (
        id bigserial PRIMARY KEY, text_id bigint NOT NULL REFERENCES collection_texts (id) ON DELETE CASCADE,
        search_method text NOT NULL, vector real[] NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX IF NOT EXISTS collection_vectors_search_method_text_id_idx
        ON collection_vectors (search_method, text_id);";

/// Makes the tables where they are missing, and the columns that older versions of the reference did not have.
pub(super) async fn prepare_tables(client: &Client) -> Result<(), Error> {
    const FOUND: &str = "SELECT to_regclass('collection_vectors') IS NOT NULL AND \
                         (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('collection_texts') \
                         AND NOT attisdropped AND attname IN ('labels', 'namespace')) = 2";
    let are_there: bool = client.query_one(FOUND, &[]).await?.get(0);
    if are_there { Ok(()) } else { make(client, TABLES).await }
}

/// Whoever writes to a namespace holds its lock.
pub(super) const LOCK: &str = "SELECT pg_advisory_xact_lock($1)";
pub(super) const DELETE: &str =
    "DELETE FROM collection_texts WHERE collection = $1 AND namespace = $2 AND key = ANY ($3)";
pub(super) const INSERT: &str = "INSERT INTO collection_texts (collection, namespace, key, text, labels) \
                                 VALUES ($1, $2, $3, $4, $5) RETURNING id";
pub(super) const DELETE_VECTOR: &str = "DELETE FROM collection_vectors WHERE text_id = $1 AND search_method = $2";
/// Unless the text is gone.
pub(super) const INSERT_VECTOR: &str = "INSERT INTO collection_vectors (text_id, search_method, vector) \
                                        SELECT id, $2, $3 FROM collection_texts WHERE id = $1";

/// The vectors of a search method. A runner of the reference may have left several texts of a key, or vectors of a text: the
/// newest count.
macro_rules! latest {
    ($before:literal, $behind:literal) => {
        concat!(
            $before,
            " (SELECT DISTINCT ON (t.key) v.id, t.key FROM collection_texts t JOIN collection_vectors v ON v.text_id = t.id \
             WHERE t.collection = $1 AND t.namespace = $2 AND v.search_method = $3 ORDER BY t.key, t.id DESC, v.id DESC) \
             AS latest ",
            $behind
        )
    };
}

pub(super) const VECTORS: &str =
    latest!("SELECT v.id, latest.key, v.vector FROM", "JOIN collection_vectors v ON v.id = latest.id");
pub(super) const LATEST: &str = latest!("SELECT id FROM", "");
pub(super) const VECTORS_OF: &str = "SELECT v.id, t.key, v.vector FROM collection_vectors v \
                                     JOIN collection_texts t ON t.id = v.text_id WHERE v.id = ANY ($1)";

macro_rules! of_method {
    ($before:literal, $behind:literal) => {
        concat!(
            $before,
            " FROM collection_texts t JOIN collection_vectors v ON v.text_id = t.id \
             WHERE t.collection = $1 AND t.namespace = $2 AND v.search_method = $3 ",
            $behind
        )
    };
}

pub(super) const COUNT_VECTORS: &str = of_method!("SELECT count(*)", "");
pub(super) const ANY_VECTOR: &str = of_method!("SELECT coalesce(cardinality(v.vector), 0)", "LIMIT 1");
/// Different whenever rows came or went.
pub(super) const MARK: &str = of_method!("SELECT concat_ws(' ', count(*), max(v.id), sum(v.id))", "");

pub(super) const TEXTS: &str = "SELECT id, key, text FROM collection_texts t \
                                WHERE collection = $1 AND namespace = $2 AND id > $3 AND NOT ($4 AND EXISTS ( \
                                SELECT 1 FROM collection_vectors WHERE text_id = t.id AND search_method = $5)) \
                                ORDER BY id LIMIT $6";
pub(super) const ENTRIES: &str = "SELECT key, text, labels FROM collection_texts \
                                  WHERE collection = $1 AND namespace = $2 AND key = ANY ($3) ORDER BY id";
pub(super) const DUMP: &str = "SELECT DISTINCT ON (key) key, text FROM collection_texts \
                               WHERE collection = $1 AND namespace = $2 ORDER BY key, id DESC";
pub(super) const COUNT: &str =
    "SELECT count(DISTINCT key) FROM collection_texts WHERE collection = $1 AND namespace = $2";
pub(super) const HAS: &str = "SELECT EXISTS (SELECT 1 FROM collection_texts WHERE collection = $1 AND namespace = $2)";
pub(super) const NAMESPACES: &str = "SELECT DISTINCT namespace FROM collection_texts WHERE collection = $1";
