use std::fs;

use super::*;
use crate::toolchain::TOOLCHAINS;

/// How long a change may take to be noticed.
const PATIENCE: Duration = Duration::from_secs(60);

/// An app that is watched, and what has changed in it.
struct App {
    folder: tempfile::TempDir,
    changes: Changes,
    runtime: tokio::runtime::Runtime,
}

impl App {
    /// With these files.
    fn with(files: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        files.iter().for_each(|file| write(&folder.path().join(file)));
        let changes = Changes::of(folder.path(), TOOLCHAINS[0]).expect("it is watched");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { folder, changes, runtime }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    #[track_caller]
    fn expect(&mut self, file: &str) {
        let next = async { tokio::time::timeout(PATIENCE, self.changes.next()).await };
        assert_eq!(self.runtime.block_on(next).expect("it is noticed"), Some(PathBuf::from(file)));
    }
}

fn write(path: &Path) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, "x").expect("written");
}

#[test]
fn a_folder_that_comes_again_is_watched_again() {
    let mut app = App::with(&["assembly/util/deep/a.ts"]);
    for _ in 0..2 {
        fs::remove_dir_all(app.path("assembly/util")).expect("removed");
        app.expect("assembly/util/deep/a.ts");
        write(&app.path("assembly/util/deep/a.ts"));
        app.expect("assembly/util/deep/a.ts");
        write(&app.path("assembly/util/deep/a.ts"));
        app.expect("assembly/util/deep/a.ts");
    }
}

#[test]
fn a_folder_that_is_moved_is_a_change_with_all_below_it() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    write(&elsewhere.path().join("util/one/two/a.ts"));
    write(&elsewhere.path().join("texts/one/a.txt"));
    let mut app = App::with(&["assembly/index.ts"]);
    let inside = app.path("assembly/util");
    for _ in 0..2 {
        fs::rename(elsewhere.path().join("util"), &inside).expect("moved");
        app.expect("assembly/util/one/two/a.ts");
        write(&inside.join("one/two/a.ts"));
        app.expect("assembly/util/one/two/a.ts");
        fs::rename(&inside, elsewhere.path().join("util")).expect("moved");
        app.expect("assembly/util");
    }
    // One without sources is no change.
    fs::rename(elsewhere.path().join("texts"), app.path("texts")).expect("moved");
    fs::rename(app.path("texts"), elsewhere.path().join("texts")).expect("moved");
    write(&app.path("assembly/index.ts"));
    app.expect("assembly/index.ts");
}

#[test]
fn the_manifest_of_the_app_is_a_source() {
    let mut app = App::with(&["modus.json", "assembly/modus.json", "assembly/index.ts"]);
    write(&app.path("modus.json"));
    app.expect("modus.json");
    write(&app.path("assembly/modus.json"));
    write(&app.path("build/modus.json"));
    write(&app.path("assembly/index.ts"));
    app.expect("assembly/index.ts");
}

#[test]
fn links_are_followed_and_only_the_folder_of_what_is_made_is_left_out() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    write(&elsewhere.path().join("deep/a.ts"));
    let folder = tempfile::tempdir().expect("a folder");
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).expect("linked");
    for file in ["assembly/build/a.ts", "build/a.ts", "assembly/node_modules/a/a.ts", ".git/a.ts"] {
        write(&folder.path().join(file));
    }
    link(elsewhere.path(), "assembly/shared");
    link(elsewhere.path(), "assembly/shared-again");
    // Neither these lead anywhere new.
    link(folder.path(), "assembly/loop");
    link(&folder.path().join("assembly"), "link");
    link(&folder.path().join("build"), "made");
    link(Path::new("/nowhere"), "broken");
    let root = fs::canonicalize(folder.path()).expect("a path");
    let found: Vec<_> =
        watched(&root).into_iter().map(|path| path.strip_prefix(&root).expect("below").to_owned()).collect();
    let shared =
        found.iter().find(|path| path.starts_with("assembly") && path.ends_with("deep")).expect("the linked folder");
    let mut expected = vec!["", "assembly", "assembly/build"].into_iter().map(PathBuf::from).collect::<Vec<_>>();
    expected.extend([shared.parent().expect("the link").to_owned(), shared.clone()]);
    assert_eq!(found, expected);
    assert!(shared.starts_with("assembly/shared") || shared.starts_with("assembly/shared-again"));
}

#[test]
fn a_folder_that_cannot_be_watched_is_passed() {
    let mut app = App::with(&["assembly/index.ts"]);
    write(&app.path("more/a.ts"));
    let (gone, more) = (app.changes.root.join("gone"), app.changes.root.join("more"));
    assert!(!app.changes.watch(&gone).expect("it is passed"));
    assert!(app.changes.watch(&more).expect("it is watched"));
    assert!(!app.changes.folders.contains_key(&gone) && app.changes.folders.contains_key(&more));
}
