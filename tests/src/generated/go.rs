//! Generated types in Go.

use std::fmt::Write as _;

use super::{Type, Types};

const HEAD: &str = "\
// Generated. An Echo function answers its argument, a ViaHost function sends it through the host first.
package main

import (
\t\"encoding/json\"
\t\"runtime\"
\t\"time\"
\t\"unsafe\"
)

// For tests that collect garbage before each allocation.
//
//go:wasmexport __collect
func collect() { runtime.GC() }

// All are in use even where no generated type needs them.
var _ json.Number
var _ time.Time
var _ unsafe.Pointer
";

/// The app's files.
pub(super) fn sources(types: &Types) -> Vec<(&'static str, String)> {
    let like = crate::root().join("tests/guests/go/types");
    let read = |name: &str| std::fs::read_to_string(like.join(name)).expect("the app of all types has the file");
    vec![
        ("main.go", source(types)),
        ("go.mod", read("go.mod").replace("module types", "module generated")),
        ("go.sum", read("go.sum")),
    ]
}

fn source(types: &Types) -> String {
    let mut out = HEAD.to_owned();
    let mut named = Named::default();
    for (index, fields) in types.structs.iter().enumerate() {
        writeln!(out, "\ntype S{index} struct {{").unwrap();
        for (at, field) in fields.iter().enumerate() {
            writeln!(out, "\tF{at} {}", named.name(field)).unwrap();
        }
        out.push_str("}\n");
    }
    for (index, ty) in types.functions.iter().enumerate() {
        let ty = named.name(ty);
        write!(
            out,
            "
func Echo{index}(v {ty}) {ty} {{ return v }}

//go:noescape
//go:wasmimport modus_test echo{index}
func rawEcho{index}(v unsafe.Pointer) unsafe.Pointer

//modus:import modus_test echo{index}
func hostEcho{index}(v *{ty}) *{ty} {{ return (*{ty})(rawEcho{index}(unsafe.Pointer(v))) }}

func ViaHost{index}(v {ty}) (result {ty}) {{
\tif answer := hostEcho{index}(&v); answer != nil {{
\t\tresult = *answer
\t}}
\treturn
}}
"
        )
        .unwrap();
    }
    for (index, made_of) in named.made_of.iter().enumerate() {
        writeln!(out, "\ntype N{index} {made_of}").unwrap();
    }
    out
}

/// The named types so far: what each is made of.
#[derive(Default)]
struct Named {
    made_of: Vec<String>,
}

impl Named {
    fn name(&mut self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".to_owned(),
            // `int` and `uint` have 32 bits in a guest.
            Type::Int(32, true) => "int".to_owned(),
            Type::Int(bits, signed) => format!("{}int{bits}", if *signed { "" } else { "u" }),
            Type::Float(bits) => format!("float{bits}"),
            Type::Text => "string".to_owned(),
            Type::Bytes => "[]byte".to_owned(),
            Type::Time => "time.Time".to_owned(),
            Type::List(element) => format!("[]{}", self.name(element)),
            Type::Fixed(length, element) => format!("[{length}]{}", self.name(element)),
            Type::Numbers(bits, signed) => format!("[]{}", self.name(&Type::Int(*bits, *signed))),
            Type::Map(key, value) => format!("map[{}]{}", self.name(key), self.name(value)),
            Type::Set(key) => format!("map[{}]bool", self.name(key)),
            Type::Struct(index) => format!("S{index}"),
            Type::Optional(inner) => format!("*{}", self.name(inner)),
            Type::Json { number: true } => "json.Number".to_owned(),
            Type::Json { number: false } => "json.RawMessage".to_owned(),
            Type::Named(inner) => {
                let made_of = self.name(inner);
                let known = self.made_of.iter().position(|other| *other == made_of);
                let index = known.unwrap_or_else(|| {
                    self.made_of.push(made_of);
                    self.made_of.len() - 1
                });
                format!("N{index}")
            }
        }
    }
}
