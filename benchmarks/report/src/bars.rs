//! A figure of one number for each subject, as horizontal bars: as long as the minimum, with a thin line to the median.

use std::path::Path;

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::Result;
use crate::charts::Chart;
use crate::figures::Figure;
use crate::scale::{self, Scale};
use crate::{lines, palette};

/// Height of a bar with the space around it, and of all else, in pixels.
const ROW: u32 = 30;
const FRAME: u32 = 110;
/// Width of the names.
const NAMES: u32 = 220;

/// Writes the plot as SVG.
///
/// # Errors
/// When it cannot be drawn or written.
pub(crate) fn draw(figure: &Figure, chart: &Chart, path: &Path) -> Result<()> {
    let rows = u32::try_from(figure.series.len())?;
    let scale = scale::of(figure, 1.3);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (palette::WIDTH, ROW * rows + FRAME)).into_drawing_area();
        root.fill(&WHITE)?;
        if scale.logarithmic {
            plot(&root, figure, chart, (scale.low..scale.high).log_scale(), scale)?;
        } else {
            plot(&root, figure, chart, scale.low..scale.high, scale)?;
        }
        root.present()?;
    }
    Ok(std::fs::write(path, lines::described(&svg, &chart.title))?)
}

type Area<'a, 's> = DrawingArea<SVGBackend<'s>, plotters::coord::Shift>;

fn plot<X>(root: &Area, figure: &Figure, chart: &Chart, x: X, scale: Scale) -> Result<()>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
{
    let count = figure.series.len() as f64;
    // The first subject is at the top.
    let place = |index: usize| count - 1.0 - index as f64;
    let mut context = ChartBuilder::on(root)
        .caption(&chart.title, palette::text(18))
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(NAMES)
        .build_cartesian_2d(x, 0.0..count)?;
    let what = if figure.varies() { " (bar: minimum, line: median)" } else { "" };
    let unit = format!("{}{what}{}", figure.unit, lines::scale_note(scale));
    context
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .y_labels(0)
        .x_desc(unit)
        .x_label_formatter(&|value| scale::label(*value))
        .label_style(palette::text(13))
        .axis_desc_style(palette::text(14))
        .light_line_style(TRANSPARENT)
        .bold_line_style(palette::grid())
        .draw()?;
    let area = context.plotting_area();
    for (index, series) in figure.series.iter().enumerate() {
        let (point, bottom) = (series.points[0], place(index));
        let colour = palette::colour(series.place);
        let middle = bottom + 0.5;
        area.draw(&Rectangle::new([(scale.low, bottom + 0.2), (point.minimum, bottom + 0.8)], colour.filled()))?;
        area.draw(&PathElement::new(vec![(point.minimum, middle), (point.median, middle)], colour.stroke_width(2)))?;
        let mut text = scale::number(point.minimum);
        if figure.varies() {
            text += &format!(" / {}", scale::number(point.median));
        }
        let anchored = |horizontal| palette::text(13).pos(Pos::new(horizontal, VPos::Center));
        let end = point.minimum.max(point.median);
        let label = EmptyElement::at((end, middle)) + Text::new(text, (6, 0), anchored(HPos::Left));
        area.draw(&label)?;
        let name = EmptyElement::at((scale.low, middle));
        area.draw(&(name + Text::new(series.subject.clone(), (-8, 0), anchored(HPos::Right))))?;
    }
    Ok(())
}
