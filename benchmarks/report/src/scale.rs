//! Ranges of axes, and numbers on them.

use crate::figures::Figure;

/// The range of the values of a figure, and whether its axis is better logarithmic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) logarithmic: bool,
}

/// A larger ratio than this of the largest to the smallest value would hide the smallest on a linear axis.
const SPREAD: f64 = 12.0;

/// A scale with all values of the figure on it, with room above of the factor `room`.
pub(crate) fn of(figure: &Figure, room: f64) -> Scale {
    let values = || figure.points().flat_map(|point| [point.minimum, point.median]);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    if low > 0.0 && high / low > SPREAD {
        let low = 10_f64.powf(low.log10().floor());
        // On a logarithmic axis room is part of the length as well.
        return Scale { low, high: high * (high / low).powf(room - 1.0), logarithmic: true };
    }
    Scale { low: 0.0, high: if high > 0.0 { high * room } else { 1.0 }, logarithmic: false }
}

/// A number with three significant digits, thousands apart: `1.23`, `45.6`, `123,457`.
pub(crate) fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 4,
    };
    grouped(&format!("{value:.digits$}"))
}

/// The same for a label of an axis: without zeros behind the point.
pub(crate) fn label(value: f64) -> String {
    let text = number(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Commas between groups of three digits before the point.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut grouped = String::from(sign);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures;

    #[test]
    fn numbers_have_three_digits_that_matter() {
        for (value, text) in [
            (0.0, "0"),
            (0.01234, "0.0123"),
            (1.0, "1.00"),
            (45.64, "45.6"),
            (999.6, "1,000"),
            (1_234_567.0, "1,234,567"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!((label(1.0), label(2.5), label(100.0)), ("1".into(), "2.5".into(), "100".into()));
    }

    #[test]
    fn values_far_apart_are_shown_on_a_logarithmic_axis() {
        let figure = |low: f64, high: f64| {
            let line = |subject: &str, value: f64| {
                format!(
                    r#"{{"figure":"f","subject":"{subject}","unit":"ms","minimum":{value},"median":{value}}}{}"#,
                    "\n"
                )
            };
            figures::read(&(line("a", low) + &line("b", high))).unwrap().remove(0)
        };
        let near = of(&figure(2.0, 4.0), 1.5);
        assert_eq!(near, Scale { low: 0.0, high: 6.0, logarithmic: false });
        let far = of(&figure(2.0, 400.0), 1.0);
        assert_eq!(far, Scale { low: 1.0, high: 400.0, logarithmic: true });
        // Nothing is below zero on a logarithmic axis.
        assert!(!of(&figure(0.0, 400.0), 1.0).logarithmic);
    }
}
