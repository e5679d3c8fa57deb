//! Colours, fonts and sizes of all plots. They are legible on the white ground that each plot brings along, whatever
//! the page around it looks like.

use plotters::style::{BLACK, Color as _, IntoTextStyle as _, RGBAColor, RGBColor, TextStyle};

/// Width of a plot in pixels.
pub(crate) const WIDTH: u32 = 860;

/// Colours that people with any kind of colour vision tell apart, then some more. By place among the subjects.
const COLOURS: [RGBColor; 20] = [
    RGBColor(213, 94, 0),
    RGBColor(0, 0, 0),
    RGBColor(0, 114, 178),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(120, 94, 180),
    RGBColor(140, 140, 140),
    RGBColor(128, 60, 20),
    RGBColor(150, 200, 60),
    RGBColor(220, 40, 80),
    RGBColor(0, 90, 60),
    RGBColor(90, 60, 0),
    RGBColor(60, 60, 140),
    RGBColor(190, 160, 220),
    RGBColor(110, 130, 0),
    RGBColor(250, 150, 130),
    RGBColor(0, 150, 170),
    RGBColor(80, 80, 80),
];

/// The colour of a subject by its place in the figure.
pub(crate) fn colour(place: usize) -> RGBColor {
    COLOURS[place % COLOURS.len()]
}

/// Lines of the grid.
pub(crate) fn grid() -> RGBAColor {
    BLACK.mix(0.15)
}

/// Plain text of a size in pixels.
pub(crate) fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).with_color(BLACK).into_text_style(&(WIDTH, WIDTH))
}
