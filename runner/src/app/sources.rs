//! The files that an app is made from.

use std::path::{Path, PathBuf};

use abi::manifest::{FILE_NAME, Manifest, Severity};

use super::StartError;
use crate::cli::Arguments;
use crate::environment::{self, Environment};
use crate::host_functions::HostedModels;
use crate::load::{self, Loaded};

/// The folder of the state, beside the artifact.
const STATE: &str = ".modus";

/// Where the files are.
#[derive(Clone, Debug)]
pub(super) struct Sources {
    /// The artifact.
    pub(super) artifact: PathBuf,
    /// The manifest that has to be there.
    manifest: Option<PathBuf>,
    /// The folder whose manifest counts if there is one.
    folder: Option<PathBuf>,
    /// The folder of the env files.
    env_files: PathBuf,
    /// The folder of the artifact.
    beside: PathBuf,
    /// The folder of the secrets.
    secrets: Option<PathBuf>,
    /// What stands in for hosted models.
    hosted_models: Option<PathBuf>,
}

impl Sources {
    /// The files that the arguments name.
    ///
    /// # Errors
    /// [`StartError::Configuration`] when the arguments do not fit together.
    pub(super) fn of(arguments: &Arguments) -> Result<Self, StartError> {
        if (arguments.use_kubernetes_secret || arguments.kubernetes_secret_name.is_some())
            && arguments.secrets_dir.is_none()
        {
            let text = "secrets are not fetched from Kubernetes; mount the Secret as a folder and name that with \
                        --secrets-dir";
            return Err(StartError::Configuration(text.to_owned()));
        }
        for folder in arguments.app_path.iter().chain(&arguments.secrets_dir) {
            if !folder.is_dir() {
                return Err(StartError::Configuration(format!("{} is not a folder", folder.display())));
            }
        }
        let artifact = match (&arguments.artifact, &arguments.app_path) {
            (Some(artifact), _) => artifact.clone(),
            (None, folder) => match (load::own(), folder) {
                (Some(own), _) => own,
                (None, Some(folder)) => artifact_in(folder)?,
                (None, None) => {
                    let text = "which app? Name an artifact, as in `modus-runner app.cwasm`, or the folder of one with \
                                --app-path";
                    return Err(StartError::Configuration(text.to_owned()));
                }
            },
        };
        let beside = artifact.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Self {
            manifest: arguments.manifest.clone(),
            folder: arguments.app_path.clone(),
            env_files: arguments.app_path.clone().unwrap_or_else(|| beside.to_owned()),
            secrets: arguments.secrets_dir.clone(),
            hosted_models: arguments.hosted_models.clone(),
            beside: beside.to_owned(),
            artifact,
        })
    }

    /// The manifest to use in place of the one in the artifact.
    fn manifest(&self) -> Option<PathBuf> {
        let found = || Some(self.folder.as_ref()?.join(FILE_NAME)).filter(|path| path.exists());
        self.manifest.clone().or_else(found)
    }

    /// Puts the manifest of the arguments into `loaded`.
    ///
    /// # Errors
    /// [`StartError::Manifest`]
    pub(super) fn apply_manifest(&self, loaded: &mut Loaded) -> Result<(), StartError> {
        if let Some(path) = self.manifest() {
            loaded.program.manifest = read_manifest(&path)?;
        }
        Ok(())
    }

    /// The environment as it is now.
    pub(super) fn environment(&self) -> Environment {
        Environment::load(Some(&self.env_files)).secrets_in(self.secrets.as_deref())
    }

    /// What stands in for hosted models, as the file says now.
    ///
    /// # Errors
    /// [`StartError::Configuration`]
    pub(super) fn hosted_models(&self) -> Result<HostedModels, StartError> {
        let read = self.hosted_models.as_deref().map(HostedModels::read).transpose();
        read.map(Option::unwrap_or_default).map_err(StartError::Configuration)
    }

    /// Where the runner's state is: where the arguments say, else beside the artifact in development.
    pub(super) fn state_folder(&self, arguments: &Arguments) -> Option<PathBuf> {
        let is_dev = environment::is_dev(&environment::process_name());
        arguments.state_dir.clone().or_else(|| is_dev.then(|| self.beside.join(STATE)))
    }

    /// Every file whose change makes another app. Secrets are not among them: they are read at each use.
    pub(super) fn files(&self, environment: &str) -> Vec<PathBuf> {
        let manifest = self.manifest.clone().or_else(|| Some(self.folder.as_ref()?.join(FILE_NAME)));
        let mut files = vec![self.artifact.clone()];
        files.extend(manifest);
        files.extend(self.hosted_models.clone());
        files.extend(environment::files(&self.env_files, environment));
        files
    }
}

/// The only artifact in a folder.
fn artifact_in(folder: &Path) -> Result<PathBuf, StartError> {
    let with_extension = |wanted: &str| -> std::io::Result<Vec<PathBuf>> {
        let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == wanted));
        paths.sort();
        Ok(paths)
    };
    let mut artifacts = with_extension("cwasm")?;
    if artifacts.len() > 1 {
        let names: Vec<String> = artifacts.iter().map(|path| path.display().to_string()).collect();
        let names = names.join(", ");
        return Err(StartError::Configuration(format!("one process serves one app; name one of {names}")));
    }
    artifacts.pop().map_or_else(
        || {
            let mut text = format!("there is no artifact (*.cwasm) in {}", folder.display());
            if let Some(wasm) = with_extension("wasm")?.first() {
                text.push_str(&format!(
                    "; make one with: modusc {} -o {}",
                    wasm.display(),
                    wasm.with_extension("cwasm").display()
                ));
            }
            Err(StartError::Configuration(text))
        },
        Ok,
    )
}

fn read_manifest(path: &Path) -> Result<Manifest, StartError> {
    let failed =
        |reason: String| StartError::Manifest(format!("failed to parse manifest: {}: {reason}", path.display()));
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let text = abi::manifest::text(bytes).map_err(|error| failed(error.to_string()))?;
    let (manifest, findings) = abi::manifest::parse(&text);
    let mut errors = Vec::new();
    for finding in findings {
        let text = format!("{}:{}: {}", finding.line, finding.column, finding.message);
        match finding.kind.severity() {
            Severity::Error => errors.push(text),
            Severity::Warning => tracing::warn!(target: "modus", manifest = %path.display(), "{text}"),
            Severity::Note => tracing::info!(target: "modus", manifest = %path.display(), "{text}"),
        }
    }
    manifest.filter(|_| errors.is_empty()).ok_or_else(|| failed(errors.join("; ")))
}
