//! Promise: a real embedding model behind an interface like OpenAI's answers apps of both languages, by a connection of the
//! manifest and in the place of one that Hypermode hosted; texts of like meaning have like vectors.

use serde_json::{Value, json};
use tests::app;
use tests::embedding_model::EmbeddingModel;
use tests::guests::{Apps as _, Language};
use tests::runner::{Options, Runner};
use tests::services::is_left_out;

const TEXTS: [&str; 3] =
    ["A cat sleeps on the sofa.", "A kitten is napping on the couch.", "Interest rates were raised again."];

fn vectors(value: &Value) -> Vec<Vec<f64>> {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

/// What is like has to be closer than what is not: by figures that a random or a constant vector cannot have.
fn check(found: &[Vec<f64>]) {
    assert_eq!(found.len(), TEXTS.len());
    for vector in found {
        let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!(vector.len() == 384 && (length - 1.0).abs() < 1e-3, "{} numbers of length {length}", vector.len());
    }
    let like = |one: usize, other: usize| found[one].iter().zip(&found[other]).map(|(x, y)| x * y).sum::<f64>();
    let (close, far) = (like(0, 1), like(0, 2));
    assert!(close > 0.5 && far < 0.2, "{close} {far}");
}

#[test]
fn semantic_likeness_from_end_to_end() {
    if is_left_out("embeddings") {
        return;
    }
    let model = EmbeddingModel::start();
    let own = json!({"sourceModel": EmbeddingModel::NAME, "connection": "local", "path": "embeddings"});
    let hosted = json!({"sourceModel": "x/y", "provider": "hugging-face", "connection": "hypermode"});
    let manifest = app::open_with(&json!({
        "models": {"embeddings": own, "embedder": own, "minilm": hosted},
        "connections": {"local": {"type": "http", "baseUrl": format!("{}/", model.base_url)}},
    }));
    for (language, guest, field) in [
        (Language::Go, "embeddings", "embed(texts: $texts)"),
        (Language::Go, "embeddings", "embedHosted(texts: $texts)"),
        (Language::AssemblyScript, "host", "embed(v: $texts)"),
    ] {
        let app = app::compile(&language.guest(guest), &manifest.to_string());
        let file = app.artifact.with_file_name("hosted.json");
        let entry = json!({"*": {"baseUrl": model.base_url, "model": EmbeddingModel::NAME}});
        std::fs::write(&file, entry.to_string()).expect("a file");
        let options = Options::arguments(&["--hosted-models", file.to_str().expect("a path")]);
        let runner = Runner::start(&app.artifact, &options);
        let query = format!("query ($texts: [String!]!) {{ found: {field} }}");
        let answer = runner.ask(&query, &json!({"texts": TEXTS}));
        check(&vectors(&answer["data"]["found"]));
    }
}
