//! Which records are written.

use tracing::{Level, Metadata};
use tracing_subscriber::filter::Targets;

use crate::environment::{ENV, is_dev, is_true};

/// Target of records that authors and users of an app are meant to see.
pub(super) const USER_VISIBLE: &str = "modus::app";

/// `RUST_LOG` if it is set, else a level.
#[derive(Clone, Debug)]
pub(super) enum Filter {
    /// Ours at this level, those of libraries from warnings up. What users may see has no level.
    Level(Level),
    /// As asked for.
    Targets(Targets),
}

impl Filter {
    /// `RUST_LOG` (levels, or levels for targets), else `MODUS_DEBUG` or `MODUS_LOG_LEVEL`; without any of them debugging
    /// records are written in development. The second value says what is wrong with the variables.
    pub(super) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> (Self, Option<String>) {
        let get = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
        let dev = get(ENV).is_some_and(|name| is_dev(&name));
        let default = if dev { Level::DEBUG } else { Level::INFO };
        let mut fault = None;
        if let Some(text) = get("RUST_LOG") {
            match parse(&text) {
                Ok(filter) => return (filter, None),
                Err(reason) => fault = Some(format!("RUST_LOG is ignored: {reason}")),
            }
        }
        if get("MODUS_DEBUG").is_some_and(|text| is_true(&text)) {
            return (Self::Level(Level::DEBUG), fault);
        }
        let level = get("MODUS_LOG_LEVEL").and_then(|text| {
            let level = text.trim().parse();
            level.inspect_err(|_| fault = Some(format!("MODUS_LOG_LEVEL is ignored: {text} is no level"))).ok()
        });
        (Self::Level(level.unwrap_or(default)), fault)
    }

    pub(super) fn allows(&self, metadata: &Metadata<'_>) -> bool {
        self.allows_target(metadata.target(), *metadata.level())
    }

    fn allows_target(&self, target: &str, level: Level) -> bool {
        match self {
            Self::Level(_) if target == USER_VISIBLE => true,
            Self::Level(most) if target.starts_with("modus") || target.starts_with("runner") => level <= *most,
            Self::Level(most) => level <= (*most).min(Level::WARN),
            Self::Targets(targets) => targets.would_enable(target, &level),
        }
    }

    pub(super) fn most(&self) -> tracing::level_filters::LevelFilter {
        match self {
            // For the sake of what users may see.
            Self::Level(most) => (*most).max(Level::DEBUG).into(),
            Self::Targets(_) => tracing::level_filters::LevelFilter::TRACE,
        }
    }
}

fn parse(text: &str) -> Result<Filter, String> {
    match text.trim().parse::<Level>() {
        // One level means ours: few want to read what the HTTP library does.
        Ok(level) => {
            let libraries = level.min(Level::WARN);
            Ok(Filter::Targets(
                Targets::new().with_default(libraries).with_targets([("modus", level), ("runner", level)]),
            ))
        }
        Err(_) => text.parse().map(Filter::Targets).map_err(|error| format!("{error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], target: &str, level: Level, expected: bool) {
        let value = |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.to_owned());
        let (filter, _) = Filter::from_variables(value);
        assert_eq!(filter.allows_target(target, level), expected, "{filter:?} {target} {level}");
    }

    #[test]
    fn levels_and_targets() {
        check(&[], "modus", Level::INFO, true);
        check(&[], "modus", Level::DEBUG, false);
        check(&[], USER_VISIBLE, Level::DEBUG, true);
        check(&[], "hyper", Level::INFO, false);
        check(&[("MODUS_ENV", "dev")], "modus", Level::DEBUG, true);
        check(&[("MODUS_DEBUG", "1")], "runner::hosts", Level::DEBUG, true);
        check(&[("MODUS_LOG_LEVEL", "warn")], "modus", Level::INFO, false);
        check(&[("MODUS_LOG_LEVEL", "warn")], USER_VISIBLE, Level::INFO, true);
        check(&[("RUST_LOG", "error")], USER_VISIBLE, Level::INFO, false);
        check(&[("RUST_LOG", "debug")], "hyper", Level::INFO, false);
        check(&[("RUST_LOG", "warn,hyper=debug")], "hyper", Level::DEBUG, true);
        check(&[("RUST_LOG", "warn,hyper=debug")], "modus", Level::INFO, false);
        check(&[("RUST_LOG", "modus=off")], "modus", Level::ERROR, false);
    }

    #[test]
    fn faults_are_told() {
        for (name, value) in [("RUST_LOG", "modus=loud"), ("MODUS_LOG_LEVEL", "loud")] {
            let (_, fault) = Filter::from_variables(|asked| (asked == name).then(|| value.to_owned()));
            assert!(fault.is_some_and(|text| text.contains(name)), "{name}");
        }
    }
}
