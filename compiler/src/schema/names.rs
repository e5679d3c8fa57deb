//! Names: language names to GraphQL names (`graphql` section 6).

use crate::metadata::FunctionResult;

/// Type names no app type may have.
pub(super) const RESERVED: [&str; 15] = [
    "Query",
    "Mutation",
    "Subscription",
    "AgentEvent",
    "JSON",
    "Int",
    "Float",
    "String",
    "Boolean",
    "ID",
    "Int64",
    "UInt64",
    "UInt",
    "Timestamp",
    "Void",
];

/// Prefixes that a query field loses.
const TRIMMED: [&str; 2] = ["get", "list"];

/// Prefixes that make a function a mutation.
const MUTATION: [&str; 17] = [
    "mutate", "post", "patch", "put", "delete", "add", "update", "insert", "upsert", "create", "edit", "save",
    "remove", "alter", "modify", "start", "stop",
];

/// The prefix word of a name: the whole name, or followed by anything but `a` to `z`.
fn prefix(name: &str, list: &[&'static str]) -> Option<&'static str> {
    list.iter().copied().find(|prefix| {
        let head = name.get(..prefix.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
            && !name[prefix.len()..].starts_with(|next: char| next.is_ascii_lowercase())
    })
}

/// Whether a function is a field of `Mutation`.
pub(super) fn is_mutation(function: &str) -> bool {
    mutating_verb(function).is_some()
}

/// The verb that a function's name begins with and that makes it a field of `Mutation`.
pub(crate) fn mutating_verb(function: &str) -> Option<&'static str> {
    prefix(function, &MUTATION)
}

/// The field name of a function.
pub(super) fn field(function: &str) -> String {
    let trimmed = match prefix(function, &TRIMMED) {
        Some(prefix) => function.strip_prefix(prefix).unwrap_or(function),
        None => function,
    };
    // Nothing left, or no name: the function keeps its own.
    let name = if trimmed.is_empty() || trimmed.starts_with(|c: char| c.is_ascii_digit()) { function } else { trimmed };
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Whether GraphQL allows the name for something an app defines.
pub(super) fn is_valid(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with("__")
}

/// A short type name as a GraphQL name.
pub(super) fn sanitise(short: &str) -> String {
    let mut name = String::with_capacity(short.len());
    let mut replaced = false;
    for c in short.chars() {
        let keep = c.is_ascii_alphanumeric() || c == '_';
        if keep {
            name.push(c);
        } else if !replaced {
            name.push('_');
        }
        replaced = !keep;
    }
    if replaced && name.len() > 1 {
        name.pop();
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    while name.starts_with("__") {
        name.remove(0);
    }
    name
}

/// The `number`th variant of a name: itself for 1, else `_2`, `_3`, … before a trailing `Input`.
pub(super) fn numbered(name: &str, number: u32) -> String {
    match (number, name.strip_suffix("Input")) {
        (1, _) => name.to_owned(),
        (_, Some(stem)) => format!("{stem}_{number}Input"),
        (_, None) => format!("{name}_{number}"),
    }
}

/// The order of everything printed: by lower-cased name, then by name.
pub(super) fn order(name: &str) -> (String, String) {
    (name.to_ascii_lowercase(), name.to_owned())
}

/// The response keys of several results: their names, or `item1`, `item2`, … by position.
pub(crate) fn results(results: &[FunctionResult]) -> Vec<String> {
    let name = |(index, result): (usize, &FunctionResult)| match result.name.as_str() {
        "" => format!("item{}", index + 1),
        name => name.to_owned(),
    };
    results.iter().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(function: &str, mutation: bool, expected: &str) {
        assert_eq!(field(function), expected, "{function}");
        assert_eq!(is_mutation(function), mutation, "{function}");
    }

    #[test]
    fn fields_of_functions() {
        check("getTree", false, "tree");
        check("listTrees", false, "trees");
        check("getaway", false, "getaway");
        check("listing", false, "listing");
        check("gETRaw", false, "gETRaw");
        check("GetRaw", false, "getRaw");
        check("getFoo_bar", false, "foo_bar");
        check("get_weather", false, "_weather");
        check("addFruit", true, "addFruit");
        check("add2", true, "add2");
        check("additional", false, "additional");
        check("stopwatch", false, "stopwatch");
        check("stopNow", true, "stopNow");
        check("start", true, "start");
        check("getAddress", false, "address");
        check("kV", false, "kV");
        check("get", false, "get");
        check("list", false, "list");
        check("get2x", false, "get2x");
        check("getÄpfel", false, "äpfel");
        check("ge", false, "ge");
        check("_modus_agent_activate", false, "_modus_agent_activate");
        for prefix in MUTATION {
            check(&format!("{prefix}X"), true, &format!("{prefix}X"));
            check(prefix, true, prefix);
            check(&format!("{prefix}x"), false, &format!("{prefix}x"));
            check(&format!("{}Y", prefix.to_uppercase()), true, &{
                let upper = prefix.to_uppercase();
                format!("{}{}Y", upper[..1].to_lowercase(), &upper[1..])
            });
        }
    }

    fn check_type(short: &str, expected: &str) {
        assert_eq!(sanitise(short), expected, "{short}");
    }

    #[test]
    fn sanitised_types() {
        check_type("Tree", "Tree");
        check_type("Box<String>", "Box_String");
        check_type("Pair<i32,Seat>", "Pair_i32_Seat");
        check_type("Box<Box<i32>>", "Box_Box_i32");
        check_type("2D", "_2D");
        check_type("__Hidden", "_Hidden");
        check_type("trailing_", "trailing_");
        check_type("é", "_");
        check_type("", "_");
    }

    #[test]
    fn numbers_come_before_the_suffix() {
        assert_eq!(numbered("Tree", 1), "Tree");
        assert_eq!(numbered("Tree", 2), "Tree_2");
        assert_eq!(numbered("TreeInput", 3), "Tree_3Input");
    }
}
