//! A figure as a table in Markdown.

use std::fmt::Write as _;

use crate::charts::Chart;
use crate::figures::{Figure, Series};
use crate::scale::number;

/// The subject that others are compared with, where it takes part.
const YARDSTICK: &str = "hello";

/// The table of a figure.
pub(crate) fn table(figure: &Figure, chart: &Chart) -> String {
    if figure.depends_on_x() { by_x(figure, chart) } else { plain(figure) }
}

/// A row for each subject: minimum, median, and how often the yardstick's they are.
fn plain(figure: &Figure) -> String {
    let yardstick = figure.series.iter().find(|series| series.subject == YARDSTICK).map(|series| series.points[0]);
    let unit = &figure.unit;
    let mut table = format!("| | minimum, {unit} | median, {unit} |");
    if yardstick.is_some() {
        let _ = write!(table, " minimum ÷ {YARDSTICK} | median ÷ {YARDSTICK} |");
    }
    table += "\n|---|---:|---:|";
    table += if yardstick.is_some() { "---:|---:|\n" } else { "\n" };
    for Series { subject, points, .. } in &figure.series {
        let point = points[0];
        let _ = write!(table, "| {subject} | {} | {} |", number(point.minimum), number(point.median));
        if let Some(yardstick) = yardstick {
            let ratios = (point.minimum / yardstick.minimum, point.median / yardstick.median);
            let _ = write!(table, " {:.2} | {:.2} |", ratios.0, ratios.1);
        }
        table.push('\n');
    }
    table
}

/// A row for each subject, a column for each x, minimum and median in each cell.
fn by_x(figure: &Figure, chart: &Chart) -> String {
    let xs = figure.xs();
    let heads: Vec<String> = xs.iter().map(|&x| format!(" {} |", crate::scale::label(x))).collect();
    let mut table = format!(
        "Minimum / median in {}, by {}:\n\n| |{}\n|---|{}\n",
        figure.unit,
        chart.x,
        heads.concat(),
        "---:|".repeat(xs.len())
    );
    for Series { subject, points, .. } in &figure.series {
        let _ = write!(table, "| {subject} |");
        for x in &xs {
            let cell = points.iter().find(|point| point.x == Some(*x)).map_or_else(
                || "–".to_owned(),
                |point| format!("{} / {}", number(point.minimum), number(point.median)),
            );
            let _ = write!(table, " {cell} |");
        }
        table.push('\n');
    }
    table
}

#[cfg(test)]
mod tests {
    use crate::{charts, figures};

    fn table(text: &str) -> String {
        let figure = figures::read(text).unwrap().remove(0);
        super::table(&figure, &charts::of(&figure.name))
    }

    #[test]
    fn subjects_are_compared_with_the_yardstick() {
        let text = r#"{"figure":"cold start","subject":"runner","unit":"ms","minimum":2,"median":3}
            {"figure":"cold start","subject":"hello","unit":"ms","minimum":1,"median":2}"#;
        assert_eq!(
            table(text),
            "| | minimum, ms | median, ms | minimum ÷ hello | median ÷ hello |\n|---|---:|---:|---:|---:|\n\
             | runner | 2.00 | 3.00 | 2.00 | 1.50 |\n| hello | 1.00 | 2.00 | 1.00 | 1.00 |\n"
        );
    }

    #[test]
    fn what_was_not_measured_is_a_gap() {
        let text = r#"{"figure":"requests per second","subject":"runner","x":1,"unit":"1/s","minimum":2,"median":3}
            {"figure":"requests per second","subject":"hello","x":64,"unit":"1/s","minimum":1,"median":2}"#;
        assert_eq!(
            table(text),
            "Minimum / median in 1/s, by connections:\n\n| | 1 | 64 |\n|---|---:|---:|\n\
             | runner | 2.00 / 3.00 | – |\n| hello | – | 1.00 / 2.00 |\n"
        );
    }
}
