//! Models that Hypermode hosted, as the service was or at `MODUS_HYPERMODE_URL` (`models` section 5).

use abi::manifest::{HOSTED_MODELS, HYPERMODE_URL, Model};
use hyper::StatusCode;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::super::HostError;
use super::url;
use crate::environment::Environment;

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
    let address = match (replaced, environment.is_dev(), get("HYPERMODE_MODEL_HOST")) {
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
    use abi::manifest::HYPERMODE;

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
}
