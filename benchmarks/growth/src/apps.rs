//! Apps: sources, guests, artifacts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use abi::language::Language;

use crate::Result;
use crate::sources::{self, Kind};

/// Where everything that is made lies.
const FOLDER: &str = "target/benchmarks/growth";
const MODUSC: &str = "target/release/modusc";
const MANIFEST: &str = r#"{"endpoints": {"default": {"type": "graphql", "path": "/graphql", "auth": "none"}}}"#;

/// An app that has been compiled.
pub(crate) struct App {
    pub(crate) language: Language,
    /// Its size, in the unit of its kind.
    pub(crate) size: usize,
    pub(crate) wasm: PathBuf,
    pub(crate) artifact: PathBuf,
}

/// Generates and builds an app where it is not there yet, and compiles it.
pub(crate) fn build(language: Language, kind: Kind) -> Result<App> {
    let name = kind.name();
    let folder_name = language.name().to_lowercase();
    let folder = Path::new(FOLDER).join(&folder_name).join(&name);
    let source = Path::new(FOLDER).join("sources").join(&folder_name).join(&name);
    sources::write(language, kind, &source)?;
    fs::create_dir_all(&folder)?;
    let (wasm, artifact) = (folder.join("app.wasm"), folder.join("app.cwasm"));
    let status = Command::new("scripts/build-guest.sh").arg(&source).arg(&wasm).stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("{} does not build", source.display()).into());
    }
    fs::write(folder.join("modus.json"), MANIFEST)?;
    let size = match kind {
        Kind::Functions(size) | Kind::Image(size) | Kind::Data(size) => size,
        Kind::Answers => 0,
    };
    let app = App { language, size, wasm, artifact };
    app.compile()?;
    Ok(app)
}

impl App {
    /// Compiles the app; the time from just before the spawn of modusc to its end.
    pub(crate) fn compile(&self) -> Result<Duration> {
        let mut command = Command::new(MODUSC);
        command.arg(&self.wasm).arg("-o").arg(&self.artifact).stdout(Stdio::null()).stderr(Stdio::piped());
        let started = Instant::now();
        let output = command.output()?;
        let elapsed = started.elapsed();
        if !output.status.success() {
            return Err(format!("modusc: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(elapsed)
    }

    /// Bytes of the wasm file and of the artifact.
    pub(crate) fn bytes(&self) -> Result<[u64; 2]> {
        Ok([fs::metadata(&self.wasm)?.len(), fs::metadata(&self.artifact)?.len()])
    }
}
