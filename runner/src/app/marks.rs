//! Which files changed since they were last looked at.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long after a change a file's times tell of every further one: the coarsest clock of a file system.
const SETTLED: Duration = Duration::from_secs(2);

/// What tells two versions of a file apart: file, length, time of the contents and of the last change whatsoever, in
/// nanoseconds. A file that is not there has no mark.
type Mark = Option<(u64, u64, i128, i128)>;

/// Files, and how they were seen last.
pub(super) struct Marks {
    files: Vec<PathBuf>,
    seen: Vec<Mark>,
    /// When they were first seen so, until their times can be relied on.
    changed: Option<Instant>,
    /// Why they could not be loaded as they are now.
    refused: Option<String>,
}

impl Marks {
    /// Files as they are now.
    pub(super) fn of(files: Vec<PathBuf>) -> Self {
        let seen = look(&files);
        Self { files, seen, changed: None, refused: None }
    }

    /// Whether there is a reason to load the files. Each change is one, once. It is one again where the files were refused
    /// right after the change: one of them may have been half written, and finished within the same tick of the clock that
    /// its times come from.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        let marks = look(&self.files);
        if marks != self.seen {
            (self.seen, self.changed, self.refused) = (marks, Some(now), None);
            return true;
        }
        if self.changed.is_none_or(|changed| now < changed + SETTLED) {
            return false;
        }
        self.changed = None;
        self.refused.is_some()
    }

    /// Remembers why they could not be loaded. Answers whether that is news.
    pub(super) fn refuse(&mut self, reason: &str) -> bool {
        self.refused.replace(reason.to_owned()).is_none_or(|before| before != reason)
    }
}

fn look(files: &[PathBuf]) -> Vec<Mark> {
    let time = |seconds: i64, nanoseconds: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds);
    let mark = |file: Metadata| {
        let (contents, any) = (time(file.mtime(), file.mtime_nsec()), time(file.ctime(), file.ctime_nsec()));
        (file.ino(), file.len(), contents, any)
    };
    files.iter().map(|file| std::fs::metadata(file).ok().map(mark)).collect()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::SystemTime;

    use super::*;

    struct Folder {
        folder: tempfile::TempDir,
        marks: Marks,
        began: Instant,
    }

    impl Folder {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let files = ["app.cwasm", ".env"].map(|name| folder.path().join(name));
            fs::write(&files[0], "one").expect("room");
            Self { folder, marks: Marks::of(files.into()), began: Instant::now() }
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.folder.path().join(name), text).expect("room");
        }

        /// Whether there is a reason to load the files so long after the beginning.
        fn is_due(&mut self, after: u64) -> bool {
            self.marks.is_due(self.began + Duration::from_millis(after))
        }
    }

    #[test]
    fn each_change_is_a_reason_once() {
        let mut folder = Folder::new();
        assert!(!folder.is_due(0));
        folder.write("app.cwasm", "three");
        assert!(folder.is_due(10));
        assert!(!folder.is_due(20));
        folder.write(".env", "A=1");
        assert!(folder.is_due(30));
        fs::remove_file(folder.folder.path().join(".env")).expect("the file");
        assert!(folder.is_due(40));
        assert!(!folder.is_due(50) && !folder.is_due(2_050) && !folder.is_due(9_000));
    }

    #[test]
    fn what_was_refused_is_tried_once_more() {
        let mut folder = Folder::new();
        folder.write("app.cwasm", "half");
        assert!(folder.is_due(10));
        assert!(folder.marks.refuse("damaged"));
        assert!(!folder.is_due(1_000));
        assert!(folder.is_due(2_011));
        assert!(!folder.marks.refuse("damaged"), "it was said");
        assert!(!folder.is_due(3_000) && !folder.is_due(9_000));
        folder.write("app.cwasm", "whole");
        assert!(folder.is_due(9_010));
        assert!(folder.marks.refuse("damaged"), "another file, although the same fault");
    }

    #[test]
    fn the_same_length_and_time_do_not_hide_other_contents() {
        let mut folder = Folder::new();
        let path = folder.folder.path().join("app.cwasm");
        let time = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
        // The clock of file systems ticks each few milliseconds.
        std::thread::sleep(Duration::from_millis(20));
        folder.write("app.cwasm", "two");
        File::options().write(true).open(&path).and_then(|file| file.set_modified(time)).expect("the time is set");
        assert_eq!(fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time"), time);
        assert!(time <= SystemTime::now() && folder.is_due(10));
    }
}
