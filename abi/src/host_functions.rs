//! The one table of the host functions that guests import: what modusc knows, and what the runner links.
//!
//! A core type stands for both languages: whatever is no number is one pointer in each (`host-functions` section 1,
//! `wasm-host` section 1).

use crate::plan::Signature;
use crate::types::CoreType;

/// Functions that belong together: the import module that they are in, and what the runner has for them.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// Import module.
    pub module: &'static str,
    /// What it is for, in words for the app's author.
    pub subject: &'static str,
    /// Whether the core types are given: no metadata describes the functions.
    pub is_fixed: bool,
    /// Whether the runner has it. Apps that import the functions of another one are served, too.
    pub is_available: bool,
    /// Its functions, sorted by name.
    pub functions: &'static [HostFunction],
}

/// A host function.
#[derive(Clone, Copy, Debug)]
pub struct HostFunction {
    /// Name of the import.
    pub name: &'static str,
    /// Core type, as current SDKs import it: `i` `I` `f` `F` are i32, i64, f32 and f64, and results follow `>`.
    letters: &'static str,
    /// Whether a call may be put aside: it waits, or it takes long and lets others have their turn.
    pub waits: bool,
    /// Whether others may notice a call: it asks another server, or it starts something that goes on after the call.
    pub reaches_outside: bool,
}

/// All capabilities.
pub const CAPABILITIES: &[&Capability] =
    &[&WASI, &ENV, &SYSTEM, &SECRETS, &HTTP, &GRAPHQL, &SQL, &DGRAPH, &NEO4J, &COLLECTIONS, &MODELS, &AGENTS];

/// WASI preview 1.
pub const WASI: Capability = Capability {
    module: "wasi_snapshot_preview1",
    subject: "WASI",
    is_fixed: true,
    is_available: true,
    functions: &[
        function("args_get", "ii>i"),
        function("args_sizes_get", "ii>i"),
        function("clock_res_get", "ii>i"),
        function("clock_time_get", "iIi>i"),
        function("environ_get", "ii>i"),
        function("environ_sizes_get", "ii>i"),
        function("fd_advise", "iIIi>i"),
        function("fd_allocate", "iII>i"),
        function("fd_close", "i>i"),
        function("fd_datasync", "i>i"),
        function("fd_fdstat_get", "ii>i"),
        function("fd_fdstat_set_flags", "ii>i"),
        function("fd_fdstat_set_rights", "iII>i"),
        function("fd_filestat_get", "ii>i"),
        function("fd_filestat_set_size", "iI>i"),
        function("fd_filestat_set_times", "iIIi>i"),
        function("fd_pread", "iiiIi>i"),
        function("fd_prestat_dir_name", "iii>i"),
        function("fd_prestat_get", "ii>i"),
        function("fd_pwrite", "iiiIi>i"),
        function("fd_read", "iiii>i"),
        function("fd_readdir", "iiiIi>i"),
        function("fd_renumber", "ii>i"),
        function("fd_seek", "iIii>i"),
        function("fd_sync", "i>i"),
        function("fd_tell", "ii>i"),
        function("fd_write", "iiii>i").waiting(),
        function("path_create_directory", "iii>i"),
        function("path_filestat_get", "iiiii>i"),
        function("path_filestat_set_times", "iiiiIIi>i"),
        function("path_link", "iiiiiii>i"),
        function("path_open", "iiiiiIIii>i"),
        function("path_readlink", "iiiiii>i"),
        function("path_remove_directory", "iii>i"),
        function("path_rename", "iiiiii>i"),
        function("path_symlink", "iiiii>i"),
        function("path_unlink_file", "iii>i"),
        function("poll_oneoff", "iiii>i").waiting(),
        function("proc_exit", "i>"),
        function("proc_raise", "i>i"),
        function("random_get", "ii>i").waiting(),
        function("sched_yield", ">i"),
        function("sock_accept", "iii>i"),
        function("sock_recv", "iiiiii>i"),
        function("sock_send", "iiiii>i"),
        function("sock_shutdown", "ii>i"),
    ],
};

/// What the AssemblyScript compiler imports.
pub const ENV: Capability = Capability {
    module: "env",
    subject: "AssemblyScript's environment",
    is_fixed: true,
    is_available: true,
    functions: &[
        function("Date.now", ">F"),
        function("abort", "iiii>"),
        function("seed", ">F"),
        function("trace", "iiFFFFF>"),
    ],
};

/// Messages and time zones.
pub const SYSTEM: Capability = Capability {
    functions: &[function("getTimeInZone", "i>i"), function("getTimeZoneData", "ii>i"), function("logMessage", "ii>")],
    ..capability("modus_system", "messages and time zones")
};

/// The app's own secrets.
pub const SECRETS: Capability =
    Capability { functions: &[function("getSecretValue", "i>i")], ..capability("modus_secrets", "secrets") };

/// HTTP requests.
pub const HTTP: Capability = Capability {
    functions: &[function("fetch", "i>i").waiting().outside()],
    ..capability("modus_http_client", "HTTP requests")
};

/// Requests to GraphQL servers.
pub const GRAPHQL: Capability = Capability {
    functions: &[function("executeQuery", "iii>i").waiting().outside()],
    ..capability("modus_graphql_client", "GraphQL requests")
};

/// PostgreSQL and MySQL.
pub const SQL: Capability = Capability {
    functions: &[function("executeQuery", "iiii>i").waiting().outside()],
    ..capability("modus_sql_client", "SQL databases")
};

/// Dgraph.
pub const DGRAPH: Capability = Capability {
    functions: &[
        function("alterSchema", "ii>i").waiting().outside(),
        function("dropAllData", "i>i").waiting().outside(),
        function("dropAttribute", "ii>i").waiting().outside(),
        function("executeQuery", "ii>i").waiting().outside(),
    ],
    ..capability("modus_dgraph_client", "Dgraph")
};

/// Neo4j.
pub const NEO4J: Capability = Capability {
    functions: &[function("executeQuery", "iiii>i").waiting().outside()],
    ..capability("modus_neo4j_client", "Neo4j")
};

/// Collections of texts, of apps for Modus 0.13 to 0.17 (`collections` section 4).
pub const COLLECTIONS: Capability = Capability {
    functions: &[
        function("classifyText", "iiii>i").waiting().outside(),
        function("computeDistance", "iiiii>i").waiting().outside(),
        function("delete", "iii>i").waiting().outside(),
        function("dumpTexts", "ii>i").waiting().outside(),
        function("getLabels", "iii>i").waiting().outside(),
        function("getNamespaces", "i>i").waiting().outside(),
        function("getText", "iii>i").waiting().outside(),
        function("getVector", "iiii>i").waiting().outside(),
        function("recomputeIndex", "iii>i").waiting().outside(),
        function("search", "iiiiii>i").waiting().outside(),
        function("searchByVector", "iiiiii>i").waiting().outside(),
        function("upsert", "iiiii>i").waiting().outside(),
    ],
    ..capability("modus_collections", "collections")
};

/// Models.
pub const MODELS: Capability = Capability {
    functions: &[function("getModelInfo", "i>i"), function("invokeModel", "ii>i").waiting().outside()],
    ..capability("modus_models", "models")
};

/// Agents.
pub const AGENTS: Capability = Capability {
    functions: &[
        function("getAgentInfo", "i>i").waiting().outside(),
        function("listAgents", ">i").waiting().outside(),
        function("publishEvent", "iii>").outside(),
        function("sendMessage", "iiiI>i").waiting().outside(),
        function("startAgent", "i>i").waiting().outside(),
        function("stopAgent", "i>i").waiting().outside(),
    ],
    ..planned("modus_agents", "agents")
};

/// One that the runner has, without functions yet.
const fn capability(module: &'static str, subject: &'static str) -> Capability {
    Capability { module, subject, is_fixed: false, is_available: true, functions: &[] }
}

/// One that the runner does not have yet.
const fn planned(module: &'static str, subject: &'static str) -> Capability {
    Capability { is_available: false, ..capability(module, subject) }
}

/// One that is over at once, and that nobody else notices.
const fn function(name: &'static str, letters: &'static str) -> HostFunction {
    HostFunction { name, letters, waits: false, reaches_outside: false }
}

impl Capability {
    /// The function of this name, to be asked for in constants: the compiler then refuses a name that is not in the table.
    ///
    /// # Panics
    /// The table has no such function.
    pub const fn function(&self, name: &str) -> &'static HostFunction {
        let mut index = 0;
        loop {
            assert!(index < self.functions.len(), "the table has no such host function");
            if is_same(self.functions[index].name, name) {
                return &self.functions[index];
            }
            index += 1;
        }
    }
}

impl HostFunction {
    /// The same, with calls that may be put aside.
    const fn waiting(self) -> Self {
        Self { waits: true, ..self }
    }

    /// The same, with calls that others may notice.
    const fn outside(self) -> Self {
        Self { reaches_outside: true, ..self }
    }

    /// Types of the parameters.
    pub fn parameters(&self) -> impl Iterator<Item = CoreType> {
        self.letters.split('>').next().unwrap_or_default().chars().map(core_type)
    }

    /// Types of the results.
    pub fn results(&self) -> impl Iterator<Item = CoreType> {
        self.letters.split('>').nth(1).unwrap_or_default().chars().map(core_type)
    }

    /// The core type.
    pub fn signature(&self) -> Signature {
        Signature { parameters: self.parameters().collect(), results: self.results().collect() }
    }
}

/// The function that an import names, with the capability it belongs to.
pub fn find(module: &str, name: &str) -> Option<(&'static Capability, &'static HostFunction)> {
    let capability = CAPABILITIES.iter().find(|capability| capability.module == module)?;
    let function = capability.functions.iter().find(|function| function.name == name)?;
    Some((capability, function))
}

/// Whether the core types of a module's functions are given: those of WASI and `env`.
pub fn is_fixed(module: &str) -> bool {
    CAPABILITIES.iter().any(|capability| capability.is_fixed && capability.module == module)
}

/// Comparing texts in constants.
const fn is_same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut index = 0;
    while index < left.len() && index < right.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len() && index == right.len()
}

fn core_type(letter: char) -> CoreType {
    match letter {
        'I' => CoreType::I64,
        'f' => CoreType::F32,
        'F' => CoreType::F64,
        _ => CoreType::I32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(module: &str, name: &str, expected: Option<&str>) {
        let found = find(module, name).map(|(_, function)| function.signature().to_string());
        assert_eq!(found.as_deref(), expected, "{module}.{name}");
    }

    #[test]
    fn functions_are_found() {
        check("modus_agents", "sendMessage", Some("(i32, i32, i32, i64) -> (i32)"));
        check("modus_agents", "spawnAgentActor", None);
        check("modus_collections", "upsert", Some("(i32, i32, i32, i32, i32) -> (i32)"));
        check("modus_collections", "insert", None);
        check("env", "Date.now", Some("() -> (f64)"));
        check("env", "memory", None);
        check("wasi_snapshot_preview1", "fd_seek", Some("(i32, i64, i32, i32) -> (i32)"));
        check("wasi_snapshot_preview1", "proc_exit", Some("(i32) -> ()"));
        check("wasi_unstable", "fd_seek", None);
        assert!(is_fixed("env") && !is_fixed("modus_system") && !is_fixed("acme"));
    }

    #[test]
    fn the_table_is_well_formed() {
        let mut modules: Vec<&str> = CAPABILITIES.iter().map(|capability| capability.module).collect();
        modules.sort_unstable();
        assert!(modules.windows(2).all(|pair| pair[0] < pair[1]), "{modules:?}");
        for capability in CAPABILITIES {
            assert!(capability.functions.windows(2).all(|pair| pair[0].name < pair[1].name), "{}", capability.module);
            for function in capability.functions {
                let (name, letters) = (function.name, function.letters);
                assert_eq!(letters.matches('>').count(), 1, "{name}");
                assert!(letters.chars().all(|letter| "iIfF>".contains(letter)), "{name}");
                assert!(function.results().count() <= 1, "{name}");
                assert!(!function.reaches_outside || !capability.is_fixed, "{name}");
            }
        }
    }

    #[test]
    fn constants_find_by_the_whole_name() {
        assert!(is_same("fetch", "fetch") && !is_same("fetch", "fetc") && !is_same("fetc", "fetch"));
        assert!(!is_same("a", "b") && is_same("", ""));
        assert_eq!(HTTP.function("fetch").name, "fetch");
    }
}
