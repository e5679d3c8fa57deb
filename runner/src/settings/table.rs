//! The table of the settings.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use abi::manifest::HOSTED_MODELS;

use super::declare::{setting, settings};
use super::origins::{host, origin};
use super::read::{
    Check, Value as _, address, any, check, interval, list, number, optional, pause, seconds, socket, truth, within,
};
use super::setting::Setting;
use crate::label::label;

/// The variable with names of which a token's `aud` must hold one.
pub(crate) const JWT_AUDIENCE: &str = "MODUS_JWT_AUDIENCE";
/// The variable with names of which a token's `iss` must be one.
pub(crate) const JWT_ISSUER: &str = "MODUS_JWT_ISSUER";

settings! {
    /// What the runner is to serve, and how.
    Arguments "Options" {
        /// The artifact; without one it is in this program itself, else in [`Self::app_path`].
        positional artifact: Option<PathBuf>;
        port: u16 = 8686, "port", ["PORT" within(0..=u16::MAX)],
            "Port to listen on; 0 takes a free one".short('p').variable("PORT");
        host: Option<IpAddr> = None, "host", ["HOST" optional(address)],
            "Address to listen on [default: loopback in development, else every address]";
        admin_address: Option<SocketAddr> = None, "admin-address", ["ADDRESS" optional(socket)],
            "Address and port for /livez, /readyz and /metrics, such as 127.0.0.1:9090, in place of --port";
        guest_memory: Option<u64> = None, "guest-memory", ["MIB" optional(within(1..=u64::MAX >> 20))],
            "MiB of memory that all calls together may have [default: three quarters of what the process may have]",
            GuestMemory: "operations: 503 with `Retry-After: 1`; a guest that is running: its allocation fails";
        answer_memory: Option<u64> = None, "answer-memory", ["MIB" optional(within(1..=u64::MAX >> 20))],
            "MiB of memory that answers of more than 64 KiB may have until their clients have read them, and as much \
             those of other servers [default: an eighth of what the process may have]",
            AnswerMemory: "503 with `Retry-After: 1`; a mutation, which has been carried out by then: an error; a request of \
                           a guest: it fails";
        manifest: Option<PathBuf> = None, "manifest", [path "FILE"], "A modus.json in place of the one in the artifact";
        app_path: Option<PathBuf> = None, "app-path", [path "FOLDER"],
            "Folder of the artifact, a modus.json that replaces the one in it, and the .env files [default for the \
             latter: the folder of the artifact]".or(&["appPath"]);
        refresh: Option<Duration> = None, "refresh", ["TIME" optional(interval)],
            "Time between looks for changed files, such as 500ms; 0 never looks [default: 1s in development, else 0]";
        secrets_dir: Option<PathBuf> = None, "secrets-dir", [path "FOLDER"],
            "Folder with a file for each secret, as Kubernetes mounts them, in place of variables"
            .variable("MODUS_RUNNER_SECRETS_DIR");
        hosted_models: Option<PathBuf> = None, "hosted-models", [path "FILE"],
            "JSON that says which servers stand in for models that Hypermode hosted (docs/models.md)"
            .variable(HOSTED_MODELS);
        // The reference's, which fetches secrets itself.
        use_kubernetes_secret: bool = false, "use-kubernetes-secret", [switch],
            "Secrets come from Kubernetes: wants --secrets-dir".or(&["useKubernetesSecret"]).hidden();
        kubernetes_secret_name: Option<String> = None, "kubernetes-secret-name", ["NAME" optional(any)],
            "Name of the secret: wants --secrets-dir".or(&["kubernetesSecretName"]).hidden();
        state_dir: Option<PathBuf> = None, "state-dir", [path "FOLDER"],
            "Folder for what the runner keeps, such as collections; of this process alone [default: .modus beside the \
             artifact in development, else none]".variable("MODUS_STATE_DIR");
        history: Option<bool> = None, "history", ["BOOL" optional(truth)],
            "Keep a history of calls of models, with their inputs and outputs [default: in development in the state folder; \
             where there is a secret MODUS_DB, in that database]";
        collections_refresh: Duration = Duration::from_secs(10), "collections-refresh", ["SECONDS" pause],
            "Seconds after which a search looks again for what other runners have written to collections in PostgreSQL";
        explorer: bool = false, "explorer", [switch], "Serve the API explorer at /explorer outside development too";
        // What `modusc dev` tells the explorer with.
        build_report: Option<PathBuf> = None, "build-report", [path "FILE"],
            "File that says what became of the app's last build; read in development only".hidden();
        check_config: Check = Check::Not, "check-config", [switch "connect" check],
            "Check everything that can be checked without serving, and end; =connect also tries the databases that the \
             manifest and MODUS_DB name";
        json_logs: bool = false, "json-logs", [switch], "Log JSON lines".or(&["jsonlogs"]);
        open_without_keys: bool = false, "open-without-keys", [switch],
            "Serve endpoints that want bearer tokens to everybody, without claims, where no key is configured at the \
             start".variable("MODUS_RUNNER_OPEN_WITHOUT_KEYS");
        shutdown_delay: Duration = Duration::ZERO, "shutdown-delay", ["SECONDS" pause],
            "Seconds between the end of readiness and the end of listening";
        shutdown_timeout: Duration = Duration::from_secs(5), "shutdown-timeout", ["SECONDS" pause],
            "Seconds that requests under way may take to finish at the end";
        strict_redirects: bool = false, "strict-redirects", [switch],
            "Follow redirects only to URLs that a connection of the manifest allows",
            StrictRedirects: "the request of the guest fails";
        introspection: Option<bool> = None, "introspection", ["BOOL" optional(truth)],
            "Answer introspection queries [default: in development only]";
        suggestions: Option<bool> = None, "suggestions", ["BOOL" optional(truth)],
            "Let messages of refused documents make suggestions [default: in development only]";
        plain_get: Option<bool> = None, "plain-get", ["BOOL" optional(truth)],
            "Answer GET queries without a header that only a CORS preflight allows [default: in development only]";
        verify: bool = false, "verify", [switch], "Check the code against its SHA-256 first";
    }

    /// Who may use the server.
    access: Access "Access" {
        jwt_audience: Option<Vec<String>> = None, "jwt-audience",
            ["NAME" optional(list("a name", |name| Some(name.to_owned())))],
            "What tokens must be for (aud); several with commas between, or one flag for each".variable(JWT_AUDIENCE);
        jwt_issuer: Option<Vec<String>> = None, "jwt-issuer",
            ["NAME" optional(list("a name", |name| Some(name.to_owned())))],
            "Whom tokens must be from (iss); several with commas between, or one flag for each".variable(JWT_ISSUER);
        jwt_leeway: Duration = Duration::from_secs(30), "jwt-leeway", ["SECONDS" pause],
            "Seconds that the clocks of issuers may be apart from this one, for the times in tokens";
        allow_host: Vec<String> = Vec::new(), "allow-host",
            ["NAME" list("a name of a host without a port", host)],
            "Another name of this server: in development, and elsewhere where this is given, requests for others than \
             it, localhost and --host are refused; may be repeated".variable("MODUS_RUNNER_ALLOW_HOST");
        allow_origin: Vec<String> = Vec::new(), "allow-origin",
            ["ORIGIN" list("an origin such as https://app.example, or *", origin)],
            "Pages that may use this server, such as https://app.example, or * for all; may be repeated [default: \
             those on localhost in development, else all]".variable("MODUS_RUNNER_ALLOW_ORIGIN");
    }

    /// What clients and calls may take.
    limits: Limits "Limits" {
        max_body: usize = 1 << 20, "max-body", ["BYTES" number], "Bytes of a request's body", MaxBody: "413";
        // hyper's buffer is never smaller.
        max_header_bytes: usize = 64 << 10, "max-header-bytes", ["BYTES" within(8192..=16 << 20)],
            "Bytes of a request's head", MaxHeaderBytes: "431 (414 for the URL)";
        max_headers: usize = 100, "max-headers", ["N" number], "Header fields of a request", MaxHeaders: "431";
        head_timeout: Duration = Duration::from_secs(10), "head-timeout", ["SECONDS" seconds],
            "Seconds for the head of a request, from its first byte", HeadTimeout: "the connection is closed";
        // Longer than load balancers keep connections for later, most of them 60 s: the request that is on its way when a
        // server closes one is answered 502.
        idle_timeout: Duration = Duration::from_secs(75), "idle-timeout", ["SECONDS" seconds],
            "Seconds without a request on an open connection", IdleTimeout: "the connection is closed";
        body_timeout: Duration = Duration::from_secs(30), "body-timeout", ["SECONDS" seconds],
            "Seconds for the body of a request", BodyTimeout: "408";
        write_timeout: Duration = Duration::from_secs(30), "write-timeout", ["SECONDS" seconds],
            "Seconds in which a client must take some of what it is sent, and what an answer may take besides one for each 16 KiB",
            WriteTimeout: "the connection is closed";
        max_connections: usize = 4096, "max-connections", ["N" within(1..=usize::MAX)],
            "Open connections; more are answered 503, or their probes",
            MaxConnections: "64 more are answered: 503 with `Retry-After: 1`, or their probe; others are closed; a \
                             warning in the log";
        max_tokens: usize = 15_000, "max-tokens", ["N" number], "Tokens of a GraphQL document",
            MaxTokens: "syntax error; also for as many fields of an operation once fragments are spread. Error for twice as \
                        many selections of all operations";
        max_selection_depth: usize = 64, "max-selection-depth", ["N" number],
            "Levels of a document's selections and literals", MaxSelectionDepth: "syntax error";
        max_aliases: usize = 50, "max-aliases", ["N" number], "Aliases in a document", MaxAliases: "error";
        max_root_fields: usize = 100, "max-root-fields", ["N" number],
            "Fields that an operation selects at its root, repetitions included", MaxRootFields: "error";
        max_operation_calls: usize = 50, "max-operation-calls", ["N" number], "Functions that one operation calls",
            MaxOperationCalls: "error";
        max_response: usize = 256 << 20, "max-response", ["BYTES" number], "Bytes of data that a response may have",
            MaxResponse: "error of the field, as beyond 1000 errors";
        max_cached: usize = 32 << 20, "max-cached", ["BYTES" number],
            "Bytes of memory for documents that are kept, persisted queries included",
            MaxCached: "the least recently used are dropped, as beyond 1024 documents; of more than 32 KiB none is kept";
        max_calls: u32 = 256, "max-calls", ["N" within(1..=10_000)], "Calls that may run at once; more wait",
            MaxCalls: "they wait";
        // With the running ones, as many as the reference has at most.
        max_waiting: u32 = 768, "max-waiting", ["N" number],
            "Calls that may wait for their turn; requests beyond are answered 503",
            MaxWaiting: "503 with `Retry-After: 1`";
        max_lookups: usize = 16, "max-lookups", ["N" within(1..=1024)],
            "Names of servers that may be looked up at a time; 16 times as many wait",
            MaxLookups: "the request of the guest fails, in the log and in `runtime_refusals_num`";
        deadline: Duration = Duration::from_secs(300), "deadline", ["SECONDS" seconds],
            "Seconds a call may take, waiting included", Deadline: "error of the field";
        cpu_time: Duration = Duration::from_secs(30), "cpu-time", ["SECONDS" seconds],
            "Seconds of CPU time a call may take: waiting does not count", CpuTime: "error of the field";
        memory_limit: u32 = 128, "memory-limit", ["MIB" within(1..=4096)], "MiB of memory a call may have",
            MemoryLimit: "the guest's allocation fails; with `--bounds explicit` 128 at most";
        max_depth: u32 = abi::guest::Limits::default().depth, "max-depth", ["N" within(1..=256)], "Levels that arguments and results may be nested",
            MaxDepth: "error of the field";
        max_values: u64 = abi::guest::Limits::default().values, "max-values", ["N" number],
            "Values that an argument list, a result or the arguments of a host function may hold",
            MaxValues: "error of the field";
        max_bytes: u64 = abi::guest::Limits::default().bytes, "max-bytes", ["BYTES" number],
            "Bytes of text and binary data that they may hold", MaxBytes: "error of the field";
        // Less than a call has, so that its guest is told and can answer.
        http_timeout: Option<Duration> = None, "http-timeout", ["SECONDS" optional(seconds)],
            "Seconds a request of an app to another server may take (HTTP, GraphQL, models), the wait for its turn, \
             redirects and the answer included [default: four fifths of --deadline]",
            HttpTimeout: "the request fails, and is given up at the server";
        http_requests: usize = 10_000, "http-requests", ["N" within(1..=100_000)],
            "Requests to the servers of one `http` connection that may run at once; more wait",
            HttpRequests: "they wait";
        // As many as there may be calls: nobody is refused unless that is wanted.
        http_waiting: usize = 10_000, "http-waiting", ["N" number],
            "Requests that may wait for their turn at one `http` connection", HttpWaiting: "the request fails";
        http_answer: usize = 64 << 20, "http-answer", ["BYTES" number],
            "Bytes of a server's answer to such a request, compressed and not", HttpAnswer: "the request fails";
        database_timeout: Duration = Duration::from_secs(60), "database-timeout", ["SECONDS" seconds],
            "Seconds an operation on a database may take, the wait for a connection included",
            DatabaseTimeout: "the operation fails, and its connection is closed";
        database_connections: usize = 16, "database-connections", ["N" within(1..=10_000)],
            "Operations on one database that may run at once, each on a connection of its own; more wait",
            DatabaseConnections: "they wait";
        database_waiting: usize = 1024, "database-waiting", ["N" number],
            "Operations that may wait for their turn at one database", DatabaseWaiting: "the operation fails";
        database_answer: usize = 64 << 20, "database-answer", ["BYTES" number],
            "Bytes of a database's answer to one operation", DatabaseAnswer: "the operation fails";
        model_retries: u32 = 2, "model-retries", ["N" within(0..=10)],
            "Times that a model's server is asked again when it refuses a call for now: 429 or 503 with `Retry-After`",
            ModelRetries: "the refusal reaches the guest";
        model_retry_wait: Duration = Duration::from_secs(30), "model-retry-wait", ["SECONDS" seconds],
            "Seconds that a call of a model may wait altogether to be sent again",
            ModelRetryWait: "the refusal reaches the guest";
        history_waiting: usize = 1000, "history-waiting", ["N" number],
            "Records of the history of model calls that may wait to be written, 16 MiB at most",
            HistoryWaiting: "they are dropped, and counted in `runtime_dropped_inferences_num`";
        history_bytes: usize = 64 << 10, "history-bytes", ["BYTES" within(0..=16 << 20)],
            "Bytes of a model's input, and of its output, that the history keeps",
            HistoryBytes: "the rest is left out, and the record says so";
        history_days: Option<u32> = None, "history-days", ["DAYS" optional(within(1..=100_000))],
            "Days that a record of the history is kept [default: 30 in the state folder, for good in PostgreSQL]",
            HistoryDays: "older ones are dropped, about once for a hundred new ones";
        history_records: Option<u64> = None, "history-records", ["N" optional(within(1..=u64::MAX))],
            "Records that the history keeps [default: 100000 in the state folder, all in PostgreSQL]",
            HistoryRecords: "the oldest are dropped, about once for a hundred new ones";
        collections_memory: usize = 2 << 30, "collections-memory", ["BYTES" number],
            "Bytes of memory for vectors of collections, of which those are there that were asked for",
            CollectionsMemory: "what needs more of them fails, and a text that would is not put in";
        state_waiting: usize = 4096, "state-waiting", ["N" within(1..=usize::MAX)],
            "Reads and writes of the runner's own state that may wait, with 256 MiB to be written at most", StateWaiting: "the operation fails";
    }

    /// What a refusal can name: the limits that are settings, and those that are not.
    LimitId "Limits that are not settings" {
        HOST_CALLS: u64 = 1_000_000, "host_calls", "Calls of host functions within one call",
            HostCalls: "error of the field";
        OUTPUT_BYTES: usize = 1 << 20, "output", "Bytes that a call prints and logs",
            Output: "the rest is left out, with a warning";
        TABLE_ENTRIES: usize = 20_000, "table", "Entries of a guest's table of functions",
            Table: "the guest's table does not grow";
        // A bit for each of the variables.
        CONDITIONS: usize = 64, "conditions",
            "Variables in the conditions of an operation, and conditions under which it selects a field",
            Conditions: "error";
        // What tools ask for counts about 2000.
        INTROSPECTED: usize = 10_000, "introspected",
            "Fields that an operation selects of the schema, in fragments each time, and ten times in each list within another",
            Introspected: "error";
        "egress", "Addresses that guests may reach", Egress: "the request of the guest fails";
        "host", "Hosts that requests may name (`--allow-host`)", Host: "403, and now and then a warning in the log";
        "origin", "Pages that may send requests (`--allow-origin`)",
            Origin: "403, and now and then a warning in the log";
        "target", "Requests, which have to say well for whom they are",
            Target: "400, the end of the connection, and now and then a warning in the log";
    }
}
