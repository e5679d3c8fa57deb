//! The certificates that servers are checked with.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";

/// What PEM of a certificate begins with, whatever stands in the line before its last word.
const BEGIN: &[u8] = b"CERTIFICATE-----";

/// Bytes in which the first certificate of a file has to begin.
const MOST: u64 = 1 << 20;

/// What is wrong with the variables that name certificates, a sentence for each. Without those certificates the first
/// request to a server that needs them says only that its issuer is unknown.
pub fn faults() -> Vec<String> {
    faults_of(std::env::var_os(FILE), std::env::var_os(FOLDERS))
}

fn faults_of(file: Option<OsString>, folders: Option<OsString>) -> Vec<String> {
    let sentence = |variable: &str, path: &Path, reason: String| {
        let path = path.display();
        format!(
            "{variable} names \"{path}\", but {reason}: servers that it was to vouch for are refused (UnknownIssuer)"
        )
    };
    let mut faults = Vec::new();
    if let Some(file) = file {
        let path = Path::new(&file);
        faults.extend(fault_of_file(path).map(|reason| sentence(FILE, path, reason)));
    }
    for path in folders.iter().flat_map(std::env::split_paths).filter(|path| !path.as_os_str().is_empty()) {
        faults.extend(fault_of_folder(&path).map(|reason| sentence(FOLDERS, &path, reason)));
    }
    faults
}

fn fault_of_file(path: &Path) -> Option<String> {
    match has_certificate(path) {
        Err(error) => Some(format!("it cannot be read ({error})")),
        Ok(false) => Some("there is no certificate in it (-----BEGIN CERTIFICATE-----)".to_owned()),
        Ok(true) => None,
    }
}

/// Looks for the first one only: the start waits for it.
fn has_certificate(path: &Path) -> std::io::Result<bool> {
    for line in BufReader::new(File::open(path)?.take(MOST)).split(b'\n') {
        if line?.windows(BEGIN.len()).any(|window| window == BEGIN) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fault_of_folder(path: &Path) -> Option<String> {
    match std::fs::read_dir(path).map(|mut entries| entries.next()) {
        Err(error) => Some(format!("it cannot be read ({error})")),
        Ok(None) => Some("there is no file in it".to_owned()),
        Ok(Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_that_are_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).into_os_string();
        let (good, other) = (path("good.pem"), path("other.pem"));
        std::fs::create_dir(path("empty")).expect("a folder");
        assert_eq!(faults_of(None, None), [""; 0]);
        std::fs::write(&good, "-----BEGIN CERTIFICATE-----\n").expect("written");
        std::fs::write(&other, "-----BEGIN PUBLIC KEY-----\n").expect("written");
        assert_eq!(faults_of(Some(good), Some(folder.path().into())), [""; 0]);
        for (file, reason) in [
            (path("missing.pem"), "No such file"),
            (other, "there is no certificate in it"),
            (path("empty"), "Is a directory"),
            (OsString::new(), "No such file"),
        ] {
            let faults = faults_of(Some(file), None);
            assert!(faults.len() == 1 && faults[0].starts_with(FILE) && faults[0].contains(reason), "{faults:?}");
        }
        let folders = std::env::join_paths([path("missing"), path("empty"), folder.path().into()]).expect("no colon");
        let faults = faults_of(None, Some(folders));
        assert!(faults.len() == 2 && faults.iter().all(|fault| fault.starts_with(FOLDERS)), "{faults:?}");
    }
}
