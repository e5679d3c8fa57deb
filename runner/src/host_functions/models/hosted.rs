//! Models that Hypermode hosted, as the service was or at `MODUS_HYPERMODE_URL` (`models` section 5).

use abi::manifest::{HOSTED_MODELS, HYPERMODE, HYPERMODE_URL, Manifest, Model};
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::super::HostError;
use super::{HostedModels, url};
use crate::environment::Environment;

/// The domain of a cluster that serves them, outside development.
const MODEL_HOST: &str = "HYPERMODE_MODEL_HOST";

/// Address and headers for Hypermode's own models. `MODUS_HYPERMODE_URL` takes the place of the service: `{model}` and
/// `{sourceModel}` in it are replaced, without either the source model's name is appended.
pub(super) fn hosted(environment: &Environment, name: &str, model: &Model) -> Result<(Url, HeaderMap), HostError> {
    let get = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let (name, source) = (name.to_lowercase(), model.source_model.to_lowercase());
    let replaced = get(HYPERMODE_URL).map(|base| {
        if base.contains("{model}") || base.contains("{sourceModel}") {
            base.replace("{model}", &name).replace("{sourceModel}", &source)
        } else {
            format!("{}/{source}", base.trim_end_matches('/'))
        }
    });
    let mut headers = HeaderMap::new();
    let credentials = get("HYP_API_KEY").zip(get("HYP_WORKSPACE_ID"));
    if environment.is_dev() {
        match &credentials {
            Some((key, workspace)) => {
                let invalid = |_| HostError::from("local authentication failed");
                headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {key}")).map_err(invalid)?);
                let workspace = HeaderValue::try_from(workspace).map_err(invalid)?;
                headers.insert(HeaderName::from_static("hyp-workspace-id"), workspace);
            }
            None if replaced.is_some() => {}
            None => return Err(gone("local authentication failed").into()),
        }
    }
    let address = match (replaced, environment.is_dev(), get(MODEL_HOST)) {
        (Some(url), ..) => url,
        (None, true, _) => format!("https://models.hypermode.host/{source}"),
        (None, false, Some(host)) => format!("http://{name}.{host}/{name}:predict"),
        (None, false, None) => return Err(gone("hypermode hosted models are not available in this environment").into()),
    };
    Ok((url(&address)?, headers))
}

/// What failed, and what there is to be done about models that Hypermode hosted.
pub(super) fn gone(problem: &str) -> String {
    format!(
        "{problem}: Hypermode no longer hosts models; say with --hosted-models (or {HOSTED_MODELS}) what stands in for them, or \
         give the model a connection of type `http` in the manifest"
    )
}

/// What is to be set for the models of a manifest that nothing stands in for.
pub(super) fn unserved(environment: &Environment, manifest: &Manifest, stand_ins: &HostedModels) -> Option<String> {
    let is_set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
    if is_set(HYPERMODE_URL) || !environment.is_dev() && is_set(MODEL_HOST) {
        return None;
    }
    let models = manifest.models.iter().filter(|(_, model)| model.connection == HYPERMODE);
    let unserved = models.map(|(name, _)| name).filter(|name| stand_ins.find(name).is_none());
    let names: Vec<_> = unserved.map(|name| format!("[{name}]")).collect();
    let problem = || format!("models of the connection [{HYPERMODE}] that nothing stands in for: {}", names.join(", "));
    (!names.is_empty()).then(|| gone(&problem()))
}

/// What the service's own failures are called.
pub(super) fn special(model: &Model, dev: bool, status: StatusCode) -> Option<String> {
    Some(match status {
        StatusCode::UNAUTHORIZED => {
            "invalid or expired API key. Please use `hyp login` to create a new API key".to_owned()
        }
        StatusCode::FORBIDDEN => "API key is disabled or usage limit exceeded".to_owned(),
        StatusCode::TOO_MANY_REQUESTS => "rate limit exceeded".to_owned(),
        StatusCode::NOT_FOUND if dev => {
            format!("model {} is not available in the local dev environment", model.source_model)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the environment is, the error says what to do.
    #[test]
    fn hosted_models_without_a_server() {
        let model = Model { connection: HYPERMODE.to_owned(), source_model: "A/b".to_owned(), ..Default::default() };
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            hosted(&Environment::new(variables, None), "M", &model).map(|(url, _)| url.to_string())
        };
        let remedies = ["--hosted-models", HOSTED_MODELS, "a connection of type `http`"];
        for (variables, problem) in [
            (&[("MODUS_ENV", "dev")][..], "local authentication failed: "),
            (&[("MODUS_ENV", "dev"), (HYPERMODE_URL, "")], "local authentication failed: "),
            (&[], "hypermode hosted models are not available in this environment: "),
        ] {
            let message = of(variables).unwrap_err().message;
            assert!(message.starts_with(problem) && remedies.iter().all(|part| message.contains(part)), "{message}");
        }
        assert_eq!(of(&[(HYPERMODE_URL, "http://h/v1/")]), Ok("http://h/v1/a/b".to_owned()));
        assert_eq!(of(&[("MODUS_ENV", "dev"), (HYPERMODE_URL, "http://h/{model}")]), Ok("http://h/m".to_owned()));
    }

    #[test]
    fn models_that_nothing_stands_in_for_are_named() {
        let of = |connection: &str| Model { connection: connection.to_owned(), ..Default::default() };
        let models = [("b", HYPERMODE), ("a", HYPERMODE), ("c", "other")];
        let models = models.into_iter().map(|(name, connection)| (name.to_owned(), of(connection))).collect();
        let manifest = Manifest { models, ..Default::default() };
        let with = |variables: &[(&str, &str)], stand_ins: &str| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let stand_ins = HostedModels::parse(stand_ins).expect("stand-ins");
            unserved(&Environment::new(variables, None), &manifest, &stand_ins)
        };
        let entry = r#"{"baseUrl": "http://h/v1"}"#;
        for (variables, stand_ins, named) in [
            (&[][..], "{}".to_owned(), "[a], [b]:"),
            (&[(HYPERMODE_URL, "")], format!(r#"{{"a": {entry}}}"#), ": [b]:"),
            (&[("MODUS_ENV", "dev"), (MODEL_HOST, "h")], format!(r#"{{"b": {entry}}}"#), ": [a]:"),
        ] {
            let fault = with(variables, &stand_ins).expect(named);
            assert!(fault.contains(named) && fault.contains("--hosted-models"), "{fault}");
        }
        assert_eq!(with(&[], &format!(r#"{{"*": {entry}}}"#)), None);
        assert_eq!(with(&[(HYPERMODE_URL, "http://h")], "{}"), None);
        assert_eq!(with(&[(MODEL_HOST, "h")], "{}"), None);
    }
}
