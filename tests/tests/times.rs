//! Promise: points in time and durations cross the boundary to the last digit the guest's type has, wherever they are,
//! and are written in UTC however they were made.

use serde_json::{Value, json};
use tests::guests::Language::{self, AssemblyScript, Go};
use tests::typed::{Typed, both_ways};

const NOW: &str = "2025-03-01T12:00:00.123456789Z";
const ZERO: &str = "0001-01-01T00:00:00Z";
const MILLIS: &str = "2025-03-01T12:00:00.5Z";
const EPOCH: &str = "1970-01-01T00:00:00Z";

/// Name of the function that answers a timestamp as it was given.
fn echo(language: Language) -> &'static str {
    if language == Go { "echoTime" } else { "echoDate" }
}

#[test]
fn instants_everywhere() {
    let others = vec![json!(ZERO), json!("1969-07-20T20:17:40.000000001Z"), json!("9999-12-31T23:59:59.999999999Z")];
    let nullable = [others.clone(), vec![Value::Null]].concat();
    let dates = vec![json!(EPOCH), json!("1969-12-31T23:59:59.999Z"), json!("0001-01-01T00:00:00Z")];
    let nullable_dates = [dates.clone(), vec![Value::Null]].concat();
    both_ways(&[
        ("", "Time", json!(NOW), others),
        ("", "TimePointer", json!(NOW), nullable),
        (
            "",
            "Times",
            json!([NOW, ZERO, "1969-07-20T20:17:40.000000001Z"]),
            vec![json!([]), json!([ZERO, NOW]), Value::Null],
        ),
        ("", "TimeArray", json!([NOW, ZERO]), vec![json!([ZERO, NOW])]),
        ("", "TimePointers", json!([null, NOW]), vec![json!([]), json!([NOW, null])]),
        ("Date", "", json!(MILLIS), dates),
        ("NullableDate", "", json!(MILLIS), nullable_dates),
        ("PlainDate", "", json!(MILLIS), vec![json!(EPOCH)]),
        ("ArrayDate", "", json!([MILLIS, "1969-12-31T23:59:59.999Z"]), vec![json!([]), json!([MILLIS])]),
        ("ArrayNullableDate", "", json!([null, EPOCH]), vec![json!([EPOCH, null]), json!([])]),
        ("StaticArrayDate", "", json!([EPOCH]), vec![json!([MILLIS]), json!([])]),
    ]);
    let times = json!([{"key": "all", "value": [NOW, ZERO]}]);
    let visit =
        json!({"first": true, "from": MILLIS, "to": EPOCH, "all": [MILLIS, "1969-12-31T23:59:59.999Z"], "last": true});
    let mut alone = visit.clone();
    alone["to"] = Value::Null;
    both_ways(&[
        ("", "TimesMap", times, vec![json!([]), json!([{"key": "all", "value": null}])]),
        ("Visit", "", visit, vec![alone]),
    ]);
}

#[test]
fn durations_everywhere() {
    let extremes = json!([0, 1, i64::MIN, i64::MAX]);
    both_ways(&[
        ("", "Durations", extremes, vec![json!([]), json!([1]), Value::Null]),
        ("", "DurationArray", json!([-1_000_000_000, 3_600_000_000_000i64]), vec![json!([0, 0])]),
        ("", "DurationPointer", json!(-1_000_000), vec![json!(0), json!(i64::MIN), Value::Null]),
    ]);
    // A duration is what a 64-bit integer is: a number, or its text.
    Typed::of(Go).check("echoDuration", &[&json!("-9223372036854775808")], &json!(i64::MIN));
}

/// A struct of 8-byte times among narrow fields: any wrong size moves what follows.
#[test]
fn among_other_fields() {
    let stay = json!({
        "early": true, "from": NOW, "rooms": -2, "to": NOW, "took": -1, "paid": true, "span": 3_600_000_000_000i64,
        "visits": [NOW, ZERO, "1969-07-20T20:17:40.000000001Z"],
        "named": [{"key": "now", "value": NOW}, {"key": "zero", "value": ZERO}],
        "pauses": [0, 1, i64::MIN, i64::MAX], "pair": [NOW, ZERO], "last": 65535
    });
    let zero = json!({"early": false, "from": ZERO, "rooms": 0, "to": null, "took": 0, "paid": false, "span": null,
                      "visits": null, "named": [], "pauses": null, "pair": [ZERO, ZERO], "last": 0});
    let others = stay.as_object().expect("an object").keys().map(|field| {
        let mut copy = stay.clone();
        copy[field] = zero[field].clone();
        copy
    });
    let others: Vec<_> = others.chain([zero.clone()]).collect();
    let by_number = |stay: &Value| json!([{"key": -1, "value": stay}]);
    both_ways(&[
        ("", "Stay", stay.clone(), others),
        ("", "Stays", json!([stay, zero]), vec![json!([]), json!([zero, stay])]),
        ("", "StayMap", by_number(&stay), vec![json!([]), by_number(&zero)]),
    ]);
}

/// With a monotonic reading a time lies in memory in another form.
#[test]
fn monotonic_clock_readings() {
    let typed = Typed::of(Go);
    typed.check("monotonicTime", &[], &json!(NOW));
    typed.check("monotonicPointer", &[], &json!(NOW));
    typed.check("monotonicTimes", &[], &json!([NOW, NOW]));
    typed.check("monotonicMap", &[], &json!([{"key": "now", "value": NOW}]));
    typed.check("monotonicKeyMap", &[], &json!([{"key": NOW, "value": "now"}]));
    let stay = json!({"early": false, "from": NOW, "to": NOW, "pair": [ZERO, NOW], "last": 7});
    typed.check("monotonicStay", &[], &stay);
    let now = typed.call("currentTime", &[], &Value::Null);
    let year = now["data"]["r"].as_str().map(|text| &text[..2]);
    assert_eq!(year, Some("20"), "{now}");
}

#[test]
fn results_are_in_utc_without_trailing_zeros() {
    let typed = Typed::of(Go);
    typed.check("fixedTime", &[], &json!("2025-03-01T12:00:00.5Z"));
    typed.check("zeroTime", &[], &json!(ZERO));
    typed.check("lastTime", &[], &json!("9999-12-31T23:59:59.999999999Z"));
    typed.check("firstTime", &[], &json!("0000-01-01T00:00:00Z"));
    for field in ["beyondTime", "beforeTime"] {
        typed.refuses(field, &[], &["the year of the timestamp is outside 0 to 9999"]);
    }
    Typed::of(AssemblyScript).refuses("farDate", &[], &["the year of the timestamp is outside 0 to 9999"]);
    for (given, shown) in
        [("2025-03-01T12:00:00.100Z", "2025-03-01T12:00:00.1Z"), ("2025-03-01T12:00:00.000Z", "2025-03-01T12:00:00Z")]
    {
        for language in Language::ALL {
            Typed::of(language).check(echo(language), &[&json!(given)], &json!(shown));
        }
    }
}

/// The guest's own getters see the instant.
#[test]
fn guests_see_the_same_instant() {
    let typed = Typed::of(Go);
    typed.check("timeParts", &[&json!("2024-02-29 23:59:58.000000007-01:30")], &json!([2024, 3, 1, 1, 29, 58, 7]));
    typed.check("unixNanoseconds", &[&json!("1969-12-31T23:59:59.999999999Z")], &json!(-1));
    let typed = Typed::of(AssemblyScript);
    typed.check("dateParts", &[&json!("2024-02-29 23:59:58-01:30")], &json!([2024, 2, 1, 1, 29, 58]));
    typed.check("dateParts", &[&json!("0001-01-01")], &json!([1, 0, 1, 0, 0, 0]));
    typed.check("epochMillis", &[&json!("1969-12-31T23:59:59.999Z")], &json!(-1));
    // What a Date cannot hold is cut off towards the past.
    typed.check("epochMillis", &[&json!("1969-12-31T23:59:59.9995Z")], &json!(-1));
    typed.check("echoDate", &[&json!("2025-03-01T12:00:00.123999Z")], &json!("2025-03-01T12:00:00.123Z"));
}

#[test]
fn every_way_to_write_an_instant() {
    for (given, expected) in [
        ("2025-03-01", "2025-03-01T00:00:00Z"),
        ("2025-03-01T12:30", "2025-03-01T12:30:00Z"),
        ("2025-03-01 12:30", "2025-03-01T12:30:00Z"),
        ("2025-03-01T12:30Z", "2025-03-01T12:30:00Z"),
        ("2025-03-01T12:30+01:30", "2025-03-01T11:00:00Z"),
        ("2025-03-01T12:30:45", "2025-03-01T12:30:45Z"),
        ("2025-03-01 12:30:45-05:00", "2025-03-01T17:30:45Z"),
        ("2025-03-01T12:30:45.5", "2025-03-01T12:30:45.5Z"),
        ("2025-03-01T12:30:45,25Z", "2025-03-01T12:30:45.25Z"),
        ("2025-03-01T9:30:45Z", "2025-03-01T09:30:45Z"),
        ("2025-01-01T00:30:00+01:00", "2024-12-31T23:30:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("0000-01-01", "0000-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ] {
        for language in Language::ALL {
            Typed::of(language).check(echo(language), &[&json!(given)], &json!(expected));
            let answer = Typed::of(language).runner.query(&format!(r#"{{ r: {}(v: "{given}") }}"#, echo(language)));
            assert_eq!(answer["data"]["r"], expected, "{language:?} literal {given}: {answer}");
        }
    }
    for (given, expected) in [
        ("2025-03-01T12:30:45.123456789Z", "2025-03-01T12:30:45.123456789Z"),
        ("2025-03-01T12:30:45.1234567891Z", "2025-03-01T12:30:45.123456789Z"),
        ("2025-03-01T12:30:45.000000001+00:01", "2025-03-01T12:29:45.000000001Z"),
    ] {
        Typed::of(Go).check("echoTime", &[&json!(given)], &json!(expected));
    }
}

#[test]
fn what_is_no_instant_is_refused() {
    for language in Language::ALL {
        let typed = Typed::of(language);
        for text in [
            "",
            "yesterday",
            "2025-03-01Z",
            "2025-03-01T",
            "2025-03-01T12",
            "2025-03-01t12:30",
            "2025-03-01T12:30z",
            "2025-03-01T24:00",
            "2025-03-01T12:60",
            "2025-03-01T12:30:60",
            "2025-02-29",
            "2025-13-01",
            "2025-00-01",
            "2025-3-1",
            "20250301",
            " 2025-03-01",
            "2025-03-01 ",
            "2025-03-01  12:30",
            "2025-03-01T12:30+0100",
            "2025-03-01T12:30+24:00",
            "2025-03-01T12:30:45.Z",
            "+2025-03-01",
            "10000-01-01",
            "2025-03-01T12:30 Z",
            "２025-03-01",
        ] {
            let reason = format!("failed to parse date time string: {text}");
            typed.refuses(echo(language), &[&json!(text)], &["function parameter 'v' is invalid", &reason]);
        }
        for (value, kind) in [
            (json!(1_740_830_400), "an integer"),
            (json!(1.5), "a number"),
            (json!(true), "a boolean"),
            (json!({"a": 1}), "an object"),
        ] {
            let reason = format!("incompatible type for timestamp: {kind}");
            typed.refuses(echo(language), &[&value], &["function parameter 'v' is invalid", &reason]);
        }
        typed.refuses(echo(language), &[&Value::Null], &["\"Timestamp!\" not to be null"]);
    }
    // Beyond the years that can be written once the zone is counted in.
    for text in ["0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
        Typed::of(AssemblyScript).refuses("echoDate", &[&json!(text)], &["outside 0 to 9999"]);
    }
}
