//! Floats as JSON text: the shortest digits that give the same float again.

use std::fmt::{self, Display, LowerExp};

/// A finite float, displayed as JSON has it: exponents below 1e-6 and from 1e21 on, no `.0`.
#[derive(Clone, Copy, Debug)]
pub struct FloatText<F>(pub F);

impl Display for FloatText<f64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        write(f, self.0, size == 0.0 || (1e-6..1e21).contains(&size))
    }
}

impl Display for FloatText<f32> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bounds are those of the narrow type: 1e-6 is not the same number there.
        let size = self.0.abs();
        write(f, self.0, size == 0.0 || (1e-6_f32..1e21_f32).contains(&size))
    }
}

fn write(f: &mut fmt::Formatter<'_>, value: impl Display + LowerExp, plain: bool) -> fmt::Result {
    if plain {
        return write!(f, "{value}");
    }
    // From `1e-7` to the form with a sign and at least two digits, `1e-07`.
    let text = format!("{value:e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = match power.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', power),
    };
    write!(f, "{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let check = |value: f64, expected: &str| assert_eq!(FloatText(value).to_string(), expected);
        check(1e-7, "1e-07");
        check(1e-6, "0.000001");
        check(1.5e-10, "1.5e-10");
        check(1e21, "1e+21");
        check(1e20, "100000000000000000000");
        check(-1.25e300, "-1.25e+300");
        check(5.0, "5");
        check(-0.0, "-0");
        check(0.1, "0.1");
        assert_eq!(FloatText(0.1f32).to_string(), "0.1");
        assert_eq!(FloatText(1e-6f32).to_string(), "0.000001");
        assert_eq!(FloatText(16_777_216f32).to_string(), "16777216");
        assert_eq!(FloatText(1e21f32).to_string(), "1e+21");
    }
}
