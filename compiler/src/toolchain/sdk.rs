//! The AssemblyScript SDK that came with this program, as npm wants it named.

use std::path::Path;

/// The version of the SDK that fits.
macro_rules! version {
    () => {
        "0.18.0"
    };
}

/// Folders above the program's in which the SDK may be: `bin` of an archive, `target/release` of a source tree.
const LEVELS: usize = 4;
/// Where it lies there: packed in an archive, as it is in a source tree.
const PLACES: [&str; 2] = [concat!("share/modusc/modusc-sdk-as-", version!(), ".tgz"), "sdk/assemblyscript"];
/// Where it is otherwise.
pub const PUBLISHED: &str = concat!("npm:@modusc/sdk-as@", version!());

/// The one that came with this program, in its archive or source tree, so that the two fit; else the published one.
pub fn package() -> String {
    let Some(program) = std::env::current_exe().ok() else { return PUBLISHED.to_owned() };
    let above = program.ancestors().skip(1).take(LEVELS);
    let mut places = above.flat_map(|folder| PLACES.map(|place| folder.join(place)));
    places.find(|place| is_sdk(place)).map_or(PUBLISHED.to_owned(), |place| named(&place))
}

/// Whether the SDK is there, packed or not.
fn is_sdk(place: &Path) -> bool {
    place.is_file() || place.join("package.json").is_file()
}

/// A path as npm wants it named.
pub fn named(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    format!("file:{}", absolute.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_of_the_version_that_is_here() {
        let package: serde_json::Value =
            serde_json::from_str(include_str!("../../../sdk/assemblyscript/package.json")).expect("JSON");
        assert_eq!(package["version"], version!());
        assert_eq!(PUBLISHED, format!("npm:@modusc/sdk-as@{}", version!()));
    }
}
