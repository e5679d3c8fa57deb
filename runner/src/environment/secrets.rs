//! Secrets as files in a folder, the way Kubernetes mounts a Secret.

use std::path::Path;

/// Bytes of one secret; Kubernetes allows a Secret no more than this.
const LIMIT: u64 = 1 << 20;

/// The secret of this name. A final line break, which editors add, is not part of it.
pub(super) fn read(folder: &Path, name: &str) -> Option<String> {
    let valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(valid) {
        return None;
    }
    let path = folder.join(name);
    let read = std::fs::metadata(&path).and_then(|metadata| match metadata.is_file() && metadata.len() <= LIMIT {
        true => std::fs::read_to_string(&path),
        false => Err(std::io::Error::other("it is no file of at most 1 MiB")),
    });
    match read {
        Ok(mut text) => {
            let end = text.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text).len());
            text.truncate(end.unwrap_or(text.len()));
            Some(text)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(target: "modus", path = %path.display(), error = %error, "Could not read a secret.");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn files_of_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).expect("a file");
        write("MODUS_APP_KEY", b"k\n");
        write("EMPTY", b"");
        write("TWO", b"a\nb\r\n");
        write("BINARY", b"\xff");
        write(".hidden", b"x");
        let read = |name: &str| read(&folder.path().join("."), name);
        assert_eq!(read("MODUS_APP_KEY").as_deref(), Some("k"));
        assert_eq!(read("EMPTY").as_deref(), Some(""));
        assert_eq!(read("TWO").as_deref(), Some("a\nb"));
        for name in ["BINARY", ".hidden", "..", "", "NONE", "../MODUS_APP_KEY", "./TWO"] {
            assert_eq!(read(name), None, "{name}");
        }
    }
}
