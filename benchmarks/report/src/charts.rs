//! Which figures there are, in the order of the report, and how each is drawn. A figure that is not listed is drawn too,
//! after the others of its part.

/// How a figure is shown.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub(crate) title: String,
    /// What the horizontal axis shows, where there is one.
    pub(crate) x: String,
    /// What is to be known about the figure.
    pub(crate) note: &'static str,
}

/// Name of the figure, title, name of x, note.
type Entry = (&'static str, &'static str, &'static str, &'static str);

const CHARTS: &[Entry] = &[
    ("cold start", "Cold start: from exec to the last byte of the first answer", "", ""),
    ("requests per second", "Requests per second on one core", "connections", "More is better."),
    ("latency, 50th percentile", "Latency, 50th percentile", "connections", ""),
    ("latency, 99th percentile", "Latency, 99th percentile", "connections", ""),
    (
        "processor time per request",
        "Processor time of the server per request",
        "connections",
        "Where `wrk` is the bottleneck, requests per second flatter the slower server; this does not.",
    ),
    ("memory, idle", "Resident memory half a second after the first answer", "", ""),
    (
        "memory, idle, anonymous part",
        "The part of it that is not backed by files",
        "",
        "File pages can be dropped, and are shared between processes; these cannot.",
    ),
    ("memory, peak", "Peak of resident memory", "", "After 2,000 requests at 64 connections."),
    (
        "compile time",
        "Compile time of the app",
        "",
        "From spawn to exit, both cores. `modusc` also plans the calls, makes the schema and writes the artifact.",
    ),
    ("size", "Size of files", "", ""),
    (
        "save to live",
        "From saving a source to the first answer of it",
        "",
        "`modusc dev`, both cores; `modusc build` of the same app beside it, and the tool of the language alone. The app is the example `excuses`.",
    ),
];

/// The parts of the report: prefix of the figures' names, heading.
const PARTS: &[(&str, &str)] = &[
    ("in process: ", "In process"),
    ("sql: ", "One row of a database"),
    ("growth: ", "Growth"),
    ("compute: ", "Compute"),
];
const FIRST_PART: &str = "Side by side";

/// How the figure is shown.
pub(crate) fn of(figure: &str) -> Chart {
    if let Some(&(_, title, x, note)) = CHARTS.iter().find(|(name, ..)| *name == figure) {
        return Chart { title: title.into(), x: x.into(), note };
    }
    let title = PARTS.iter().find_map(|(prefix, _)| figure.strip_prefix(prefix)).unwrap_or(figure);
    // The same quantity of other subjects.
    if let Some(&(_, title, x, _)) = CHARTS.iter().find(|(name, ..)| *name == title) {
        return Chart { title: title.into(), x: x.into(), note: "" };
    }
    // What a figure grows with comes last in its name: "growth: time per call, functions".
    let x = title.rsplit_once(", ").map_or("size", |(_, x)| x);
    Chart { title: capitalised(title), x: x.into(), note: "" }
}

/// The place of a figure in the report: its part, then the table; figures that are not listed keep their order.
pub(crate) fn position(figure: &str) -> (usize, usize) {
    let part = PARTS.iter().position(|(prefix, _)| figure.starts_with(prefix)).map_or(0, |part| part + 1);
    (part, CHARTS.iter().position(|(name, ..)| *name == figure).unwrap_or(CHARTS.len()))
}

/// The heading of the part that the figure belongs to.
pub(crate) fn heading(figure: &str) -> &'static str {
    PARTS.iter().find(|(prefix, _)| figure.starts_with(prefix)).map_or(FIRST_PART, |(_, heading)| heading)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_that_are_not_listed_come_after_the_others_of_their_part() {
        let mut names = ["compute: sha256", "growth: time per call, functions", "odd", "memory, peak", "cold start"];
        names.sort_by_key(|name| position(name));
        assert_eq!(names, ["cold start", "memory, peak", "odd", "growth: time per call, functions", "compute: sha256"]);
        assert_eq!(heading("odd"), FIRST_PART);
        assert_eq!(heading("growth: x"), "Growth");
    }

    #[test]
    fn a_name_tells_its_title_and_its_x() {
        let chart = of("growth: time per call, functions");
        assert_eq!((chart.title.as_str(), chart.x.as_str()), ("Time per call, functions", "functions"));
        assert_eq!(of("requests per second").x, "connections");
        let chart = of("sql: latency, 50th percentile");
        assert_eq!((chart.title.as_str(), chart.x.as_str()), ("Latency, 50th percentile", "connections"));
    }
}
