//! Plans of modules made by hand.

use abi::assemblyscript::plan::announces_count;
use abi::plan::{DefaultValue, FunctionPlan};
use abi::value::Value;

use super::*;
use crate::read::tests::Builder;
use crate::read::tests::read;

const AS: &str = "modus-sdk-as@0.18.0";
const GO: &str = "modus-sdk-go@0.18.0";

/// A module: metadata with `members`, imports and exports as `name type`.
fn planned(sdk: &str, members: &str, imports: &[&str], exports: &[&str]) -> (Option<Program>, Vec<String>) {
    let mut builder = Builder::app(&format!(r#"{{"sdk":"{sdk}","plugin":"app@1.2",{members}}}"#));
    for import in imports {
        let (name, ty) = import.split_once(' ').expect("a name and a type");
        let (module, name) = name.split_once('.').expect("a module and a name");
        builder.import(module, name, ty);
    }
    for export in exports {
        let (name, ty) = export.split_once(' ').expect("a name and a type");
        builder.export(name, ty);
    }
    let (module, found) = read(&builder.bytes());
    assert_eq!(found, []);
    let mut found = Vec::new();
    let program = crate::pipeline::plan(&module.expect("a module"), Manifest::default(), &mut found);
    (program, found.into_iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect())
}

#[track_caller]
fn check(sdk: &str, members: &str, imports: &[&str], exports: &[&str], findings: &[&str]) -> Option<Program> {
    let (program, found) = planned(sdk, members, imports, exports);
    assert_eq!(found.len(), findings.len(), "{found:#?}");
    for (finding, part) in found.iter().zip(findings) {
        assert!(finding.contains(part), "{finding:?} lacks {part:?}");
        // In the author's words, and one sentence.
        assert!(!finding.contains("plugin") && finding.matches("failed to").count() < 2, "{finding:?}");
    }
    if let Some(program) = &program {
        assert_eq!(program.check(), Ok(()));
    }
    program
}

fn function(program: Option<Program>, name: &str) -> FunctionPlan {
    let program = program.expect("a program");
    program.functions.find(name).expect("the function").1.clone()
}

const HELPERS: [&str; 3] = ["__new ii>i", "__pin i>i", "__unpin i>"];

#[test]
fn plain_function() {
    let members = r#""fnExports":{"add":{"parameters":[{"name":"a","type":"i32"},{"name":"b","type":"i64"}],
        "results":[{"type":"f64"}]}}"#;
    let program = check(AS, members, &[], &["add iI>F"], &[]).expect("a program");
    assert_eq!((program.app.name.as_str(), program.app.version.as_str()), ("app", "1.2"));
    assert_eq!(program.functions.get(0).unwrap().signature.to_string(), "(i32, i64) -> (f64)");
    assert_eq!(program.functions.get(0).unwrap().uncallable, None);
    assert_eq!(program.schema.mutation.len(), 1);
}

#[test]
fn missing_exports_are_errors() {
    let members = r#""fnExports":{"f":{},"g":{},"h":{}}"#;
    let findings = ["MC0303 no wasm function definition found for f", "found for h"];
    assert!(check(AS, members, &[], &["g >"], &findings).is_none());
}

#[test]
fn mismatched_signatures_leave_functions_out() {
    let members = r#""fnExports":{"f":{"results":[{"type":"i32"}]},"g":{}}"#;
    let findings = ["MC0304 function f is left out: its wasm type is () -> (), but the metadata implies () -> (i32)"];
    let program = check(AS, members, &[], &["f >", "g >"], &findings).expect("a program");
    assert_eq!(program.schema.query.len(), 1);
    assert!(program.functions.get(0).unwrap().uncallable.is_some());
    let vector = ["MC0304 function f is left out: its wasm type is (v128) -> (i32)"];
    check(AS, members, &[], &["f v>i", "g >"], &vector);
}

#[test]
fn defaults() {
    let members = r#""fnExports":{"f":{"parameters":[{"name":"a","type":"i32"},{"name":"b","type":"i32","default":2},
        {"name":"c","type":"i32","default":""}]}}"#;
    let plan = function(check(AS, members, &[], &["f iii>", "__setArgumentsLength i>"], &[]), "f");
    assert!(announces_count(&plan));
    let defaults: Vec<&DefaultValue> = plan.parameters.iter().map(|parameter| &parameter.default).collect();
    assert_eq!(defaults, [&DefaultValue::None, &DefaultValue::Literal(Value::Int(2)), &DefaultValue::Placeholder]);
    let findings = ["MC0306 the module does not export __setArgumentsLength"];
    assert!(!announces_count(&function(check(AS, members, &[], &["f iii>"], &findings), "f")));
}

#[test]
fn helper_exports() {
    let members = r#""fnExports":{"f":{"parameters":[{"name":"a","type":"~lib/string/String"}]}}"#;
    let findings = ["MC0306 the module does not export __new, __pin, __unpin"];
    assert!(check(AS, members, &[], &["f i>"], &findings).is_none());
    let exports: Vec<&str> = HELPERS.into_iter().chain(["f i>"]).collect();
    assert!(check(AS, members, &[], &exports, &[]).is_some());
}

#[test]
fn unsupported_types_leave_functions_out() {
    let members = r#""fnExports":{"f":{"results":[{"type":"any"}]},"g":{}}"#;
    let findings = ["MC0315 function f is left out: values of Go type any cannot be passed"];
    let program = check(GO, members, &[], &["f >i", "g >"], &findings).expect("a program");
    assert_eq!(program.schema.query.len(), 1);
    assert_eq!(program.schema.query.get(0).unwrap().function, 1);
}

/// What no module tells is not guessed from core types: one word may be a number of any width, or a map.
#[test]
fn named_go_types() {
    let members = r#""fnExports":{"f":{"parameters":[{"name":"m","type":"main.Mood"}],"results":[{"type":"main.Mood"}]},
        "g":{"parameters":[{"name":"m","type":"time.Month"}],"results":[{"type":"[]time.Month"}]}},
        "types":{"main.Mood":{"id":3},"time.Month":{"id":4},"[]time.Month":{"id":5}}"#;
    for f in ["f i>i", "f I>I", "f F>F", "f iii>"] {
        let exports = ["__make ii>i", "__unpin i>", "malloc i>i", "free i>", f, "g ii>"];
        let findings = ["MC0305 each call of function f will fail: nothing in the module tells what main.Mood is"];
        let program = check(GO, members, &[], &exports, &findings).expect("a program");
        assert_eq!(program.functions.find("g").unwrap().1.uncallable, None);
        assert_eq!(
            (program.schema.query.len(), program.schema.scalars.clone()),
            (2, vec!["Month".into(), "Mood".into()])
        );
    }
}

#[test]
fn opaque_go_fields() {
    let members = r#""fnExports":{"f":{"parameters":[{"name":"w","type":"*main.Who"}],"results":[{"type":"*main.Who"}]},
        "g":{"results":[{"type":"main.Who"}]},"h":{"results":[{"type":"[]main.Who"}]},
        "i":{"parameters":[{"name":"w","type":"main.Sized"}],"results":[{"type":"main.Sized"}]},
        "j":{"results":[{"type":"main.None"}]}},
        "types":{"main.Mood":{"id":3},"main.Who":{"id":4,"fields":[{"name":"name","type":"string"},
        {"name":"mood","type":"main.Mood"},{"name":"age","type":"int64"}]},"*main.Who":{"id":5},"[]main.Who":{"id":6},
        "main.Sized":{"id":7,"fields":[{"name":"any","type":"any"},{"name":"all","type":"map[string]any"},
        {"name":"stop","type":"context.CancelFunc"},{"name":"age","type":"int64"}]},"context.CancelFunc":{"id":8},
        "main.None":{"id":9,"fields":[{"name":"any","type":"any"}]}}"#;
    let helpers =
        ["__new i>i", "__make ii>i", "__unpin i>", "malloc i>i", "free i>", "__read_map ii>I", "__write_map iiii>"];
    let exports = ["f i>i", "g i>", "h i>", "i iiiiiiI>", "j i>"];
    let exports: Vec<&str> = helpers.into_iter().chain(exports).collect();
    let findings = [
        "MC0305 field mood of main.Who cannot be passed: nothing in the module tells what main.Mood is",
        "MC0305 field age of main.Who cannot be passed: it lies behind field mood, and nothing in the module tells what main.Mood is",
        "MC0305 each call of function g will fail: nothing in the module tells what main.Mood is",
        "MC0305 each call of function h will fail: nothing in the module tells what main.Mood is",
        "MC0305 field any of main.Sized cannot be passed: values of Go type any cannot be passed",
        "MC0305 field all of main.Sized cannot be passed: values of Go type any cannot be passed",
        "MC0305 field stop of main.Sized cannot be passed: context.CancelFunc is a function, which cannot be passed",
        "MC0305 field any of main.None cannot be passed: values of Go type any cannot be passed",
        "MC0313 function j has no GraphQL field: type main.None has no field that can be passed",
    ];
    // The last parameter of `i` comes behind the words of all the opaque ones, and of the hidden result.
    let program = check(GO, members, &[], &exports, &findings).expect("a program");
    let uncallable: Vec<bool> = program.functions.iter().map(|function| function.uncallable.is_some()).collect();
    assert_eq!(uncallable, [false, true, true, false, false]);
    let shown = |list: &abi::table::Table<abi::schema::ObjectType>, name: &str| -> Vec<String> {
        let ty = list.iter().find(|ty| ty.name == name).expect("the type");
        ty.fields.iter().map(|field| format!("{}: {}", field.name, field.ty)).collect()
    };
    assert_eq!(shown(&program.schema.inputs, "WhoInput"), ["name: String!", "mood: Mood", "age: Int64"]);
    assert_eq!(shown(&program.schema.objects, "Who"), ["name: String!", "mood: Mood!", "age: Int64!"]);
    assert_eq!(shown(&program.schema.inputs, "SizedInput"), ["stop: CancelFunc", "age: Int64!"]);
    assert_eq!(shown(&program.schema.objects, "Sized"), ["stop: CancelFunc!", "age: Int64!"]);
    let ty = program.types.iter().find(|(_, plan)| plan.name == "main.Sized").expect("the type").1;
    let abi::types::Kind::Struct(fields) = &ty.kind else { panic!("{ty:?}") };
    let offsets: Vec<u32> = fields.iter().map(|field| field.offset).collect();
    assert_eq!((offsets, ty.size), (vec![0, 8, 12, 24], 32));
}

/// In AssemblyScript there is no zero value for a function, and no room is known for a vector.
#[test]
fn opaque_assemblyscript_fields() {
    let members = r#""fnExports":{"f":{"results":[{"type":"a/Job"}]},"g":{"parameters":[{"name":"j","type":"a/Job"}]},
        "h":{"results":[{"type":"a/Wide"}]}},
        "types":{"a/Job":{"id":4,"fields":[{"name":"name","type":"~lib/string/String"},{"name":"run","type":"(i32) => i32"},
        {"name":"at","type":"i32"}]},"a/Wide":{"id":5,"fields":[{"name":"v","type":"v128"},{"name":"at","type":"i32"}]}}"#;
    let exports: Vec<&str> = HELPERS.into_iter().chain(["f >i", "g i>", "h >i"]).collect();
    let findings = [
        "MC0305 field run of a/Job cannot be passed: type (i32) => i32 is not supported",
        "MC0315 function g is left out: type (i32) => i32 is not supported",
        "MC0315 function h is left out: type v128 is not supported",
    ];
    let program = check(AS, members, &[], &exports, &findings).expect("a program");
    assert_eq!(program.schema.query.len(), 1);
    let job = program.schema.objects.iter().find(|ty| ty.name == "Job").expect("the type");
    let fields: Vec<&str> = job.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields, ["name", "at"]);
    let ty = program.types.iter().find(|(_, plan)| plan.name == "a/Job").expect("the type").1;
    let abi::types::Kind::Struct(fields) = &ty.kind else { panic!("{ty:?}") };
    assert_eq!(fields.iter().map(|field| field.offset).collect::<Vec<_>>(), [0, 4, 8]);
}

#[test]
fn empty_go_structs() {
    let members = r#""fnExports":{"f":{"parameters":[{"name":"w","type":"main.With"}],"results":[{"type":"main.None"},{"type":"int"}]},
        "g":{"results":[{"type":"[]main.None"}]},"h":{"results":[{"type":"*main.Mood"}]}},
        "types":{"main.None":{"id":3},"main.With":{"id":4,"fields":[{"name":"n","type":"main.None"},{"name":"i","type":"int64"}]},
        "main.Mood":{"id":5},"[]main.None":{"id":6},"*main.Mood":{"id":7}}"#;
    let exports = ["__make ii>i", "__unpin i>", "malloc i>i", "free i>", "f I>i", "g i>", "h >i"];
    let findings = ["MC0305 each call of function h will fail: "];
    let program = check(GO, members, &[], &exports, &findings).expect("a program");
    let uncallable: Vec<bool> = program.functions.iter().map(|function| function.uncallable.is_some()).collect();
    assert_eq!(uncallable, [false, false, true]);
}

#[test]
fn imports() {
    let members = r#""fnImports":{
        "modus_system.logMessage":{"parameters":[{"name":"level","type":"~lib/string/String"},{"name":"message","type":"~lib/string/String"}]},
        "modus_system.getTimeInZone":{"parameters":[{"name":"tz","type":"~lib/string/String | null"}],"results":[{"type":"~lib/string/String | null"}]},
        "modus_models.invokeModel":{"parameters":[{"name":"a","type":"i64"}]}}"#;
    let imports = [
        "modus_system.logMessage ii>",
        "modus_secrets.getSecretValue i>i",
        "modus_system.logMessage ii>",
        "modus_system.getTimeInZone i>i",
        "env.seed >i",
        "env.Date.now >F",
        "wasi_snapshot_preview1.proc_exit i>",
        "hypermode.upsertToCollection i>i",
        "acme.go v>",
    ];
    let findings = [
        "MC0308 the metadata does not describe host function modus_secrets.getSecretValue",
        "MC0309 host function env.seed is imported as () -> (i32), expected is () -> (f64)",
        "MC0307 host functions that are not available: hypermode.upsertToCollection (i32) -> (i32), acme.go (v128) -> ()",
        "MC0310 Unused import modus_models.invokeModel in the app's metadata. Please update your Modus SDK",
    ];
    let program = check(AS, members, &imports, &[], &findings).expect("a program");
    let problems: Vec<bool> = program.imports.iter().map(|import| import.problem.is_some()).collect();
    assert_eq!(problems, [false, true, false, false, true, false, false, true, true]);
    assert_eq!(program.imports[0], program.imports[2]);
    assert_eq!(program.imports[5].name, "Date.now");
    assert!(program.imports[3].result.is_some());
}

/// The runner could make no instance of them.
#[test]
fn imports_of_one_function_with_two_types() {
    for (imports, types) in [
        (["env.seed >F", "env.seed >F"], None),
        (["env.seed >F", "env.seed >i"], Some("env.seed is imported as () -> (f64) and as () -> (i32)")),
        (["env.seed >F", "env.seed v>F"], Some("env.seed is imported as () -> (f64) and as (v128) -> (f64)")),
        (["env.seed >F", "wasi_snapshot_preview1.proc_exit i>"], None),
    ] {
        let (program, found) = planned(AS, r#""fnImports":{}"#, &imports, &[]);
        let differing: Vec<&String> = found.iter().filter(|finding| finding.starts_with("MC0320 ")).collect();
        assert_eq!((program.is_none(), differing.len()), (types.is_some(), usize::from(types.is_some())), "{found:?}");
        assert!(types.is_none_or(|types| differing[0].contains(types)), "{found:?}");
    }
    let thrice = ["acme.go i>", "acme.go I>", "acme.go I>", "acme.go >"];
    let (_, found) = planned(AS, r#""fnImports":{}"#, &thrice, &[]);
    assert_eq!(found.iter().filter(|finding| finding.starts_with("MC0320 ")).count(), 1, "{found:?}");
}

#[test]
fn host_functions_that_the_runner_lacks() {
    let members = r#""fnImports":{
        "modus_agents.startAgent":{"parameters":[{"name":"name","type":"~lib/string/String"}],"results":[{"type":"i32"}]},
        "modus_agents.listAgents":{"results":[{"type":"i32"}]}}"#;
    let imports = ["modus_agents.startAgent i>i", "modus_agents.listAgents >i", "modus_agents.startAgent i>i"];
    let findings = ["MC0307 the runner does not support agents yet; host functions that are not available: \
         modus_agents.startAgent (i32) -> (i32), modus_agents.listAgents () -> (i32)"];
    let program = check(AS, members, &imports, &[], &findings).expect("a program");
    assert!(program.imports.iter().all(|import| import.problem.is_none()));
}

#[test]
fn class_ids() {
    let members = r#""types":{"a/A":{"id":3,"fields":[]},"a/B":{"id":3},"a/C":{}}"#;
    let findings = ["MC0311 types a/A and a/B have the same id 3", "MC0311 type a/C has the reserved id 0"];
    check(AS, members, &[], &[], &findings);
}
