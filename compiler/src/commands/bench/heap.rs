//! What calls do to their memory, as the runner counts it: collections of garbage, and growth.

use loadgen::client::{Connection, Message};

use crate::room;

/// Where the runner tells what it counts.
const METRICS: &str = "/metrics";
/// Its names: calls, collections, bytes.
const CALLS: &str = "runtime_function_executions_num";
const COLLECTIONS: &str = "runtime_function_collections_num";
const GROWN: &str = "runtime_function_memory_grown_bytes";

/// Counts since the runner began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Counts {
    calls: f64,
    /// `None` for an app whose collector is not known.
    collections: Option<f64>,
    /// Bytes.
    grown: f64,
}

/// What a call does to its memory, on average.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usage {
    /// Collections of garbage; `None` where they cannot be counted.
    pub(super) collections: Option<f64>,
    /// Bytes by which the memory grows.
    pub(super) grown: f64,
}

impl Counts {
    /// Those of a runner; `None` where it does not tell, because it has its metrics elsewhere.
    pub(super) async fn of(connection: &mut Connection) -> Option<Self> {
        let answer = connection.exchange(&Message::get(METRICS)).await.ok()?;
        Self::read(std::str::from_utf8(&answer.body).ok()?)
    }

    fn read(text: &str) -> Option<Self> {
        let number = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse::<f64>().ok())
        };
        Some(Self { calls: number(CALLS)?, collections: number(COLLECTIONS), grown: number(GROWN)? })
    }

    /// What the calls since `earlier` did; `None` where there were none.
    pub(super) fn since(self, earlier: Self) -> Option<Usage> {
        let calls = self.calls - earlier.calls;
        let collections = self.collections.zip(earlier.collections).map(|(now, before)| (now - before) / calls);
        (calls > 0.0).then(|| Usage { collections, grown: (self.grown - earlier.grown) / calls })
    }
}

impl Usage {
    /// What the user should know of an app with so many bytes free, if there is something to know: the end of a sentence.
    pub(super) fn note(self, free: u32) -> Option<String> {
        let collects = self.collections.filter(|collections| *collections > 0.0).map(|collections| match collections {
            ..0.95 => format!("{:.1} % of the calls collect garbage", (collections * 100.0).max(0.1)),
            0.95..1.05 => "each call collects garbage".to_owned(),
            _ => format!("each call collects garbage {collections:.1} times"),
        });
        let grows =
            (self.grown > 0.0).then(|| format!("memory grows by {:.0} KiB a call", (self.grown / 1024.0).ceil()));
        let does = [collects, grows].into_iter().flatten().collect::<Vec<_>>();
        if does.is_empty() {
            return None;
        }
        // Each collection begins when what is free has been used up.
        let helps = match room::larger(free, self.collections.unwrap_or(0.0), self.grown) {
            Some(heap) => {
                format!("more room may make it faster: compile the app with `--heap {heap}` and measure again")
            }
            None => "it has as much room as there can be: allocate less".to_owned(),
        };
        Some(format!("{}, which takes time; {helps}", does.join(", and ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# TYPE runtime_function_executions_num counter\nruntime_function_executions_num 10\n\
                        runtime_function_collections_num 25\nruntime_function_memory_grown_bytes 65536\n";

    #[test]
    fn counts_are_read_and_told_per_call() {
        let now = Counts::read(TEXT).unwrap();
        let before = Counts { calls: 0.0, collections: Some(5.0), grown: 0.0 };
        assert_eq!(now.since(before), Some(Usage { collections: Some(2.0), grown: 6553.6 }));
        assert_eq!(now.since(now), None);
        let unknown = Counts::read(&TEXT.replace("collections", "others")).unwrap();
        assert_eq!(unknown.since(before), Some(Usage { collections: None, grown: 6553.6 }));
        assert_eq!(Counts::read("not found"), None);
    }

    #[test]
    fn notes_say_what_helps() {
        let note = |collections, grown| Usage { collections, grown }.note(room::free(None));
        assert_eq!(note(Some(0.0), 0.0), None);
        assert_eq!(note(None, 0.0), None);
        let twice = note(Some(2.0), 65536.0).unwrap();
        assert!(
            twice.starts_with("each call collects garbage 2.0 times, and memory grows by 64 KiB a call"),
            "{twice}"
        );
        assert!(twice.contains("`--heap 256KiB`"), "{twice}");
        assert!(note(Some(0.25), 0.0).unwrap().starts_with("25.0 % of the calls collect garbage"));
        assert!(note(Some(1.0), 0.0).unwrap().starts_with("each call collects garbage, which"));
    }
}
