//! Generated types in AssemblyScript.

use std::fmt::Write as _;

use super::{Type, Types};

const PACKAGE: &str = r#"{"name": "generated", "version": "1.0.0", "private": true, "type": "module"}"#;

/// The app's files.
pub(super) fn sources(types: &Types) -> Vec<(&'static str, String)> {
    vec![("assembly/index.ts", source(types)), ("package.json", PACKAGE.to_owned())]
}

fn source(types: &Types) -> String {
    let mut out =
        "// Generated. An echo function answers its argument, a viaHost function sends it through the host first.\n"
            .to_owned();
    for (index, fields) in types.structs.iter().enumerate() {
        writeln!(out, "\nclass S{index} {{").unwrap();
        for (at, field) in fields.iter().enumerate() {
            writeln!(out, "  f{at}!: {};", name(field)).unwrap();
        }
        out.push_str("}\n");
    }
    for (index, ty) in types.functions.iter().enumerate() {
        let ty = name(ty);
        write!(
            out,
            "
export function echo{index}(v: {ty}): {ty} {{
  return v;
}}
// @ts-ignore: decorator
@external(\"modus_test\", \"echo{index}\")
declare function hostEcho{index}(v: {ty}): {ty};
export function viaHost{index}(v: {ty}): {ty} {{
  return hostEcho{index}(v);
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
        Type::Int(bits, signed) => format!("{}{bits}", if *signed { "i" } else { "u" }),
        Type::Float(bits) => format!("f{bits}"),
        Type::Text => "string".to_owned(),
        Type::Bytes => "ArrayBuffer".to_owned(),
        Type::Time => "Date".to_owned(),
        Type::List(element) => format!("Array<{}>", name(element)),
        Type::Fixed(_, element) => format!("StaticArray<{}>", name(element)),
        Type::Numbers(bits, signed) => format!("{}Int{bits}Array", if *signed { "" } else { "U" }).replace("UI", "Ui"),
        Type::Map(key, value) => format!("Map<{},{}>", name(key), name(value)),
        Type::Set(key) => format!("Set<{}>", name(key)),
        Type::Struct(index) => format!("S{index}"),
        Type::Named(inner) => name(inner),
        Type::Json { .. } => name(&Type::Text),
        // Only references can be null.
        Type::Optional(inner) => match &**inner {
            Type::Bool | Type::Int(..) | Type::Float(_) | Type::Optional(_) => name(inner),
            Type::Named(made_of) => name(&Type::Optional(made_of.clone())),
            _ => format!("{} | null", name(inner)),
        },
    }
}
