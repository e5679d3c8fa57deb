//! A figure that depends on something, as lines: a point for each median, and the names at the right.

use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::Result;
use crate::charts::Chart;
use crate::figures::Figure;
use crate::palette;
use crate::scale::{self, Scale};

const HEIGHT: u32 = 420;
/// Width of the names at the right, and the height of one, in pixels.
const NAMES: u32 = 230;
const NAME: i32 = 22;

type Area<'a, 's> = DrawingArea<SVGBackend<'s>, Shift>;

/// Writes the plot as SVG.
///
/// # Errors
/// When it cannot be drawn or written.
pub(crate) fn draw(figure: &Figure, chart: &Chart, path: &Path) -> Result<()> {
    let scale = scale::of(figure, 1.05);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (palette::WIDTH, HEIGHT)).into_drawing_area();
        root.fill(&WHITE)?;
        let (left, right) = root.split_horizontally(palette::WIDTH - NAMES);
        if scale.logarithmic {
            plot(&left, figure, chart, (scale.low..scale.high).log_scale(), scale)?;
        } else {
            plot(&left, figure, chart, scale.low..scale.high, scale)?;
        }
        names(&right, figure)?;
        root.present()?;
    }
    Ok(std::fs::write(path, described(&svg, &chart.title))?)
}

/// What is added to the unit of a logarithmic axis.
pub(crate) fn scale_note(scale: Scale) -> &'static str {
    if scale.logarithmic { ", logarithmic" } else { "" }
}

/// The SVG with a title, which readers of the screen speak.
pub(crate) fn described(svg: &str, title: &str) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut parts = svg.splitn(3, '>');
    match (parts.next(), parts.next(), parts.next()) {
        // Some writers put an XML declaration in front.
        (Some(head), Some(svg), Some(rest)) if head.starts_with("<?xml") => {
            format!("{head}>{svg}>\n<title>{title}</title>{rest}\n")
        }
        _ => svg.replacen('>', &format!(">\n<title>{title}</title>"), 1),
    }
}

fn plot<Y>(area: &Area, figure: &Figure, chart: &Chart, y: Y, scale: Scale) -> Result<()>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let xs = figure.xs();
    // A point of a series that depends on x has one.
    let (first, last) = (xs.first().copied().unwrap_or(1.0).max(1e-9), xs.last().copied().unwrap_or(1.0));
    let edge = (last / first).max(2.0).powf(0.04);
    let ticks = xs.clone();
    let x = ((first / edge)..(last * edge)).log_scale().with_key_points(ticks);
    let mut context = ChartBuilder::on(area)
        .caption(&chart.title, palette::text(18))
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(84)
        .build_cartesian_2d(x, y)?;
    context
        .configure_mesh()
        .x_desc(format!("{} (logarithmic)", chart.x))
        .y_desc(format!("{}, median{}", figure.unit, scale_note(scale)))
        .x_label_formatter(&|value| scale::label(*value))
        .y_label_formatter(&|value| scale::label(*value))
        .label_style(palette::text(13))
        .axis_desc_style(palette::text(14))
        .light_line_style(TRANSPARENT)
        .bold_line_style(palette::grid())
        .draw()?;
    for series in &figure.series {
        let points = series.points.iter().filter_map(|point| Some((point.x?, point.median)));
        let style = palette::colour(series.place).stroke_width(2);
        context.draw_series(LineSeries::new(points.clone(), style))?;
        context.draw_series(points.map(|point| Circle::new(point, 4, palette::colour(series.place).filled())))?;
    }
    Ok(())
}

fn names(area: &Area, figure: &Figure) -> Result<()> {
    let style = palette::text(14).pos(Pos::new(HPos::Left, VPos::Center));
    for (index, series) in figure.series.iter().enumerate() {
        let y = 60 + NAME * i32::try_from(index)?;
        area.draw(&Rectangle::new([(0, y - 6), (16, y + 6)], palette::colour(series.place).filled()))?;
        area.draw(&Text::new(series.subject.clone(), (24, y), style.clone()))?;
    }
    Ok(())
}
