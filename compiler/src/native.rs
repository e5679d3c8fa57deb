//! Native code: wasm in, wasmtime's ELF object out.

use abi::artifact::Cpu;
use abi::engine::{self, Bounds};
use wasmtime::{Config, Engine, OptLevel};

use crate::codes;
use crate::diagnostic::Diagnostic;

/// What machine to compile for.
#[derive(Clone, Debug)]
pub struct Target {
    /// Target triple.
    pub triple: String,
    /// CPU level.
    pub cpu: CpuLevel,
    /// How guests are kept within their memory.
    pub bounds: Bounds,
}

/// How much of the CPU the code may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum CpuLevel {
    /// What every CPU of the architecture has.
    #[default]
    Baseline,
    /// x86-64-v3: AVX2, BMI, FMA (servers since about 2015).
    #[value(name = "x86-64-v3")]
    X86V3,
    /// What this machine has.
    Native,
}

/// One CPU feature: our name for it, Cranelift's setting, and whether x86-64-v3 has it.
struct Feature {
    name: &'static str,
    setting: &'static str,
    v3: bool,
}

const fn feature(name: &'static str, setting: &'static str, v3: bool) -> Feature {
    Feature { name, setting, v3 }
}

/// The x86-64 features that Cranelift can use, in the order of their introduction.
const FEATURES: [Feature; 15] = [
    feature("cmpxchg16b", "has_cmpxchg16b", true),
    feature("sse3", "has_sse3", true),
    feature("ssse3", "has_ssse3", true),
    feature("sse4.1", "has_sse41", true),
    feature("sse4.2", "has_sse42", true),
    feature("popcnt", "has_popcnt", true),
    feature("avx", "has_avx", true),
    feature("avx2", "has_avx2", true),
    feature("bmi1", "has_bmi1", true),
    feature("bmi2", "has_bmi2", true),
    feature("lzcnt", "has_lzcnt", true),
    feature("fma", "has_fma", true),
    feature("avx512f", "has_avx512f", false),
    feature("avx512dq", "has_avx512dq", false),
    feature("avx512vl", "has_avx512vl", false),
];

impl Target {
    /// The CPU requirements that the artifact's header will state.
    ///
    /// # Errors
    /// A diagnostic where the level does not belong to the target.
    pub fn cpu(&self) -> Result<Cpu, Diagnostic> {
        let unknown = |text: String| Err(Diagnostic::error(codes::TARGET_UNKNOWN, text));
        let x86 = self.triple.starts_with("x86_64");
        let (level, features) = match self.cpu {
            CpuLevel::Baseline => ("baseline", Vec::new()),
            CpuLevel::X86V3 if x86 => ("x86-64-v3", FEATURES.iter().filter(|feature| feature.v3).collect()),
            CpuLevel::X86V3 => return unknown(format!("CPU x86-64-v3 does not belong to target {}", self.triple)),
            CpuLevel::Native if self.triple == abi::cpu::target() => {
                ("native", FEATURES.iter().filter(|feature| abi::cpu::has_feature(feature.name)).collect())
            }
            CpuLevel::Native => {
                return unknown(format!(
                    "CPU native is this machine, {}, not target {}",
                    abi::cpu::target(),
                    self.triple
                ));
            }
        };
        let features = features.into_iter().map(|feature| feature.name.to_owned()).collect();
        Ok(Cpu { level: level.to_owned(), features })
    }

    fn refused(&self, error: &dyn std::fmt::Display) -> Diagnostic {
        Diagnostic::error(codes::TARGET_UNKNOWN, format!("target {} cannot be compiled for: {error}", self.triple))
            .with_help("targets: x86_64-unknown-linux-gnu, aarch64-unknown-linux-gnu")
    }
}

/// Compiles a validated module.
///
/// # Errors
/// A diagnostic for an unknown target or for a module that the engine cannot compile.
pub fn compile(wasm: &[u8], target: &Target) -> Result<Vec<u8>, Diagnostic> {
    let config = config(target)?;
    let refused = |error: &dyn std::fmt::Display| {
        Diagnostic::error(codes::NOT_COMPILABLE, format!("failed to compile the app: {error:#}"))
    };
    let engine = Engine::new(&config).map_err(|error| target.refused(&error))?;
    engine.precompile_module(wasm).map_err(|error| refused(&error))
}

/// The engine that compiles for a target.
///
/// # Errors
/// A diagnostic for an unknown target.
pub fn config(target: &Target) -> Result<Config, Diagnostic> {
    let refused = |error: &dyn std::fmt::Display| target.refused(error);
    let mut config = engine::config(target.bounds).map_err(|error| refused(&error))?;
    // wasmtime first: Cranelift's look-up panics on a text that is no triple at all.
    config.target(&target.triple).map_err(|error| refused(&error))?;
    cranelift_codegen::isa::lookup_by_name(&target.triple).map_err(|error| refused(&error))?;
    let cpu = target.cpu()?;
    config.cranelift_opt_level(OptLevel::Speed).memory_guaranteed_dense_image_size(64 << 20);
    for feature in FEATURES.iter().filter(|feature| cpu.features.iter().any(|name| name == feature.name)) {
        #[expect(unsafe_code, reason = "the header states the feature and the runner checks it before loading")]
        // SAFETY: code that uses the feature runs only where `Artifact::check` found it.
        unsafe {
            config.cranelift_flag_enable(feature.setting);
        }
    }
    Ok(config)
}
