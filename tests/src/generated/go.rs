//! Generated types in Go.

use std::fmt::Write as _;

use super::{Type, Types};

const HEAD: &str = "\
// Generated. An Echo function answers its argument, a ViaHost function sends it through the host first.
package main

import (
\t\"runtime\"
\t\"time\"
\t\"unsafe\"
)

// For tests that collect garbage before each allocation.
//
//go:wasmexport __collect
func collect() { runtime.GC() }

// Both are in use even where no generated type needs them.
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
    for (index, fields) in types.structs.iter().enumerate() {
        writeln!(out, "\ntype S{index} struct {{").unwrap();
        for (at, field) in fields.iter().enumerate() {
            writeln!(out, "\tF{at} {}", name(field)).unwrap();
        }
        out.push_str("}\n");
    }
    for (index, ty) in types.functions.iter().enumerate() {
        let ty = name(ty);
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
    out
}

fn name(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        // `int` and `uint` have 32 bits in a guest.
        Type::Int(32, true) => "int".to_owned(),
        Type::Int(bits, signed) => format!("{}int{bits}", if *signed { "" } else { "u" }),
        Type::Float(bits) => format!("float{bits}"),
        Type::Text => "string".to_owned(),
        Type::Bytes => "[]byte".to_owned(),
        Type::Time => "time.Time".to_owned(),
        Type::List(element) => format!("[]{}", name(element)),
        Type::Fixed(length, element) => format!("[{length}]{}", name(element)),
        Type::Numbers(bits, signed) => format!("[]{}", name(&Type::Int(*bits, *signed))),
        Type::Map(key, value) => format!("map[{}]{}", name(key), name(value)),
        Type::Set(key) => format!("map[{}]bool", name(key)),
        Type::Struct(index) => format!("S{index}"),
        Type::Optional(inner) => format!("*{}", name(inner)),
    }
}
