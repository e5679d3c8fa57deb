//! The one table of what the objects of a manifest hold (`manifest` sections 3 to 5 and 9). The reader knows members by it,
//! and `modusc json-schema manifest` makes a JSON Schema of it.
//!
//! Patterns are regular expressions of ECMA-262 in its Unicode mode, as JSON Schema has them. They say what the predicates of
//! the reader say; a test compares the two.

use super::{HUGGING_FACE, HYPERMODE};

/// An object of a manifest.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Its name in the JSON Schema.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its members. It has no others.
    pub members: &'static [Member],
    /// Members of which exactly one is there. Empty where there is no such choice.
    pub one_of: &'static [&'static str],
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub about: &'static str,
    /// Whether it must be there.
    pub needed: bool,
    /// What an editor suggests; empty for nothing.
    pub suggestion: &'static str,
    /// Its values.
    pub form: Form,
}

/// Values of a member.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any text, an empty one too.
    AnyText,
    /// A text that is not empty.
    Text,
    /// A text that matches a pattern.
    Pattern(&'static str),
    /// One of some texts.
    OneOf(&'static [&'static str]),
    /// An object of texts that are not empty; the names of its members match the pattern.
    Texts(&'static str),
    /// An object of any kind.
    AnyObject,
    /// An object.
    Object(&'static Shape),
    /// An object of objects by name, each of one of the shapes.
    Named(&'static [&'static Shape]),
}

impl Shape {
    const fn new(name: &'static str, about: &'static str, members: &'static [Member]) -> Self {
        Self { name, about, members, one_of: &[] }
    }
}

impl Member {
    const fn needed(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { name, about, needed: true, suggestion: "", form }
    }

    const fn optional(name: &'static str, form: Form, about: &'static str) -> Self {
        Self { needed: false, ..Self::needed(name, form, about) }
    }

    const fn suggested(name: &'static str, form: Form, suggestion: &'static str, about: &'static str) -> Self {
        Self { suggestion, ..Self::needed(name, form, about) }
    }
}

/// Names of the members that objects of these shapes may have, each once.
pub(super) fn names(shapes: &[&Shape]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for member in shapes.iter().flat_map(|shape| shape.members) {
        if !names.contains(&member.name) {
            names.push(member.name);
        }
    }
    names
}

/// The values that a member with one of some texts may have, over all shapes.
pub(super) fn choices(shapes: &[&Shape], name: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for member in shapes.iter().flat_map(|shape| shape.members).filter(|member| member.name == name) {
        if let Form::OneOf(values) = member.form {
            found.extend(values.iter().filter(|value| !found.contains(*value)).copied().collect::<Vec<_>>());
        }
    }
    found
}

/// The shapes whose member `type` may be this one.
pub(super) fn of_type(shapes: &[&'static Shape], kind: &str) -> Vec<&'static Shape> {
    shapes.iter().filter(|shape| choices(&[**shape], "type").contains(&kind)).copied().collect()
}

/// The longest name of an endpoint, model, connection, collection or search method.
pub const MAX_NAME: usize = 63;
/// Such a name: groups of letters and digits joined by single hyphens.
pub const NAME: &str = "^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$";

const PATH: &str = concat!(
    // Paths of the server itself.
    "^(?!/(?:health|livez|readyz|ready|metrics|explorer|explorer/.*)$)",
    // What clients resolve or change.
    r"(?!.*//)(?!.*/\.{1,2}(?:/|$))(?!.*%(?:[01][0-9A-Fa-f]|7[Ff]))",
    r#"/(?:[^\s\u0000-\u001f\u007f?#%"<>\\^`{|}]|%[0-9A-Fa-f]{2})*$"#,
);
const BASE_URL: &str = r"^(?!.*\{\{.+\}\})https?://[^\s/?#@]+(?:/[^\s?#]*)?/$";
const ENDPOINT_URL: &str = r"^(?!.*\{\{.+\}\})https?://[^\s/]\S*$";
const HEADER_NAME: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
const ANY_NAME: &str = "^.+$";
const EXTERNAL_CONNECTION: &str = "^(?!hypermode$).+$";
const GRPC_TARGET: &str = "^[A-Za-z0-9][A-Za-z0-9.-]*:[0-9]+$";

/// A database's URI: schemes, and characters that its host may have beside letters, digits, `.` and `-`.
macro_rules! uri {
    ($schemes:literal, $more:literal) => {
        concat!("^(?:", $schemes, ")://(?:.*@)?[A-Za-z0-9.", $more, r"-]*(?::[0-9]+)?(?:/[A-Za-z0-9.-]*)?(?:\?.*)?$")
    };
}

/// The whole manifest.
pub const MANIFEST: Shape = Shape::new(
    "manifest",
    "What an app offers to clients, and what it reaches: modus.json. Comments and trailing commas are allowed.",
    &[
        Member::optional("$schema", Form::AnyText, "Where editors find this schema. It means nothing else."),
        Member::optional("endpoints", Form::Named(ENDPOINTS), "Where clients reach the app, by name."),
        Member::optional(
            "models",
            Form::Named(MODELS),
            "Models that the app's functions may ask, by the name that they use.",
        ),
        Member::optional(
            "connections",
            Form::Named(CONNECTIONS),
            "Servers that the app's functions may reach, by name.",
        ),
        Member::optional(
            "collections",
            Form::Named(COLLECTIONS),
            "Collections of texts that can be searched, by name.",
        ),
    ],
);

/// Shapes of endpoints.
pub const ENDPOINTS: &[&Shape] = &[&Shape::new(
    "endpoint",
    "A GraphQL endpoint. All endpoints of an app have the same schema.",
    &[
        Member::needed("type", Form::OneOf(&["graphql"]), "What the endpoint speaks."),
        Member::suggested(
            "path",
            Form::Pattern(PATH),
            "/graphql",
            "The path of its URL. It begins with a slash, and is none of those that the server answers itself.",
        ),
        Member::suggested(
            "auth",
            Form::OneOf(&["none", "bearer-token"]),
            "bearer-token",
            "Who may ask: everybody, or whoever has a JSON Web Token that one of the keys in MODUS_PEMS or \
             MODUS_JWKS_ENDPOINTS has signed. Without such keys, tokens are not asked for in development.",
        ),
    ],
)];

/// Shapes of models.
pub const MODELS: &[&Shape] = &[
    &Shape::new(
        "hostedModel",
        "A model that Hypermode hosted. Whoever serves the app says with --hosted-models what stands in for it.",
        &[
            Member::needed("sourceModel", Form::Text, "The model's name at Hugging Face."),
            Member::needed("provider", Form::OneOf(&[HUGGING_FACE]), "Where the model comes from."),
            Member::needed("connection", Form::OneOf(&[HYPERMODE]), "The name that stands for Hypermode."),
        ],
    ),
    &Shape::new(
        "model",
        "A model at a server of a connection.",
        &[
            Member::optional(
                "sourceModel",
                Form::Text,
                "The model's name at that server, which the app's functions send.",
            ),
            Member::needed("connection", Form::Pattern(EXTERNAL_CONNECTION), "Name of a connection of type http."),
            Member::optional(
                "path",
                Form::Text,
                "Where the server has the model: what follows the connection's baseUrl. Not with an endpoint.",
            ),
        ],
    ),
];

/// Shapes of connections.
pub const CONNECTIONS: &[&Shape] = &[
    &Shape {
        one_of: &["baseUrl", "endpoint"],
        ..Shape::new(
            "httpConnection",
            "An HTTP server, for requests, GraphQL and models. Functions reach no URL but those below a baseUrl, and those \
             that are an endpoint.",
            &[
                Member::needed("type", Form::OneOf(&["http"]), "The kind of connection."),
                Member::optional(
                    "baseUrl",
                    Form::Pattern(BASE_URL),
                    "The beginning of all URLs that are reached through it. It ends in a slash.",
                ),
                Member::optional("endpoint", Form::Pattern(ENDPOINT_URL), "The one URL that is reached through it."),
                Member::optional(
                    "headers",
                    Form::Texts(HEADER_NAME),
                    "Headers that each request gets. {{NAME}} becomes the variable MODUS_<CONNECTION>_NAME, and \
                     {{base64(USER:PASS)}} two variables as basic authentication has them.",
                ),
                Member::optional(
                    "queryParameters",
                    Form::Texts(ANY_NAME),
                    "Parameters that each URL gets. {{NAME}} is replaced as in headers.",
                ),
            ],
        )
    },
    &Shape::new(
        "postgresqlConnection",
        "A PostgreSQL database.",
        &[
            Member::needed("type", Form::OneOf(&["postgresql"]), "The kind of connection."),
            Member::needed(
                "connString",
                Form::Pattern(uri!("postgres|postgresql", "_{}")),
                "Its URI. {{NAME}} becomes the variable MODUS_<CONNECTION>_NAME.",
            ),
        ],
    ),
    &Shape::new(
        "mysqlConnection",
        "A MySQL or MariaDB database.",
        &[
            Member::needed("type", Form::OneOf(&["mysql"]), "The kind of connection."),
            Member::needed(
                "connString",
                Form::Pattern(uri!("mysql", "")),
                "Its URI. {{NAME}} becomes the variable MODUS_<CONNECTION>_NAME.",
            ),
        ],
    ),
    &Shape::new(
        "dgraphConnection",
        "A Dgraph database by its URI.",
        &[
            Member::needed("type", Form::OneOf(&["dgraph"]), "The kind of connection."),
            Member::needed(
                "connString",
                Form::Pattern(uri!("dgraph", "")),
                "Its URI. {{NAME}} becomes the variable MODUS_<CONNECTION>_NAME.",
            ),
        ],
    ),
    &Shape::new(
        "dgraphTargetConnection",
        "A Dgraph database by its gRPC address.",
        &[
            Member::needed("type", Form::OneOf(&["dgraph"]), "The kind of connection."),
            Member::needed("grpcTarget", Form::Pattern(GRPC_TARGET), "Host and port. {{NAME}} is replaced in it."),
            Member::optional("key", Form::Text, "The key that the server asks for. {{NAME}} is replaced in it."),
        ],
    ),
    &Shape::new(
        "neo4jConnection",
        "A Neo4j database.",
        &[
            Member::needed("type", Form::OneOf(&["neo4j"]), "The kind of connection."),
            Member::needed(
                "dbUri",
                Form::Pattern(uri!(r"neo4j|neo4j\+s|neo4j\+ssc|bolt|bolt\+s|bolt\+ssc", "")),
                "Its URI. {{NAME}} becomes the variable MODUS_<CONNECTION>_NAME.",
            ),
            Member::needed("username", Form::Text, "Who signs in. {{NAME}} is replaced in it."),
            Member::needed("password", Form::Text, "With which password. {{NAME}} is replaced in it."),
        ],
    ),
];

/// Shapes of collections.
pub const COLLECTIONS: &[&Shape] = &[&Shape::new(
    "collection",
    "A collection of texts.",
    &[Member::optional("searchMethods", Form::Named(SEARCH_METHODS), "How its texts are searched, by name.")],
)];

/// Shapes of search methods.
pub const SEARCH_METHODS: &[&Shape] = &[&Shape::new(
    "searchMethod",
    "A way to search a collection: by the vectors of its texts.",
    &[
        Member::needed(
            "embedder",
            Form::Text,
            "Name of the app's function that makes vectors of texts. It is no field of the GraphQL API.",
        ),
        Member::optional("index", Form::Object(&INDEX), "How the vectors are searched. Without it, all are compared."),
    ],
)];

/// The index of a search method.
pub const INDEX: Shape = Shape::new(
    "index",
    "How vectors are searched.",
    &[
        Member::needed(
            "type",
            Form::OneOf(&["sequential", "hnsw"]),
            "Each vector is compared, or a graph of near ones is followed where there are many.",
        ),
        Member::optional("options", Form::AnyObject, "Figures of the graph. They are read and not used."),
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_choices_are_those_of_all_shapes() {
        assert_eq!(names(MODELS), ["sourceModel", "provider", "connection", "path"]);
        assert_eq!(names(&[&INDEX]), ["type", "options"]);
        assert_eq!(choices(CONNECTIONS, "type"), ["http", "postgresql", "mysql", "dgraph", "neo4j"]);
        assert_eq!(choices(CONNECTIONS, "key"), [] as [&str; 0]);
    }
}
