//! `modusc inspect`: what is in a module or an artifact.

use std::fmt::Write;

use abi::artifact::Header;
use abi::plan::{DefaultValue, FunctionPlan, ImportPlan, Memory, ParameterPlan, Program};
use abi::renewal::Seed;
use abi::types::TypeId;
use serde_json::{Value, json};

use std::path::PathBuf;

use clap::Args;

use super::load::{Section, load};
use super::output::{Outcome, Output};
use super::{print, report};
use crate::render::escaped;
use crate::room::PAGE;
use crate::schema::sdl;

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The module or artifact, or - for standard input
    pub file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command.
pub fn run(arguments: &Inspect, output: &Output) -> Outcome {
    let loaded = load(&arguments.file, output.format());
    let outcome = report(output, &loaded.renderer, &loaded.diagnostics);
    // The header of a damaged artifact is still worth telling.
    if loaded.program.is_none() && loaded.header.is_none() {
        return outcome;
    }
    let (program, header) = (loaded.program.as_ref(), loaded.header.as_ref());
    let text = if arguments.json {
        let mut object = program.map_or_else(|| json!({}), program_json);
        object["length"] = loaded.length.into();
        object["header"] = header.map_or(Value::Null, header_json);
        object["sections"] = loaded.sections.iter().map(section_json).collect();
        format!("{object:#}\n")
    } else {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = header.map_or(Ok(()), |header| header_text(&mut text, header, loaded.length));
        let _ = program.map_or(Ok(()), |program| program_text(&mut text, program));
        let _ = sections_text(&mut text, &loaded.sections);
        text
    };
    match print(output, text.as_bytes()) {
        Outcome::Done => outcome,
        failed => failed,
    }
}

fn header_text(out: &mut String, header: &Header, length: usize) -> std::fmt::Result {
    writeln!(out, "Artifact:  {length} bytes, {} of native code, by modusc {}", header.code_length, header.producer)?;
    writeln!(out, "Target:    {}, CPU {}", header.target, header.cpu.level)?;
    if !header.cpu.features.is_empty() {
        writeln!(out, "Features:  {}", header.cpu.features.join(", "))?;
    }
    writeln!(out, "Engine:    wasmtime {}, bounds {}", header.wasmtime, header.bounds.name())?;
    writeln!(out, "Module:    {} bytes, sha256 {}", header.source_length, hex(&header.source_sha256))
}

fn sections_text(out: &mut String, sections: &[Section]) -> std::fmt::Result {
    if sections.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nSections ({}):", sections.len())?;
    sections.iter().try_for_each(|section| {
        writeln!(out, "  {:<24} {:>10} bytes at {:#x}", escaped(&section.name), section.length, section.offset)
    })
}

fn memory_text(memory: &Memory) -> String {
    let kib = |pages: u32| u64::from(pages) * (PAGE >> 10);
    let free = memory.free.map_or_else(String::new, |free| format!(", {} KiB of them free", free >> 10));
    let built =
        if memory.pages == memory.built { String::new() } else { format!("; built with {}", kib(memory.built)) };
    format!("{} KiB in each call{free}{built}", kib(memory.pages))
}

fn memory_json(memory: &Memory) -> Value {
    let bytes = |pages: u32| u64::from(pages) * PAGE;
    json!({ "built": bytes(memory.built), "initial": bytes(memory.pages), "free": memory.free })
}

fn seed_json(seed: &Seed) -> Value {
    json!({ seed.source(): seed.address(), "length": seed.length() })
}

fn section_json(section: &Section) -> Value {
    json!({ "name": section.name, "offset": section.offset, "length": section.length })
}

fn program_text(out: &mut String, program: &Program) -> std::fmt::Result {
    let app = &program.app;
    writeln!(out, "App:       {} {}", escaped(&app.name), escaped(&app.version))?;
    writeln!(out, "SDK:       {} ({})", escaped(&app.sdk), program.language)?;
    writeln!(out, "Build:     {} of {}", escaped(&app.build_id), escaped(&app.build_time))?;
    if !app.git_repo.is_empty() || !app.git_commit.is_empty() {
        writeln!(out, "Source:    {} {}", escaped(&app.git_repo), escaped(&app.git_commit))?;
    }
    for (name, endpoint) in &program.manifest.endpoints {
        writeln!(out, "Endpoint:  {} at {} ({})", escaped(name), escaped(&endpoint.path), auth_name(endpoint.auth))?;
    }
    match &program.start {
        Some(start) => writeln!(out, "Start:     {} in each call", escaped(start))?,
        None => writeln!(
            out,
            "Start:     at build time; places that are new in each call: {}",
            program.renewal.seeds.len()
        )?,
    }
    if let Some(memory) = &program.memory {
        writeln!(out, "Memory:    {}", memory_text(memory))?;
    }
    writeln!(out, "Schema:    {} bytes as SDL", sdl::print(&program.schema).len())?;
    writeln!(out, "\nFunctions ({}):", program.functions.len())?;
    for function in &program.functions {
        writeln!(out, "  {}", escaped(&function_text(program, function)))?;
        if let Some(reason) = &function.uncallable {
            writeln!(out, "      cannot be called: {}", escaped(reason))?;
        }
    }
    writeln!(out, "\nImports ({}):", program.imports.len())?;
    for import in &program.imports {
        writeln!(out, "  {}.{} {}", escaped(&import.module), escaped(&import.name), import.signature)?;
        if let Some(problem) = &import.problem {
            writeln!(out, "      {}", escaped(problem))?;
        }
    }
    Ok(())
}

fn function_text(program: &Program, function: &FunctionPlan) -> String {
    let parameter = |parameter: &ParameterPlan| {
        let default = match &parameter.default {
            DefaultValue::None => "",
            DefaultValue::Literal(_) | DefaultValue::Placeholder => " (optional)",
        };
        format!("{}: {}{default}", parameter.name, type_name(program, parameter.ty))
    };
    let parameters: Vec<_> = function.parameters.iter().map(parameter).collect();
    let results: Vec<_> = function.results.iter().map(|result| type_name(program, result.ty)).collect();
    let root = root_of(program, &function.name).map_or_else(String::new, |(root, field)| format!("  [{root}.{field}]"));
    let arrow = if results.is_empty() { "" } else { " -> " };
    format!("{}({}){arrow}{}{root}", function.name, parameters.join(", "), results.join(", "))
}

/// Root type and field of a function.
fn root_of<'p>(program: &'p Program, function: &str) -> Option<(&'static str, &'p str)> {
    let roots = [("Query", &program.schema.query), ("Mutation", &program.schema.mutation)];
    roots.into_iter().find_map(|(root, fields)| {
        let of_function = |index: u32| program.functions.get(index as usize).is_some_and(|plan| plan.name == function);
        fields.iter().find(|field| of_function(field.function)).map(|field| (root, field.name.as_str()))
    })
}

fn type_name(program: &Program, id: TypeId) -> &str {
    &program.types[id].name
}

fn header_json(header: &Header) -> Value {
    json!({
        "producer": header.producer,
        "target": header.target,
        "cpu": header.cpu.level,
        "cpuFeatures": header.cpu.features,
        "wasmtime": header.wasmtime,
        "bounds": header.bounds.name(),
        "settings": header.settings,
        "sourceSha256": hex(&header.source_sha256),
        "sourceLength": header.source_length,
        "codeSha256": hex(&header.code_sha256),
        "codeLength": header.code_length,
        "programLength": header.program_length,
    })
}

fn program_json(program: &Program) -> Value {
    let app = &program.app;
    json!({
        "app": {
            "name": app.name,
            "version": app.version,
            "sdk": app.sdk,
            "buildId": app.build_id,
            "buildTime": app.build_time,
            "gitRepo": app.git_repo,
            "gitCommit": app.git_commit,
        },
        "language": program.language.to_string(),
        "start": program.start,
        "seeds": program.renewal.seeds.iter().map(seed_json).collect::<Value>(),
        "memory": program.memory.as_ref().map(memory_json),
        "schemaLength": sdl::print(&program.schema).len(),
        "functions": program.functions.iter().map(|function| function_json(program, function)).collect::<Vec<_>>(),
        "imports": program.imports.iter().map(|import| import_json(program, import)).collect::<Vec<_>>(),
        "endpoints": program.manifest.endpoints.iter().map(|(name, endpoint)| {
            json!({ "name": name, "path": endpoint.path, "auth": auth_name(endpoint.auth) })
        }).collect::<Vec<_>>(),
        "models": program.manifest.models.keys().collect::<Vec<_>>(),
        "connections": program.manifest.connections.keys().collect::<Vec<_>>(),
        "embedders": program.manifest.embedders,
    })
}

fn function_json(program: &Program, function: &FunctionPlan) -> Value {
    let root = root_of(program, &function.name);
    json!({
        "name": function.name,
        "root": root.map(|(root, _)| root),
        "field": root.map(|(_, field)| field),
        "parameters": parameters_json(program, &function.parameters),
        "results": function.results.iter().map(|result| {
            json!({ "name": &*result.name, "type": type_name(program, result.ty) })
        }).collect::<Vec<_>>(),
        "signature": function.signature.to_string(),
        "uncallable": function.uncallable,
    })
}

fn import_json(program: &Program, import: &ImportPlan) -> Value {
    json!({
        "module": import.module,
        "name": import.name,
        "parameters": parameters_json(program, &import.parameters),
        "result": import.result.map(|id| type_name(program, id)),
        "signature": import.signature.to_string(),
        "problem": import.problem,
    })
}

fn parameters_json(program: &Program, parameters: &[ParameterPlan]) -> Vec<Value> {
    let parameter = |parameter: &ParameterPlan| {
        json!({
            "name": &*parameter.name,
            "type": type_name(program, parameter.ty),
            "optional": parameter.default != DefaultValue::None,
        })
    };
    parameters.iter().map(parameter).collect()
}

fn auth_name(auth: abi::manifest::Auth) -> &'static str {
    match auth {
        abi::manifest::Auth::None => "none",
        abi::manifest::Auth::BearerToken => "bearer-token",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
