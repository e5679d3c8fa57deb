//! Types of Neo4j: values and parameters.

/// Cypher, and the JSON of its value.
pub const VALUES: &[(&str, &str)] = &[
    ("null", "null"),
    ("true", "true"),
    ("-9223372036854775807 - 1", "-9223372036854775808"),
    ("9223372036854775807", "9223372036854775807"),
    ("1.5", "1.5"),
    ("5.0", "5"),
    ("-0.1", "-0.1"),
    ("1e21", "1e+21"),
    ("1.5e-9", "1.5e-09"),
    ("'a\"\\\\<\u{1F600}\u{2028}'", "\"a\\\"\\\\<\u{1F600}\\u2028\""),
    ("''", "\"\""),
    ("[]", "[]"),
    ("[1, 'a', null, [2.5]]", r#"[1,"a",null,[2.5]]"#),
    ("{}", "{}"),
    ("{b: 1, a: {d: [2], c: date('2024-02-03')}}", r#"{"a":{"c":"2024-02-03","d":[2]},"b":1}"#),
    ("date('2024-02-03')", "\"2024-02-03\""),
    ("date('-0044-03-15')", "\"-0044-03-15\""),
    ("date('+999999999-12-31')", "\"+999999999-12-31\""),
    ("time('04:05:06.7+01:00')", "\"04:05:06.7+01:00\""),
    ("time('04:05:06Z')", "\"04:05:06Z\""),
    ("localtime('04:05:06.000000007')", "\"04:05:06.000000007\""),
    ("localdatetime('2024-02-03T04:05:06.7')", "\"2024-02-03T04:05:06.7\""),
    ("datetime('2024-02-03T04:05:06.7Z')", "\"2024-02-03T04:05:06.7Z\""),
    ("datetime('2024-02-03T04:05:06.7-03:30')", "\"2024-02-03T04:05:06.7-03:30\""),
    ("datetime('1969-07-20T20:17:40[America/New_York]')", "\"1969-07-20T20:17:40-04:00\""),
    ("datetime({year: 2024, month: 7, timezone: 'Europe/Berlin'})", "\"2024-07-01T00:00:00+02:00\""),
    ("duration('P1M2DT3.000000004S')", r#"{"Months":1,"Days":2,"Seconds":3,"Nanos":4}"#),
    ("duration('PT-0.5S')", r#"{"Months":0,"Days":0,"Seconds":-1,"Nanos":500000000}"#),
    ("point({x: 1, y: 2.5})", r#"{"X":1,"Y":2.5,"SpatialRefId":7203}"#),
    ("point({x: 1, y: 2, z: 3})", r#"{"X":1,"Y":2,"Z":3,"SpatialRefId":9157}"#),
    ("point({longitude: 13.4, latitude: 52.5})", r#"{"X":13.4,"Y":52.5,"SpatialRefId":4326}"#),
    ("point({longitude: 1, latitude: 2, height: 3})", r#"{"X":1,"Y":2,"Z":3,"SpatialRefId":4979}"#),
];

/// A parameter as guests give it, and its type and JSON in the database: from AssemblyScript, and from Go, whose SDK writes a
/// whole float without a fraction.
pub const PARAMETERS: &[(&str, &str, &str)] = &[
    ("integer 9007199254740993", "INTEGER NOT NULL: 9007199254740993", "INTEGER NOT NULL: 9007199254740993"),
    ("float 0.5", "FLOAT NOT NULL: 0.5", "FLOAT NOT NULL: 0.5"),
    ("float 5.0", "FLOAT NOT NULL: 5", "INTEGER NOT NULL: 5"),
    ("true", "BOOLEAN NOT NULL: true", "BOOLEAN NOT NULL: true"),
    (
        "text \"Ann\" \u{1F600}",
        "STRING NOT NULL: \"\\\"Ann\\\" \u{1F600}\"",
        "STRING NOT NULL: \"\\\"Ann\\\" \u{1F600}\"",
    ),
    ("null", "NULL: null", "NULL: null"),
    (
        "list of 1, 2.5, \"x\"",
        "LIST<STRING NOT NULL | INTEGER NOT NULL | FLOAT NOT NULL> NOT NULL: [1,2.5,\"x\"]",
        "LIST<STRING NOT NULL | INTEGER NOT NULL | FLOAT NOT NULL> NOT NULL: [1,2.5,\"x\"]",
    ),
    ("map", "MAP NOT NULL: {\"inner\":{\"n\":7}}", "MAP NOT NULL: {\"inner\":{\"n\":7}}"),
];
