//! The figures as they were measured: a line of JSON for each subject, and each x.

use serde::Deserialize;

use crate::Result;

/// A line of the file.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    figure: String,
    subject: String,
    /// What the figure depends on; absent or null where it is one number.
    #[serde(default)]
    x: Option<f64>,
    unit: String,
    minimum: f64,
    median: f64,
}

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: Option<f64>,
    pub(crate) minimum: f64,
    pub(crate) median: f64,
}

/// All points of one subject, by x.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) subject: String,
    /// The place of the subject among all of the file, by which it has the same colour in all figures.
    pub(crate) place: usize,
    pub(crate) points: Vec<Point>,
}

/// One quantity of several subjects, in the order in which they were measured.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) series: Vec<Series>,
}

/// Reads the lines. Of two for the same subject and x, the later one counts: that part was measured again.
///
/// # Errors
/// When a line is none, or a figure has two units.
pub(crate) fn read(text: &str) -> Result<Vec<Figure>> {
    let mut figures: Vec<Figure> = Vec::new();
    let mut subjects: Vec<String> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line: Line = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
        let at = figures.iter().position(|figure| figure.name == line.figure);
        let at = at.unwrap_or_else(|| {
            figures.push(Figure { name: line.figure.clone(), unit: line.unit.clone(), series: Vec::new() });
            figures.len() - 1
        });
        let figure = &mut figures[at];
        if figure.unit != line.unit {
            let Figure { name, unit, .. } = figure;
            return Err(format!("line {}: {name} was in {unit}, now in {}", number + 1, line.unit).into());
        }
        let place = subjects.iter().position(|subject| *subject == line.subject).unwrap_or_else(|| {
            subjects.push(line.subject.clone());
            subjects.len() - 1
        });
        figure.add(line, place);
    }
    Ok(figures)
}

impl Figure {
    fn add(&mut self, line: Line, place: usize) {
        let point = Point { x: line.x, minimum: line.minimum, median: line.median };
        let Some(series) = self.series.iter_mut().find(|series| series.subject == line.subject) else {
            self.series.push(Series { subject: line.subject, place, points: vec![point] });
            return;
        };
        series.points.retain(|other| other.x != point.x);
        series.points.push(point);
        series.points.sort_by(|a, b| a.x.unwrap_or_default().total_cmp(&b.x.unwrap_or_default()));
    }

    /// Whether some point has an x.
    pub(crate) fn depends_on_x(&self) -> bool {
        self.points().any(|point| point.x.is_some())
    }

    /// Whether it was measured: sizes of files and the like have no spread.
    pub(crate) fn varies(&self) -> bool {
        self.points().any(|point| point.minimum != point.median)
    }

    /// All points of all series.
    pub(crate) fn points(&self) -> impl Iterator<Item = &Point> {
        self.series.iter().flat_map(|series| &series.points)
    }

    /// Every x, ascending, once each.
    pub(crate) fn xs(&self) -> Vec<f64> {
        let mut xs: Vec<f64> = self.points().filter_map(|point| point.x).collect();
        xs.sort_by(f64::total_cmp);
        xs.dedup();
        xs
    }
}

/// The name as part of a file's: lower-case letters, digits and single dashes.
pub(crate) fn file_name(figure: &str) -> String {
    let lower = figure.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_figures_and_later_ones_replace_earlier_ones() {
        let text = r#"{"figure":"cold start","subject":"runner","x":null,"unit":"ms","minimum":3,"median":4}
            {"figure":"rate","subject":"runner","x":64,"unit":"1/s","minimum":5,"median":6,"samples":3}

            {"figure":"rate","subject":"runner","x":1,"unit":"1/s","minimum":7,"median":8}
            {"figure":"cold start","subject":"runner","unit":"ms","minimum":1,"median":2}"#;
        let figures = read(text).unwrap();
        assert_eq!(figures.len(), 2);
        assert!(!figures[0].depends_on_x());
        assert_eq!(figures[0].series[0].points, [Point { x: None, minimum: 1.0, median: 2.0 }]);
        assert_eq!(figures[1].xs(), [1.0, 64.0]);
        assert_eq!(figures[1].series[0].points[0].minimum, 7.0);
    }

    #[test]
    fn what_is_no_figure_is_refused_with_its_line() {
        let units = r#"{"figure":"a","subject":"b","unit":"ms","minimum":1,"median":2}
            {"figure":"a","subject":"c","unit":"s","minimum":1,"median":2}"#;
        assert!(read(units).unwrap_err().to_string().starts_with("line 2: a was in ms, now in s"));
        assert!(read("{}").unwrap_err().to_string().starts_with("line 1: missing field `figure`"));
    }

    #[test]
    fn file_names_are_plain() {
        assert_eq!(file_name("growth: time per call (Go), functions"), "growth-time-per-call-go-functions");
    }
}
