//! Which CPU features this machine has, by the names that an artifact's header uses.

/// Whether the machine has a feature. Unknown names are answered with no.
#[cfg(target_arch = "x86_64")]
pub fn has_feature(name: &str) -> bool {
    match name {
        "cmpxchg16b" => is_x86_feature_detected!("cmpxchg16b"),
        "sse3" => is_x86_feature_detected!("sse3"),
        "ssse3" => is_x86_feature_detected!("ssse3"),
        "sse4.1" => is_x86_feature_detected!("sse4.1"),
        "sse4.2" => is_x86_feature_detected!("sse4.2"),
        "popcnt" => is_x86_feature_detected!("popcnt"),
        "avx" => is_x86_feature_detected!("avx"),
        "avx2" => is_x86_feature_detected!("avx2"),
        "bmi1" => is_x86_feature_detected!("bmi1"),
        "bmi2" => is_x86_feature_detected!("bmi2"),
        "lzcnt" => is_x86_feature_detected!("lzcnt"),
        "fma" => is_x86_feature_detected!("fma"),
        "avx512f" => is_x86_feature_detected!("avx512f"),
        "avx512dq" => is_x86_feature_detected!("avx512dq"),
        "avx512vl" => is_x86_feature_detected!("avx512vl"),
        _ => false,
    }
}

/// Whether the machine has a feature. Artifacts for other architectures ask for none.
#[cfg(not(target_arch = "x86_64"))]
pub fn has_feature(_: &str) -> bool {
    false
}

/// The target triple of this machine.
pub fn target() -> String {
    format!("{}-unknown-linux-gnu", std::env::consts::ARCH)
}
