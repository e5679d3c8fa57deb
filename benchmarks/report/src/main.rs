//! Makes tables and plots of the figures that the benchmarks measured: report FIGURES.jsonl PLOTS LINK
//!
//! Prints the tables as Markdown. The plots go to the folder PLOTS; in the Markdown their addresses begin with LINK.

mod bars;
mod charts;
mod figures;
mod lines;
mod palette;
mod scale;
mod tables;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use figures::Figure;

/// What went wrong; shown and nothing else.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "usage: report FIGURES.jsonl PLOTS LINK";

/// Draws a figure and gives its section.
fn section(figure: &Figure, plots: &Path, link: &str) -> Result<String> {
    let chart = charts::of(&figure.name);
    let file = format!("{}.svg", figures::file_name(&figure.name));
    if figure.depends_on_x() {
        lines::draw(figure, &chart, &plots.join(&file))?;
    } else {
        bars::draw(figure, &chart, &plots.join(&file))?;
    }
    let mut section = format!("\n### {}\n\n", chart.title);
    if !chart.note.is_empty() {
        let _ = writeln!(section, "{}\n", chart.note);
    }
    section += &tables::table(figure, &chart);
    let _ = writeln!(section, "\n![{}]({link}/{file})", chart.title);
    Ok(section)
}

fn run(arguments: &[String]) -> Result<()> {
    let [figures, plots, link] = arguments else { return Err(USAGE.into()) };
    let text = std::fs::read_to_string(figures).map_err(|error| format!("cannot read {figures}: {error}"))?;
    let mut figures = figures::read(&text).map_err(|error| format!("{figures}: {error}"))?;
    figures.sort_by_key(|figure| charts::position(&figure.name));
    let plots = Path::new(plots);
    std::fs::create_dir_all(plots)?;
    let mut heading = "";
    for figure in &figures {
        let next = charts::heading(&figure.name);
        if next != heading {
            println!("\n## {next}");
            heading = next;
        }
        print!("{}", section(figure, plots, link)?);
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("report: {error}");
            ExitCode::FAILURE
        }
    }
}
