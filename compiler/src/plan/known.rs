//! The host functions that guests may import (`host-functions` section 1, `wasm-host` section 1).

use abi::plan::Signature;
use abi::types::CoreType;

/// Name and core type; `i` `I` `f` `F` are i32, i64, f32, f64, results follow `>`.
type Entry = (&'static str, &'static str);

/// All host functions by module.
const MODULES: [(&str, &[Entry]); 11] = [
    ("wasi_snapshot_preview1", &WASI),
    ("env", &[("Date.now", ">F"), ("abort", "iiii>"), ("seed", ">F"), ("trace", "iiFFFFF>")]),
    ("modus_system", &[("logMessage", "ii>"), ("getTimeInZone", "i>i"), ("getTimeZoneData", "ii>i")]),
    ("modus_secrets", &[("getSecretValue", "i>i")]),
    ("modus_http_client", &[("fetch", "i>i")]),
    ("modus_graphql_client", &[("executeQuery", "iii>i")]),
    ("modus_sql_client", &[("executeQuery", "iiii>i")]),
    (
        "modus_dgraph_client",
        &[("executeQuery", "ii>i"), ("alterSchema", "ii>i"), ("dropAttribute", "ii>i"), ("dropAllData", "i>i")],
    ),
    ("modus_neo4j_client", &[("executeQuery", "iiii>i")]),
    ("modus_models", &[("getModelInfo", "i>i"), ("invokeModel", "ii>i")]),
    (
        "modus_agents",
        &[
            ("startAgent", "i>i"),
            ("stopAgent", "i>i"),
            ("getAgentInfo", "i>i"),
            ("listAgents", ">i"),
            ("sendMessage", "iiiI>i"),
            ("publishEvent", "iii>"),
        ],
    ),
];

/// WASI preview 1.
const WASI: [Entry; 46] = [
    ("args_get", "ii>i"),
    ("args_sizes_get", "ii>i"),
    ("environ_get", "ii>i"),
    ("environ_sizes_get", "ii>i"),
    ("clock_res_get", "ii>i"),
    ("clock_time_get", "iIi>i"),
    ("fd_advise", "iIIi>i"),
    ("fd_allocate", "iII>i"),
    ("fd_close", "i>i"),
    ("fd_datasync", "i>i"),
    ("fd_fdstat_get", "ii>i"),
    ("fd_fdstat_set_flags", "ii>i"),
    ("fd_fdstat_set_rights", "iII>i"),
    ("fd_filestat_get", "ii>i"),
    ("fd_filestat_set_size", "iI>i"),
    ("fd_filestat_set_times", "iIIi>i"),
    ("fd_pread", "iiiIi>i"),
    ("fd_prestat_get", "ii>i"),
    ("fd_prestat_dir_name", "iii>i"),
    ("fd_pwrite", "iiiIi>i"),
    ("fd_read", "iiii>i"),
    ("fd_readdir", "iiiIi>i"),
    ("fd_renumber", "ii>i"),
    ("fd_seek", "iIii>i"),
    ("fd_sync", "i>i"),
    ("fd_tell", "ii>i"),
    ("fd_write", "iiii>i"),
    ("path_create_directory", "iii>i"),
    ("path_filestat_get", "iiiii>i"),
    ("path_filestat_set_times", "iiiiIIi>i"),
    ("path_link", "iiiiiii>i"),
    ("path_open", "iiiiiIIii>i"),
    ("path_readlink", "iiiiii>i"),
    ("path_remove_directory", "iii>i"),
    ("path_rename", "iiiiii>i"),
    ("path_symlink", "iiiii>i"),
    ("path_unlink_file", "iii>i"),
    ("poll_oneoff", "iiii>i"),
    ("proc_exit", "i>"),
    ("proc_raise", "i>i"),
    ("sched_yield", ">i"),
    ("random_get", "ii>i"),
    ("sock_accept", "iii>i"),
    ("sock_recv", "iiiiii>i"),
    ("sock_send", "iiiii>i"),
    ("sock_shutdown", "ii>i"),
];

/// Whether the host function is described by no metadata: its core type is fixed.
pub(super) fn is_fixed(module: &str) -> bool {
    module == "env" || module == "wasi_snapshot_preview1"
}

/// The core type of a host function as current SDKs import it; `None` for unknown ones.
pub(super) fn signature(module: &str, name: &str) -> Option<Signature> {
    let (_, functions) = MODULES.iter().find(|(known, _)| *known == module)?;
    let (_, text) = functions.iter().find(|(known, _)| *known == name)?;
    let (parameters, results) = text.split_once('>')?;
    Some(Signature { parameters: core_types(parameters), results: core_types(results) })
}

fn core_types(letters: &str) -> Vec<CoreType> {
    letters
        .chars()
        .map(|letter| match letter {
            'I' => CoreType::I64,
            'f' => CoreType::F32,
            'F' => CoreType::F64,
            _ => CoreType::I32,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(module: &str, name: &str, expected: Option<&str>) {
        assert_eq!(signature(module, name).map(|ty| ty.to_string()).as_deref(), expected, "{module}.{name}");
    }

    #[test]
    fn known_functions() {
        check("modus_agents", "sendMessage", Some("(i32, i32, i32, i64) -> (i32)"));
        check("modus_agents", "spawnAgentActor", None);
        check("modus_collections", "upsert", None);
        check("env", "Date.now", Some("() -> (f64)"));
        check("env", "memory", None);
        check("wasi_snapshot_preview1", "fd_seek", Some("(i32, i64, i32, i32) -> (i32)"));
        check("wasi_snapshot_preview1", "proc_exit", Some("(i32) -> ()"));
        check("wasi_unstable", "fd_seek", None);
    }

    #[test]
    fn texts_are_well_formed_and_names_distinct() {
        for (module, functions) in MODULES {
            for (index, (name, text)) in functions.iter().enumerate() {
                assert_eq!(text.matches('>').count(), 1, "{module}.{name}");
                assert!(text.chars().all(|c| "iIfF>".contains(c)), "{module}.{name}");
                assert!(functions[..index].iter().all(|(other, _)| other != name), "{module}.{name}");
            }
        }
    }
}
