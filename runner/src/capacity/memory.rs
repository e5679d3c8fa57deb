//! How much memory this process may have.

use std::fs;
use std::path::{Path, PathBuf};

/// Part of the memory that guests may have by default, in hundredths: the rest is for everything else, answers that are being
/// written before all.
const PART: u64 = 75;

/// Of so many parts answers may have one by default while they are sent: half of what guests leave.
const PARTS: u64 = 8;

/// Bytes of memory that all guests together may have by default.
pub(crate) fn for_guests() -> u64 {
    of_process().map_or(u64::MAX, |bytes| bytes / 100 * PART)
}

/// Bytes of memory that all answers together may have by default while they are sent.
pub(crate) fn for_answers() -> u64 {
    of_process().map_or(u64::MAX, |bytes| bytes / PARTS)
}

fn of_process() -> Option<u64> {
    of_cgroup(Path::new("/")).into_iter().chain(of_machine()).min()
}

/// The tightest limit of the control group that this process is in, and of those around it. `root` is where the files are
/// looked for.
fn of_cgroup(root: &Path) -> Option<u64> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    groups.lines().filter_map(|line| of_line(root, line)).min()
}

/// A line of `/proc/self/cgroup`: number, controllers, path.
fn of_line(root: &Path, line: &str) -> Option<u64> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (controllers, path) = (parts.next()?, parts.next()?);
    let (mount, file) = match controllers {
        "" => ("sys/fs/cgroup", "memory.max"),
        _ if controllers.split(',').any(|name| name == "memory") => ("sys/fs/cgroup/memory", "memory.limit_in_bytes"),
        _ => return None,
    };
    let mount = root.join(mount);
    let group: PathBuf = mount.join(path.trim_start_matches('/'));
    // In a container the path may be the one outside of it, which is not there: then the limit is at the top.
    let around = group.ancestors().take_while(|folder| folder.starts_with(&mount));
    around.filter_map(|folder| fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()).min()
}

fn of_machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Mappings that a call takes, at most: four of its memory, and for each of its two stacks one and its guard.
const MAPPINGS: u64 = 8;
/// Those of everything else: code, threads, allocations.
const OTHER_MAPPINGS: u64 = 4096;
/// Calls for which every system has enough of them.
const FEW_CALLS: u32 = 4096;

/// As many calls at once as this process can have the mappings for, `calls` at most. A process that runs out of them cannot
/// even allocate memory.
pub(crate) fn mappable(calls: u32) -> u32 {
    if calls <= FEW_CALLS {
        return calls;
    }
    let most = fs::read_to_string("/proc/sys/vm/max_map_count").ok().and_then(|text| text.trim().parse().ok());
    let most =
        most.map_or(calls, |most: u64| u32::try_from(most.saturating_sub(OTHER_MAPPINGS) / MAPPINGS).unwrap_or(calls));
    if most < calls {
        let message = "Fewer calls at once than `max-calls`: the system's `vm.max_map_count` allows no more.";
        tracing::warn!(target: "modus", calls = most, "{message}");
    }
    most.min(calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limit among files with these contents.
    fn check(files: &[(&str, &str)], expected: Option<u64>) {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("room");
            fs::write(path, text).expect("room");
        }
        assert_eq!(of_cgroup(root.path()), expected, "{files:?}");
    }

    #[test]
    fn limits_of_control_groups() {
        let second = ("proc/self/cgroup", "0::/a/b\n");
        check(&[], None);
        check(&[second, ("sys/fs/cgroup/a/b/memory.max", "1000\n")], Some(1000));
        check(&[second, ("sys/fs/cgroup/a/b/memory.max", "max\n")], None);
        check(&[second, ("sys/fs/cgroup/a/b/memory.max", "max\n"), ("sys/fs/cgroup/a/memory.max", "500\n")], Some(500));
        check(&[second, ("sys/fs/cgroup/memory.max", "700\n")], Some(700));
        let first = ("proc/self/cgroup", "4:cpu,cpuacct:/x\n3:memory:/docker/1\n");
        check(&[first, ("sys/fs/cgroup/memory/memory.limit_in_bytes", "900\n")], Some(900));
        check(&[first, ("sys/fs/cgroup/cpu/memory.limit_in_bytes", "900\n")], None);
        check(&[("proc/self/cgroup", "nonsense\n")], None);
    }

    #[test]
    fn a_machine_has_memory() {
        assert!(of_machine().is_some_and(|bytes| bytes > 1 << 20));
        assert!(for_answers() > 1 << 20 && for_guests() > for_answers());
    }
}
