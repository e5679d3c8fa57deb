//! Promise: `docs/spec/database-types.md` has each type of column, value and parameter of a database, with its JSON and the test
//! that asks a server for it. Its tables are made from those that these tests go through.
//!
//! With `BLESS=1` the tables are written into the page, to be read as a diff.

#[path = "mysql/tables.rs"]
mod mysql;
#[path = "neo4j/tables.rs"]
mod neo4j;
#[path = "postgresql/tables.rs"]
mod postgresql;

use std::fmt::Write as _;
use std::path::PathBuf;

/// What stands behind each table. Before it stands its name.
const END: &str = "<!-- end of table -->\n";

/// A table of the page.
struct Table {
    name: &'static str,
    heads: Vec<&'static str>,
    rows: Vec<Vec<&'static str>>,
    /// The file of the test, and its function there.
    test: (&'static str, &'static str),
}

fn pairs(table: &[(&'static str, &'static str)]) -> Vec<Vec<&'static str>> {
    table.iter().map(|(one, other)| vec![*one, *other]).collect()
}

fn triples(table: &[(&'static str, &'static str, &'static str)]) -> Vec<Vec<&'static str>> {
    table.iter().map(|(one, other, third)| vec![*one, *other, *third]).collect()
}

fn tables() -> Vec<Table> {
    let table = |name, heads: &[&'static str], rows, test| Table { name, heads: heads.to_vec(), rows, test };
    let (columns, parameters) = ("types_of_columns", "parameters_of_every_kind");
    let of_mysql = ["parameter", "used as", "JSON of the result"];
    let of_neo4j = ["parameter", "arrives from AssemblyScript", "arrives from Go"];
    let of_postgresql = ["parameter", "type that the server infers", "text of the value there"];
    let refused = ["parameter", "type that the server infers", "refused with"];
    vec![
        table("postgresql values", &["SQL", "JSON"], pairs(postgresql::VALUES), ("postgresql", "values_of_every_type")),
        table("postgresql parameters", &of_postgresql, triples(postgresql::PARAMETERS), ("postgresql", parameters)),
        table("postgresql refused", &refused, triples(postgresql::REFUSED), ("postgresql", parameters)),
        table("mysql columns", &["type of the column", "SQL", "JSON"], triples(mysql::TYPES), ("mysql", columns)),
        table("mysql parameters", &of_mysql, triples(mysql::PARAMETERS), ("mysql", "parameters")),
        table(
            "neo4j values",
            &["Cypher", "JSON"],
            pairs(neo4j::VALUES),
            ("neo4j", "values_of_every_type_have_their_json"),
        ),
        table("neo4j parameters", &of_neo4j, triples(neo4j::PARAMETERS), ("neo4j", "parameters_keep_their_types")),
    ]
}

/// Text as code in a cell.
fn code(text: &str) -> String {
    let text = text.replace('|', r"\|").replace('\u{2028}', r"\u{2028}");
    assert!(!text.contains(['`', '\n']), "this cannot stand in a cell: {text}");
    format!("`{text}`")
}

fn markdown(table: &Table) -> String {
    let (file, function) = table.test;
    let mut text = format!("\n| {} | test |\n|{}\n", table.heads.join(" | "), "---|".repeat(table.heads.len() + 1));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| code(cell)).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} | tests/{file} `{function}` |", cells.join(" | "));
    }
    text.push('\n');
    text
}

fn path() -> PathBuf {
    tests::root().join("docs/spec/database-types.md")
}

#[test]
fn the_page_has_every_type_of_the_tests() {
    let page = std::fs::read_to_string(path()).expect("the page");
    let mut made = page.clone();
    for table in tables() {
        let begin = format!("<!-- table: {} -->\n", table.name);
        let (before, rest) = made.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
        let (_, after) = rest.split_once(END).expect("the end is marked");
        made = [before, &begin, &markdown(&table), END, after].concat();
    }
    if std::env::var_os("BLESS").is_some() && made != page {
        std::fs::write(path(), made).expect("written");
    } else {
        assert!(made == page, "the tests have other types than docs/spec/database-types.md; BLESS=1 writes its tables");
    }
}

/// The functions that the page names are there, and are tests.
#[test]
fn the_tests_that_it_names_are_there() {
    for Table { name, test: (file, function), rows, .. } in tables() {
        let source = std::fs::read_to_string(tests::root().join(format!("tests/tests/{file}.rs"))).expect("a test");
        assert!(source.contains(&format!("#[test]\nfn {function}()")), "no {function} in {file}");
        assert!(!rows.is_empty(), "{name}");
    }
}
