-- Texts of collections, and what embedders made of them.
CREATE TABLE collection_texts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    -- A JSON array of texts.
    labels TEXT NOT NULL,
    -- Milliseconds since 1970, UTC.
    created_at INTEGER NOT NULL,
    UNIQUE (collection, namespace, key)
) STRICT;

CREATE TABLE collection_vectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    text_id INTEGER NOT NULL REFERENCES collection_texts (id) ON DELETE CASCADE,
    search_method TEXT NOT NULL,
    -- 32-bit floats, little-endian.
    vector BLOB NOT NULL,
    UNIQUE (text_id, search_method)
) STRICT;
