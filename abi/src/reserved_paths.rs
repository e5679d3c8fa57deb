//! The one table of paths that the runner answers itself (`http-server` sections 5 and 10, `explorer` section 1).

/// Path of the API explorer, which has every path below it, too.
pub const EXPLORER: &str = "/explorer";
/// Path of the least that the runner answers: that it is alive.
pub const LIVE: &str = "/livez";

/// Who answers at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// Alive, environment and version.
    Health,
    /// Alive.
    Live,
    /// Whether more requests are wanted.
    Ready,
    /// Measurements.
    Metrics,
    /// The API explorer, where it is on. Elsewhere an endpoint can have the path.
    Explorer,
}

/// The paths, but for those below [`EXPLORER`].
const PATHS: [(&str, Reserved); 6] = [
    ("/health", Reserved::Health),
    (LIVE, Reserved::Live),
    ("/readyz", Reserved::Ready),
    ("/ready", Reserved::Ready),
    ("/metrics", Reserved::Metrics),
    (EXPLORER, Reserved::Explorer),
];

impl Reserved {
    /// Who answers at a path, if it is not the app's.
    pub fn at(path: &str) -> Option<Self> {
        let below = path.strip_prefix(EXPLORER).is_some_and(|rest| rest.starts_with('/'));
        if below {
            return Some(Self::Explorer);
        }
        PATHS.into_iter().find(|(reserved, _)| *reserved == path).map(|(_, owner)| owner)
    }

    /// Whether no endpoint ever has the path.
    pub fn is_always(self) -> bool {
        self != Self::Explorer
    }

    /// Whether everybody may ask here, by whatever name he knows the server. Metrics tell more than that it is well.
    pub fn is_probe(self) -> bool {
        matches!(self, Self::Health | Self::Live | Self::Ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (path, expected) in [
            ("/health", Some(Reserved::Health)),
            ("/livez", Some(Reserved::Live)),
            ("/ready", Some(Reserved::Ready)),
            ("/readyz", Some(Reserved::Ready)),
            ("/metrics", Some(Reserved::Metrics)),
            ("/explorer", Some(Reserved::Explorer)),
            ("/explorer/", Some(Reserved::Explorer)),
            ("/explorer/api/endpoints", Some(Reserved::Explorer)),
            ("/explorers", None),
            ("/livez/", None),
            ("/Health", None),
            ("/", None),
            ("/graphql", None),
        ] {
            assert_eq!(Reserved::at(path), expected, "{path}");
        }
    }
}
