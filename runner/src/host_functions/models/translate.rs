//! The interfaces that apps use with models that Hypermode hosted, in the terms of servers that stand in for them
//! (`sdk-surface` section 5.6).

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::super::HostError;
use super::super::json::Members;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interface {
    /// Whatever the guest wrote for the server of its choice. Answers stay as they are.
    Own,
    /// OpenAI's, at this path. Answers stay as they are.
    OpenAi(&'static str),
    /// Vectors of texts: an answer of OpenAI's becomes predictions.
    Embeddings,
    /// Labels of texts: an answer of text-embeddings-inference becomes predictions.
    Classification,
}

/// What is to be sent.
pub(super) struct Translated {
    pub(super) interface: Interface,
    pub(super) body: Vec<u8>,
}

/// Turns what the guest wrote into a request for the model of this name at a stand-in.
pub(super) fn request(input: &str, model: &str, classifies: bool) -> Result<Translated, HostError> {
    let raw: &RawValue =
        serde_json::from_str(input).map_err(|error| format!("the input is not valid JSON: {error}"))?;
    let members = Members::of(raw);
    let written = |body: serde_json::Result<Vec<u8>>| body.map_err(|error| HostError::from(error.to_string()));
    let name = serde_json::value::to_raw_value(model).map_err(|error| error.to_string())?;
    let Some(instances) = members.get("instances") else {
        let paths = [("messages", "chat/completions"), ("input", "embeddings"), ("prompt", "completions")];
        let path = paths.into_iter().find(|(member, _)| members.get(member).is_some());
        let (_, path) = path.ok_or("the input is of no interface that a stand-in for a hosted model has")?;
        let body = written(serde_json::to_vec(&members.with("model", &name)))?;
        return Ok(Translated { interface: Interface::OpenAi(path), body });
    };
    if !classifies {
        let body = written(serde_json::to_vec(&Texts { model, input: instances }))?;
        return Ok(Translated { interface: Interface::Embeddings, body });
    }
    let texts: Vec<&RawValue> = serde_json::from_str(instances.get()).map_err(|error| error.to_string())?;
    let inputs = texts.into_iter().map(|text| [text]).collect();
    let body = written(serde_json::to_vec(&Inputs { inputs, truncate: true }))?;
    Ok(Translated { interface: Interface::Classification, body })
}

#[derive(Serialize)]
struct Texts<'a> {
    model: &'a str,
    input: &'a RawValue,
}

#[derive(Serialize)]
struct Inputs<'a> {
    /// One text each: two would be a pair that is classified together.
    inputs: Vec<[&'a RawValue; 1]>,
    truncate: bool,
}

/// Turns what the stand-in answered into what the guest reads.
pub(super) fn answer(interface: Interface, text: String) -> Result<String, HostError> {
    match interface {
        Interface::Own | Interface::OpenAi(_) => Ok(text),
        Interface::Embeddings => embeddings(&text).map_err(unreadable),
        Interface::Classification => classes(&text).map_err(unreadable),
    }
}

/// What a stand-in answered instead, in the shape that the SDKs know. Servers with an interface like OpenAI's write their
/// errors in several: the error a text, its members beside others, its code a number. Text that is no such error stays.
pub(super) fn failure(interface: Interface, text: String) -> String {
    if interface == Interface::Own {
        return text;
    }
    known_failure(&text).and_then(|failure| serde_json::to_string(&failure).ok()).unwrap_or(text)
}

#[derive(Serialize)]
struct Failure {
    error: FailureMembers,
}

#[derive(Serialize)]
struct FailureMembers {
    message: String,
    r#type: Option<String>,
    param: Option<String>,
    code: Option<String>,
}

fn known_failure(text: &str) -> Option<Failure> {
    let string = |value: &RawValue| serde_json::from_str::<String>(value.get()).ok();
    let all = Members::of(serde_json::from_str(text).ok()?);
    let error = all.get("error");
    let inner = error.map(Members::of).filter(|inner| inner.get("message").is_some());
    let members = inner.as_ref().unwrap_or(&all);
    let said = || ["message", "detail"].iter().find_map(|name| string(members.get(name)?));
    let message = error.and_then(string).or_else(said)?;
    // Numbers as they are written.
    let word = |name: &str| {
        let value = members.get(name)?;
        string(value).or_else(|| value.get().parse::<f64>().ok().map(|_| value.get().to_owned()))
    };
    let (r#type, param, code) = (word("type").or_else(|| word("error_type")), word("param"), word("code"));
    Some(Failure { error: FailureMembers { message, r#type, param, code } })
}

fn unreadable(error: serde_json::Error) -> HostError {
    format!("the answer of the hosted model's stand-in is not as expected: {error}").into()
}

#[derive(Serialize)]
struct Predictions<T> {
    predictions: Vec<T>,
}

#[derive(Deserialize)]
struct Vectors<'a> {
    #[serde(borrow)]
    data: Vec<Vector<'a>>,
}

#[derive(Deserialize)]
struct Vector<'a> {
    #[serde(default)]
    index: u64,
    #[serde(borrow)]
    embedding: &'a RawValue,
}

fn embeddings(text: &str) -> serde_json::Result<String> {
    let mut vectors: Vectors<'_> = serde_json::from_str(text)?;
    // Stable: servers that leave the index out keep the order of the texts.
    vectors.data.sort_by_key(|vector| vector.index);
    let predictions: Vec<&RawValue> = vectors.data.into_iter().map(|vector| vector.embedding).collect();
    serde_json::to_string(&Predictions { predictions })
}

#[derive(Deserialize)]
struct Scored {
    label: String,
    score: f64,
}

#[derive(Serialize)]
struct Prediction {
    label: String,
    confidence: f64,
    probabilities: Vec<Probability>,
}

#[derive(Serialize)]
struct Probability {
    label: String,
    probability: f64,
}

fn classes(text: &str) -> serde_json::Result<String> {
    let all: Vec<Vec<Scored>> = serde_json::from_str(text)?;
    let predictions = all.into_iter().map(|scored| {
        let best = scored.iter().max_by(|a, b| a.score.total_cmp(&b.score));
        let (label, confidence) = best.map_or_else(Default::default, |best| (best.label.clone(), best.score));
        let probability = |each: Scored| Probability { label: each.label, probability: each.score };
        Prediction { label, confidence, probabilities: scored.into_iter().map(probability).collect() }
    });
    serde_json::to_string(&Predictions { predictions: predictions.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(input: &str, classifies: bool) -> Result<(Interface, String), String> {
        let translated = request(input, "m", classifies).map_err(|error| error.message)?;
        Ok((translated.interface, String::from_utf8(translated.body).expect("text")))
    }

    #[test]
    fn requests() {
        let check = |input: &str, classifies: bool, interface: Interface, body: &str| {
            assert_eq!(sent(input, classifies), Ok((interface, body.to_owned())), "{input}");
        };
        let chat = Interface::OpenAi("chat/completions");
        check(r#"{"model":"a/b","messages":[ ],"n":1.50}"#, false, chat, r#"{"model":"m","messages":[ ],"n":1.50}"#);
        check(r#"{"messages":[]}"#, true, chat, r#"{"messages":[],"model":"m"}"#);
        check(r#"{"input":"x","model":""}"#, false, Interface::OpenAi("embeddings"), r#"{"input":"x","model":"m"}"#);
        check(r#"{"prompt":"x"}"#, false, Interface::OpenAi("completions"), r#"{"prompt":"x","model":"m"}"#);
        check(r#"{"instances":["a","b"]}"#, false, Interface::Embeddings, r#"{"model":"m","input":["a","b"]}"#);
        let inputs = r#"{"inputs":[["a"],["b"]],"truncate":true}"#;
        check(r#"{"instances":["a","b"]}"#, true, Interface::Classification, inputs);
        for (input, problem) in [("", "not valid JSON"), ("{}", "no interface"), ("[]", "no interface")] {
            assert!(sent(input, false).is_err_and(|message| message.contains(problem)), "{input}");
        }
        assert!(sent(r#"{"instances":3}"#, true).is_err());
    }

    #[test]
    fn failures() {
        let check = |text: &str, expected: &str| {
            assert_eq!(failure(Interface::Embeddings, text.to_owned()), expected, "{text}");
            assert_eq!(failure(Interface::Own, text.to_owned()), text);
        };
        let expected = r#"{"error":{"message":"no","type":"t","param":null,"code":"404"}}"#;
        check(r#"{"error": {"message": "no", "type": "t", "param": null, "code": 404}}"#, expected);
        check(r#"{"object": "error", "message": "no", "type": "t", "param": null, "code": 404}"#, expected);
        check(r#"{"error": "no", "error_type": "t", "code": "404"}"#, expected);
        let bare = r#"{"error":{"message":"no","type":null,"param":null,"code":null}}"#;
        check(r#"{"error": "no"}"#, bare);
        check(r#"{"detail": "no"}"#, bare);
        for other in ["", "<html>", "[]", "{}", r#"{"error": 3}"#, r#"{"error": {"message": 3}}"#] {
            check(other, other);
        }
    }

    #[test]
    fn answers() {
        let check = |interface: Interface, text: &str, expected: &str| {
            assert_eq!(answer(interface, text.to_owned()).as_deref(), Ok(expected), "{text}");
        };
        check(Interface::OpenAi("chat/completions"), "anything", "anything");
        let vectors = r#"{"data":[{"index":1,"embedding":[2.50]},{"index":0,"embedding":[1e-7]}],"model":"m"}"#;
        check(Interface::Embeddings, vectors, r#"{"predictions":[[1e-7],[2.50]]}"#);
        check(
            Interface::Embeddings,
            r#"{"data":[{"embedding":[1]},{"embedding":[2]}]}"#,
            r#"{"predictions":[[1],[2]]}"#,
        );
        let scored = r#"[[{"label":"a","score":0.25},{"label":"b","score":0.75}],[]]"#;
        let expected = concat!(
            r#"{"predictions":[{"label":"b","confidence":0.75,"probabilities":[{"label":"a","probability":0.25},"#,
            r#"{"label":"b","probability":0.75}]},{"label":"","confidence":0.0,"probabilities":[]}]}"#,
        );
        check(Interface::Classification, scored, expected);
        for interface in [Interface::Embeddings, Interface::Classification] {
            let failed = answer(interface, r#"{"error":"x"}"#.to_owned()).expect_err("another shape");
            assert!(failed.message.contains("is not as expected"), "{}", failed.message);
        }
    }
}
