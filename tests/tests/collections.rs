//! Promise: apps of Modus 0.13 to 0.17 keep texts in collections and search them by vectors of their own embedders, which
//! run in sandboxes of their own while the caller waits; texts and vectors outlive the process. So it is with a state folder
//! and with PostgreSQL.

use std::thread;

use serde_json::{Value, json};
use tests::collections::{Place, add, app, distance, find, keys, letters, manifest, texts};
use tests::guests::Language;
use tests::runner::{Options, Runner};

/// Serves each language's app with each kind of store, an empty one.
fn each_language(test: impl Fn(Language, &Runner)) {
    for language in Language::ALL {
        let app = app(language);
        for place in Place::all() {
            test(language, &Runner::start(&app.artifact, &place.options(&[])));
        }
    }
}

fn is_close(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-5)
}

fn in_space(space: &str, keys: &[&str]) -> Vec<(String, String)> {
    keys.iter().map(|key| (space.to_owned(), (*key).to_owned())).collect()
}

const FRUIT: [(&str, &str, &[&str]); 4] = [
    ("apple", "an apple", &["fruit", "red"]),
    ("pear", "a pear", &["fruit"]),
    ("plum", "one plum", &["fruit", "blue"]),
    ("zoo", "zzz ooo", &["animals"]),
];

fn add_fruit(runner: &Runner, namespace: &str) {
    for (key, text, labels) in FRUIT {
        let answer = add(runner, namespace, key, text, labels);
        let expected =
            json!({"collection": "books", "status": "success", "error": "", "operation": "upsert", "keys": [key]});
        assert_eq!(answer["data"]["add"], expected, "{answer}\n{}", runner.log());
    }
}

#[test]
fn texts_are_found_by_their_distance() {
    each_language(|language, runner| {
        add_fruit(runner, "");
        let query = "a ripe apple";
        let answer = find(runner, "letters", query, 3, &[]);
        let mut expected = FRUIT.map(|(key, text, _)| (key, distance(query, text)));
        expected.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let nearest: Vec<&str> = expected[..3].iter().map(|(key, _)| *key).collect();
        assert_eq!(keys(&answer), in_space("", &nearest), "{language:?}: {answer}");
        for (object, (key, distance)) in
            answer["data"]["find"]["objects"].as_array().expect("a list").iter().zip(expected)
        {
            let (_, text, labels) = FRUIT.into_iter().find(|(name, ..)| *name == key).expect("it is there");
            assert_eq!((&object["text"], &object["labels"]), (&json!(text), &json!(labels)), "{language:?}");
            assert!(is_close(&object["distance"], distance) && is_close(&object["score"], 1.0 - distance), "{object}");
        }
        // 64-bit vectors, exact.
        let answer = find(runner, "lengths", "123456", 1, &[]);
        assert!(is_close(&answer["data"]["find"]["objects"][0]["score"], 1.0 + 0.6 * 0.8), "{language:?}: {answer}");
        // Nothing for a limit that is none.
        assert_eq!(keys(&find(runner, "letters", query, 0, &[])), [], "{language:?}");
        assert_eq!(keys(&find(runner, "letters", query, -3, &[])), [], "{language:?}");
    });
}

#[test]
fn texts_are_found_by_vectors() {
    each_language(|language, runner| {
        add_fruit(runner, "");
        let query = r#"query ($vector: [Float!]!) {
            findByVector(collection: "books", method: "letters", vector: $vector, limit: 1, namespaces: []) {
                objects { key distance } } }"#;
        let answer = runner.ask(query, &json!({"vector": letters("zzz ooo")}));
        let found = &answer["data"]["findByVector"]["objects"];
        assert_eq!(found[0]["key"], "zoo", "{language:?}: {answer}");
        assert!(is_close(&found[0]["distance"], 0.0) && found[1].is_null(), "{answer}");
        let answer = runner.ask(query, &json!({"vector": [1.0, 2.0]}));
        assert!(answer["errors"][0].is_object(), "{language:?}: {answer}");
        runner.wait_for_log(|record| {
            record["message"] == "Error searching collection by vector."
                && record["error"] == "can not compute dot product on vectors of different lengths"
        });
    });
}

#[test]
fn namespaces_are_apart() {
    each_language(|language, runner| {
        add_fruit(runner, "");
        add_fruit(runner, "other");
        add(runner, "third", "apple", "nothing of the kind", &[]);
        let answer = runner.query(r#"{ namespaces(collection: "books") }"#);
        assert_eq!(answer["data"]["namespaces"], json!(["", "other", "third"]), "{language:?}: {answer}");
        // The same distance: by namespace, then by key.
        let answer = find(runner, "letters", "an apple", 3, &["other", "", "other"]);
        let mut expected = in_space("", &["apple"]);
        expected.extend(in_space("other", &["apple"]));
        assert_eq!(keys(&answer)[..2], expected, "{language:?}: {answer}");
        let answer = runner
            .query(r#"mutation { remove(collection: "books", namespace: "other", key: "apple") { operation keys } }"#);
        assert_eq!(
            answer["data"]["remove"],
            json!({"operation": "delete", "keys": ["apple"]}),
            "{language:?}: {answer}"
        );
        assert_eq!(texts(runner, "other").map(|texts| texts.len()), Ok(3), "{language:?}");
        assert_eq!(texts(runner, "").map(|texts| texts.len()), Ok(4), "{language:?}");
        assert!(!keys(&find(runner, "letters", "an apple", 9, &["other"])).contains(&("other".into(), "apple".into())));
        // One that is not there is no error, and the last text leaves its namespace.
        for _ in 0..2 {
            let answer = runner
                .query(r#"mutation { remove(collection: "books", namespace: "third", key: "apple") { status } }"#);
            assert_eq!(answer["data"]["remove"]["status"], "success", "{language:?}: {answer}");
        }
        assert_eq!(texts(runner, "third"), Ok(Vec::new()), "{language:?}");
    });
}

#[test]
fn texts_labels_vectors_and_distances_are_read() {
    each_language(|language, runner| {
        add_fruit(runner, "n");
        let all = FRUIT.map(|(key, text, _)| (key.to_owned(), text.to_owned()));
        assert_eq!(texts(runner, "n"), Ok(all.to_vec()), "{language:?}");
        let query = r#"query ($key: String!) {
            text(collection: "books", namespace: "n", key: $key)
            labels(collection: "books", namespace: "n", key: $key)
            vector(collection: "books", namespace: "n", method: "letters", key: $key)
        }"#;
        let answer = runner.ask(query, &json!({"key": "apple"}));
        let data = &answer["data"];
        assert_eq!(
            (&data["text"], &data["labels"]),
            (&json!("an apple"), &json!(["fruit", "red"])),
            "{language:?}: {answer}"
        );
        let vector = data["vector"].as_array().expect("a list");
        assert!(vector.len() == 26 && vector.iter().zip(letters("an apple")).all(|(one, other)| is_close(one, other)));
        let none = json!({"text": "", "labels": [], "vector": []});
        assert_eq!(runner.ask(query, &json!({"key": "none"}))["data"], none, "{language:?}");
        let query = r#"query ($other: String!) {
            distance(collection: "books", namespace: "n", method: "letters", one: "apple", other: $other) {
                namespace key text labels distance score } }"#;
        let answer = runner.ask(query, &json!({"other": "pear"}));
        let found = &answer["data"]["distance"];
        let expected = distance("an apple", "a pear");
        assert!(
            is_close(&found["distance"], expected) && is_close(&found["score"], 1.0 - expected),
            "{language:?}: {answer}"
        );
        assert_eq!((&found["namespace"], &found["key"], &found["labels"]), (&json!("n"), &json!(""), &json!([])));
        runner.ask(query, &json!({"other": "none"}));
        runner.wait_for_log(|record| {
            record["message"] == "Error computing distance." && record["error"] == "vector for key none not found"
        });
    });
}

#[test]
fn texts_are_put_in_together_and_in_place_of_others() {
    each_language(|language, runner| {
        let mutation = r#"mutation ($keys: [String!]!, $texts: [String!]!, $labels: [[String!]!]!) {
            addAll(collection: "books", namespace: "", keys: $keys, texts: $texts, labels: $labels) { keys } }"#;
        let many: Vec<String> =
            (0..100).map(|number| format!("{} {number}", "abcdefghij".repeat(number % 7 + 1))).collect();
        let names: Vec<String> = (0..100).map(|number| format!("key {number:02}")).collect();
        let answer = runner.ask(mutation, &json!({"keys": names, "texts": many, "labels": []}));
        assert_eq!(answer["data"]["addAll"]["keys"], json!(names), "{language:?}: {answer}");
        // Each has the vector of its own text.
        let text = "qqq";
        runner
            .ask(mutation, &json!({"keys": ["key 50", "new"], "texts": [text, "xyz"], "labels": [["a"], ["b", "c"]]}));
        assert_eq!(keys(&find(runner, "letters", text, 1, &[])), in_space("", &["key 50"]), "{language:?}");
        assert_eq!(keys(&find(runner, "letters", "zyx", 1, &[])), in_space("", &["new"]), "{language:?}");
        let stored = texts(runner, "").expect("they are read");
        assert_eq!((stored.len(), stored[50].1.as_str()), (101, text), "{language:?}");
        // Without keys each gets a new one.
        let answer = runner.ask(mutation, &json!({"keys": [], "texts": ["one", "two"], "labels": []}));
        let made = answer["data"]["addAll"]["keys"].as_array().expect("a list").clone();
        assert!(made.len() == 2 && made.iter().all(|key| key.as_str().is_some_and(|key| key.len() == 36)), "{answer}");
        for (keys, labels, reason) in [
            (json!(["a"]), json!([]), "keys and texts must have the same length"),
            (json!(["a", "b"]), json!([["l"]]), "mismatch in number of labels and texts: 1 != 2"),
        ] {
            let answer = runner.ask(mutation, &json!({"keys": keys, "texts": ["x", "y"], "labels": labels}));
            assert!(answer["errors"][0].is_object(), "{language:?}: {answer}");
            runner.wait_for_log(|record| {
                record["error"] == reason && record["message"] == "Error upserting to collection."
            });
        }
    });
}

#[test]
fn texts_are_classified_by_their_neighbours() {
    each_language(|language, runner| {
        let mutation = r#"mutation ($keys: [String!]!, $texts: [String!]!, $labels: [[String!]!]!) {
            addAll(collection: "books", namespace: "", keys: $keys, texts: $texts, labels: $labels) { keys } }"#;
        // 100 texts: the nearest four count.
        let near = ["aaab", "aaac", "aaad", "aaae"];
        let labels = [json!(["x"]), json!(["x", "y"]), json!(["x"]), json!([])];
        let far = (0..96).map(|number| (format!("far {number:02}"), "zzzzyyyy".to_owned(), json!(["z"])));
        let all: Vec<_> = near
            .iter()
            .zip(labels)
            .map(|(text, labels)| (text.to_string(), text.to_string(), labels))
            .chain(far)
            .collect();
        let column = |pick: fn(&(String, String, Value)) -> Value| all.iter().map(pick).collect::<Vec<_>>();
        let variables = json!({
            "keys": column(|(key, ..)| json!(key)), "texts": column(|(_, text, _)| json!(text)), "labels": column(|(.., labels)| labels.clone()),
        });
        runner.ask(mutation, &variables);
        let query = r#"{ classify(collection: "books", namespace: "", method: "letters", text: "aaa") {
            collection status searchMethod labelsResult { label confidence } cluster { key labels distance score } } }"#;
        let answer = runner.query(query);
        let found = &answer["data"]["classify"];
        let cluster = found["cluster"].as_array().unwrap_or_else(|| panic!("{language:?}: {answer}"));
        let keys: Vec<&str> = cluster.iter().filter_map(|member| member["key"].as_str()).collect();
        assert_eq!(keys, near, "{language:?}: {answer}");
        assert_eq!(
            found["labelsResult"],
            json!([{"label": "x", "confidence": 0.75}, {"label": "y", "confidence": 0.25}])
        );
        assert!(cluster.iter().all(|member| is_close(&member["distance"], distance("aaa", "aaab"))), "{answer}");
    });
}

#[test]
fn failures_name_what_is_missing_and_leave_nothing_behind() {
    each_language(|language, runner| {
        add_fruit(runner, "");
        let fails = |query: &str, message: &str, reason: &str| {
            let answer = runner.query(query);
            runner.wait_for_log(|record| {
                record["message"] == message && record["error"].as_str().is_some_and(|error| error.contains(reason))
            });
            answer
        };
        let found = "{ objects { key } }";
        let (search, put) = ("Error searching collection.", "Error upserting to collection.");
        let find = |collection: &str, method: &str, text: &str, spaces: &str| {
            format!(
                r#"{{ find(collection: "{collection}", method: "{method}", text: "{text}", limit: 1, namespaces: {spaces}) {found} }}"#
            )
        };
        fails(&find("none", "letters", "a", "[]"), search, "collection none not found");
        fails(&find("books", "none", "a", "[]"), search, "search method none not found");
        fails(&find("books", "letters", "a", r#"["", "none"]"#), search, "namespace none not found");
        fails(&find("books", "letters", "LEFT OUT", "[]"), search, "no embeddings generated by embedder embed");
        fails(&find("books", "letters", "NO VECTOR", "[]"), search, "embedder embed failed");
        fails(&find("books", "letters", "WITHIN", "[]"), search, "asked for by an embedder");
        let add = |text: &str| {
            let arguments = format!(r#"collection: "books", namespace: "", key: "bad", text: "{text}", labels: []"#);
            format!("mutation {{ add({arguments}) {{ keys }} }}")
        };
        let answer = fails(&add("LEFT OUT"), put, "mismatch in number of embeddings generated by embedder embed");
        assert!(answer["errors"][0].is_object(), "{language:?}: {answer}");
        fails(&add("NO VECTOR"), put, "there is no vector of this");
        let record = runner.wait_for_log(|record| record["message"] == put);
        assert_eq!(record["detail"], "Collection: books, Namespace: , Keys: [bad]", "{language:?}");
        assert_eq!(texts(runner, "").map(|texts| texts.len()), Ok(4), "{language:?}");
    });
}

/// Serves with this manifest in place of the one that was compiled.
fn serve_with(app: &tests::app::App, place: &Place, manifest: &Value) -> Runner {
    let file = app.artifact.with_file_name("modus.json");
    std::fs::write(&file, manifest.to_string()).expect("a file");
    Runner::start(&app.artifact, &place.options(&["--manifest", file.to_str().expect("text")]))
}

#[test]
fn a_new_process_has_what_the_old_one_had_and_new_methods_get_vectors() {
    for language in Language::ALL {
        let app = app(language);
        for place in Place::all() {
            let mut runner = serve_with(&app, &place, &manifest());
            add_fruit(&runner, "");
            let before = find(&runner, "letters", "an apple", 4, &[]);
            assert_eq!(runner.signal("TERM"), Some(0), "{language:?}");
            let mut more = manifest();
            let methods = &mut more["collections"]["books"]["searchMethods"];
            methods["more"] = json!({"embedder": "embed", "index": {"type": "hnsw"}});
            methods["odd"] = json!({"embedder": "embed", "index": {"type": "tree"}});
            methods["letters"]["embedder"] = json!("embedLengths");
            let runner = serve_with(&app, &place, &more);
            assert_eq!(
                find(&runner, "more", "an apple", 4, &[])["data"]["find"]["objects"],
                before["data"]["find"]["objects"]
            );
            find(&runner, "odd", "an apple", 4, &[]);
            runner.wait_for_log(|record| record["error"] == "unknown index type: tree");
            // Vectors stay as they were made, until they are made anew.
            find(&runner, "letters", "an apple", 4, &[]);
            runner.wait_for_log(|record| {
                record["error"].as_str().is_some_and(|error| error.contains("different lengths"))
            });
            let query = r#"mutation { updateVectors(collection: "books", namespace: "", method: "letters") {
                collection status error operation searchMethod } }"#;
            let expected = json!({
                "collection": "books", "status": "success", "error": "", "operation": "recompute",
                "searchMethod": "letters",
            });
            let answer = runner.query(query);
            assert_eq!(answer["data"]["updateVectors"], expected, "{language:?}: {answer}");
            runner.wait_for_log(|record| record["message"] == "Completed recomputing index for collection.");
            assert_eq!(keys(&find(&runner, "letters", "12345678", 4, &[])).len(), 4, "{language:?}");
        }
    }
}

/// Embedders run beside the calls that wait for them: where all slots are taken by those, nothing hangs.
#[test]
fn callers_that_take_all_slots_are_all_answered() {
    for language in Language::ALL {
        let app = app(language);
        for place in Place::all() {
            let runner = Runner::start(&app.artifact, &place.options(&["--max-calls", "2"]));
            add_fruit(&runner, "");
            thread::scope(|scope| {
                let ask = |number: usize| {
                    let runner = &runner;
                    scope.spawn(move || {
                        let text = format!("an apple {}", "a".repeat(number));
                        assert_eq!(keys(&find(runner, "letters", &text, 4, &[])).len(), 4);
                    })
                };
                let asked: Vec<_> = (0..24).map(ask).collect();
                asked.into_iter().for_each(|asked| asked.join().expect("it is answered"));
            });
        }
    }
}

/// What does not fit into the memory for vectors is refused by name; what is kept stays readable.
#[test]
fn vectors_take_no_more_memory_than_they_may() {
    let app = app(Language::Go);
    let refused = |runner: &Runner, message: &str| {
        runner.wait_for_log(|record| {
            let error = record["error"].as_str().unwrap_or_default();
            record["message"] == message && error.contains("(limit `collections-memory`)")
        });
    };
    for place in Place::all() {
        // Room for some texts with 26 numbers each.
        let mut runner = Runner::start(&app.artifact, &place.options(&["--collections-memory", "4000"]));
        assert_eq!(keys(&find(&runner, "letters", "a", 9, &[])), []);
        let put =
            |key: usize| add(&runner, "", &format!("{key}"), "an apple", &[])["data"]["add"]["status"] == "success";
        let fit = (0..100).take_while(|key| put(*key)).count();
        assert!((5..20).contains(&fit), "{fit}");
        refused(&runner, "Error upserting to collection.");
        assert_eq!(keys(&find(&runner, "letters", "a", 100, &[])).len(), fit);
        assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(fit));
        let metrics = runner.get("/metrics").1;
        assert!(metrics.contains("runtime_refusals_num{reason=\"collections-memory\"} 1\n"), "{metrics}");
        // Another vector in place of one takes no more; one that goes makes room.
        assert!(put(0) && !put(fit));
        runner.query(r#"mutation { remove(collection: "books", namespace: "", key: "0") { status } }"#);
        assert!(put(fit));
        assert_eq!(runner.signal("TERM"), Some(0));

        // With less, they cannot be searched, but read.
        let runner = Runner::start(&app.artifact, &place.options(&["--collections-memory", "1000"]));
        assert!(find(&runner, "letters", "a", 9, &[])["errors"][0].is_object());
        refused(&runner, "Error searching collection.");
        assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(fit));
    }
}

/// What is read for one answer is bounded, in however many calls it was put in.
#[test]
fn answers_are_no_larger_than_they_may_be() {
    let app = app(Language::Go);
    for place in Place::all() {
        let runner = Runner::start(&app.artifact, &place.options(&["--database-answer", "4000"]));
        let refused = |answer: &Value, message: &str, count: usize| {
            assert!(answer["errors"][0].is_object(), "{answer}");
            runner.wait_for_log(|record| {
                let error = record["error"].as_str().unwrap_or_default();
                record["message"] == message && error.contains("(limit `database-answer`)")
            });
            let metrics = runner.get("/metrics").1;
            assert!(
                metrics.contains(&format!("runtime_refusals_num{{reason=\"database-answer\"}} {count}\n")),
                "{metrics}"
            );
        };
        // Room for two of them.
        let text = "apple ".repeat(250);
        for (namespace, key) in [("", "a"), ("", "b"), ("other", "c")] {
            assert_eq!(add(&runner, namespace, key, &text, &["l"])["data"]["add"]["status"], "success");
        }
        assert_eq!(keys(&find(&runner, "letters", "apple", 100, &[])).len(), 2);
        assert_eq!(texts(&runner, "").map(|texts| texts.len()), Ok(2));
        let search = "Error searching collection.";
        refused(&find(&runner, "letters", "apple", 100, &["", "other"]), search, 1);
        assert_eq!(keys(&find(&runner, "letters", "apple", 2, &["", "other"])).len(), 2);
        assert_eq!(add(&runner, "", "d", &text, &[])["data"]["add"]["status"], "success");
        refused(&find(&runner, "letters", "apple", i32::MAX, &[]), search, 2);
        refused(&texts(&runner, "").expect_err("they are too large"), "Error dumping texts from collection.", 3);
        let long = ["x", "y", "z"].map(|name| name.repeat(1300));
        assert!(long.iter().all(|name| add(&runner, name, "k", "t", &[])["data"]["add"]["status"] == "success"));
        let names = runner.query(r#"{ namespaces(collection: "books") }"#);
        refused(&names, "Error getting namespaces from collection.", 4);
    }
}

#[test]
fn without_a_state_folder_the_log_says_what_to_set() {
    let language = Language::AssemblyScript;
    let app = app(language);
    let runner = Runner::start(&app.artifact, &Options::default());
    let answer = add(&runner, "", "a", "text", &[]);
    assert!(answer["errors"][0].is_object() && !answer.to_string().contains("state-dir"), "{answer}");
    runner.wait_for_log(|record| record["error"].as_str().is_some_and(|error| error.contains("--state-dir")));
    assert_eq!(runner.query("{ ping }"), json!({"data": {"ping": "pong"}}));
}

/// Embedders are of no use to clients.
#[test]
fn embedders_are_not_in_the_schema() {
    for language in Language::ALL {
        let sdl = tests::app::sdl(&app(language));
        assert!(!sdl.contains("embed") && sdl.contains("findByVector"), "{language:?}: {sdl}");
    }
}
