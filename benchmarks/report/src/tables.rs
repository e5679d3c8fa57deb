//! A figure as a table in Markdown.

use std::fmt::Write as _;

use crate::charts::Chart;
use crate::figures::{Figure, Point, Series};
use crate::scale::{label, number};

/// The subjects that others are compared with: the first that takes part.
const YARDSTICKS: [&str; 2] = ["hello", "native, tokio-postgres"];

/// The table of a figure.
pub(crate) fn table(figure: &Figure, chart: &Chart) -> String {
    if figure.depends_on_x() { by_x(figure, chart) } else { plain(figure) }
}

/// A row for each subject: minimum, median, and how often the yardstick's they are. Sizes of files and the like, which do
/// not vary, are one column.
fn plain(figure: &Figure) -> String {
    let unit = &figure.unit;
    if !figure.varies() {
        let rows = figure.series.iter().map(|series| vec![series.subject.clone(), number(series.points[0].minimum)]);
        return markdown(&[String::new(), unit.clone()], rows);
    }
    let yardstick = yardstick(figure).map(|series| (&series.subject, series.points[0]));
    let mut head = vec![String::new(), format!("minimum, {unit}"), format!("median, {unit}")];
    if let Some((name, _)) = yardstick {
        head.extend(["minimum", "median"].map(|which| format!("{which} ÷ {name}")));
    }
    let rows = figure.series.iter().map(|Series { subject, points, .. }| {
        let point = points[0];
        let mut row = vec![subject.clone(), number(point.minimum), number(point.median)];
        row.extend(
            yardstick.iter().flat_map(|(_, yardstick)| ratios(&point, yardstick)).map(|ratio| format!("{ratio:.2}")),
        );
        row
    });
    markdown(&head, rows)
}

/// A row for each subject, a column for each x, minimum and median in each cell. Then the same as ratios to the yardstick.
fn by_x(figure: &Figure, chart: &Chart) -> String {
    let xs = figure.xs();
    let head: Vec<String> = std::iter::once(String::new()).chain(xs.iter().map(|&x| label(x))).collect();
    let at = |series: &Series, x: f64| series.points.iter().copied().find(|point| point.x == Some(x));
    let table = |cell: &dyn Fn(&Series, f64) -> Option<[String; 2]>| {
        let row = |series: &Series| {
            let cells = xs.iter().map(|&x| cell(series, x).map_or_else(|| "–".to_owned(), |pair| pair.join(" / ")));
            std::iter::once(series.subject.clone()).chain(cells).collect()
        };
        markdown(&head, figure.series.iter().map(row))
    };
    let (unit, x) = (&figure.unit, &chart.x);
    let values = table(&|series, x| at(series, x).map(|point| [number(point.minimum), number(point.median)]));
    let mut text = format!("Minimum / median in {unit}, by {x}:\n\n{values}");
    if let Some(yardstick) = yardstick(figure) {
        let ratios = table(&|series, x| {
            let pair = ratios(&at(series, x)?, &at(yardstick, x)?);
            Some(pair.map(|ratio| format!("{ratio:.2}")))
        });
        let _ = write!(text, "\nThe same ÷ {}:\n\n{ratios}", yardstick.subject);
    }
    text
}

/// The yardstick, where it takes part in the figure.
fn yardstick(figure: &Figure) -> Option<&Series> {
    YARDSTICKS.iter().find_map(|name| figure.series.iter().find(|series| series.subject == *name))
}

/// Of the minima, and of the medians.
fn ratios(point: &Point, yardstick: &Point) -> [f64; 2] {
    [point.minimum / yardstick.minimum, point.median / yardstick.median]
}

/// A table whose columns but the first are numbers.
fn markdown(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = line(head) + "|---|" + &"---:|".repeat(head.len() - 1) + "\n";
    for row in rows {
        table += &line(&row);
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
            "|  | minimum, ms | median, ms | minimum ÷ hello | median ÷ hello |\n|---|---:|---:|---:|---:|\n\
             | runner | 2.00 | 3.00 | 2.00 | 1.50 |\n| hello | 1.00 | 2.00 | 1.00 | 1.00 |\n"
        );
    }

    #[test]
    fn what_does_not_vary_is_one_column() {
        let text = r#"{"figure":"size","subject":"hello","unit":"MiB","minimum":2,"median":2}"#;
        assert_eq!(table(text), "|  | MiB |\n|---|---:|\n| hello | 2.00 |\n");
    }

    #[test]
    fn what_was_not_measured_is_a_gap() {
        let text = r#"{"figure":"requests per second","subject":"runner","x":1,"unit":"1/s","minimum":2,"median":3}
            {"figure":"requests per second","subject":"hello","x":64,"unit":"1/s","minimum":1,"median":2}"#;
        assert_eq!(
            table(text),
            "Minimum / median in 1/s, by connections:\n\n|  | 1 | 64 |\n|---|---:|---:|\n\
             | runner | 2.00 / 3.00 | – |\n| hello | – | 1.00 / 2.00 |\n\
             \nThe same ÷ hello:\n\n|  | 1 | 64 |\n|---|---:|---:|\n| runner | – | – |\n| hello | – | 1.00 / 1.00 |\n"
        );
    }
}
